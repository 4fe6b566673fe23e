import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

/** Something folded away under its name. */
export function Fold(props: { label: string; children: ReactNode; className?: string }) {
  return (
    <details className={cn("min-w-0 rounded-md border border-border", props.className)}>
      <summary className="flex cursor-default list-none items-center gap-1.5 rounded-md px-2.5 py-1.5 text-xs font-medium text-muted-foreground outline-none hover:bg-accent/60 hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          className="size-3.5 shrink-0 transition-transform [[open]>summary>&]:rotate-90 motion-reduce:transition-none rtl:-scale-x-100"
        />
        {props.label}
      </summary>
      <div className="min-w-0 px-3 pb-1.5">{props.children}</div>
    </details>
  );
}
