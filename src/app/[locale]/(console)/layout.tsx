import type { ReactNode } from "react";
import { ConsoleFrame } from "@/features/shell/components/console-frame";
import { requireViewer } from "@/features/shell/loaders";

/** The side of those who run the gateway. A layout is not asked again on every move, so each page checks for itself too. */
export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const viewer = await requireViewer("admin");
  return (
    <ConsoleFrame area="admin" viewer={viewer}>
      {children}
    </ConsoleFrame>
  );
}
