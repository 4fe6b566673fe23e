import type { ReactNode } from "react";

/** The buttons at the end of a step: the one that goes on comes last. */
export function StepActions({ children }: { children: ReactNode }) {
  return <div className="flex flex-col-reverse gap-2 pt-2 sm:flex-row sm:items-center sm:justify-end">{children}</div>;
}
