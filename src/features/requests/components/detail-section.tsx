import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

/** One part of the drawer under its heading. */
export function DetailSection(props: { title: ReactNode; children: ReactNode; className?: string | undefined }) {
  return (
    <section className={cn("grid min-w-0 gap-2.5", props.className)}>
      <h3 className="text-sm font-semibold tracking-tight">{props.title}</h3>
      {props.children}
    </section>
  );
}

/** A list of names and values. */
export function FactList({ children }: { children: ReactNode }) {
  return <dl className="grid grid-cols-[minmax(6.5rem,auto)_minmax(0,1fr)] gap-x-5 gap-y-1.5 text-sm">{children}</dl>;
}

/** One name with its value. */
export function Fact({ label, children }: { label: ReactNode; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted-foreground">{label}</dt>
      <dd className="flex min-h-5 min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5 wrap-anywhere">{children}</dd>
    </>
  );
}
