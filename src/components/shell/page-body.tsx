import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

/** The column of a page inside the shell: even gaps, side padding, a width that lines can be read at. */
export function PageBody(props: { children: ReactNode; width?: "full" | "narrow"; className?: string }) {
  return (
    <div
      className={cn(
        "mx-auto grid w-full min-w-0 gap-6 px-4 py-6 md:px-8",
        props.width === "narrow" ? "max-w-4xl" : "max-w-400",
        props.className,
      )}
    >
      {props.children}
    </div>
  );
}
