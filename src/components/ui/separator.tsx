import { cn } from "./cn";

/** A hairline between parts of a page; it carries no meaning, so screen readers pass over it. */
export function Separator({ className, vertical = false }: { className?: string | undefined; vertical?: boolean }) {
  return <div aria-hidden className={cn("bg-border", vertical ? "w-px self-stretch" : "h-px w-full", className)} />;
}
