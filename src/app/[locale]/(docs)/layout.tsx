import type { ReactNode } from "react";
import { DocsFrame } from "@/features/docs/components/docs-frame";
import { indexOf } from "@/features/docs/components/find-operations";
import { loadDocs } from "@/features/docs/loaders";
import { loadViewer } from "@/features/shell/loaders";

/** The documentation: open to all or to the signed-in, as the setting says. */
export default async function DocsLayout({ children }: { children: ReactNode }) {
  const viewer = await loadViewer();
  const { docs } = await loadDocs(viewer);
  return (
    <DocsFrame nouns={indexOf(docs)} viewer={viewer}>
      {children}
    </DocsFrame>
  );
}
