import type { ReactNode } from "react";
import { ConsoleFrame } from "@/features/shell/components/console-frame";
import { requireViewer } from "@/features/shell/loaders";

/** The side of those who use the gateway; admins use it too. */
export default async function MeLayout({ children }: { children: ReactNode }) {
  const viewer = await requireViewer();
  return (
    <ConsoleFrame area="me" viewer={viewer}>
      {children}
    </ConsoleFrame>
  );
}
