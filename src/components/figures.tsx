"use client";

import { ArrowRight } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "@/i18n/navigation";

/** A row of numbers that say how things stand; `Figure`s. */
export function Figures({ children }: { children: ReactNode }) {
  return (
    <dl className="grid grid-cols-1 gap-px overflow-hidden rounded-xl border border-border bg-border sm:grid-cols-2 xl:grid-cols-4">
      {children}
    </dl>
  );
}

/** One number with its name, what is said below it, and the way to what it counts; `link` names that way. */
export function Figure(props: {
  label: ReactNode;
  value: ReactNode;
  children: ReactNode;
  href?: string | undefined;
  link?: string | undefined;
}) {
  return (
    <div className="grid content-start gap-1 bg-card px-5 py-4">
      <dt className="flex items-center justify-between gap-2 text-sm text-muted-foreground">
        {props.label}
        {props.href === undefined ? null : (
          <Link
            aria-label={props.link}
            className="-my-1 -me-1.5 flex size-7 items-center justify-center rounded-md outline-none hover:bg-accent hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring"
            href={props.href}
            title={props.link}
          >
            <ArrowRight aria-hidden className="size-4 rtl:-scale-x-100" />
          </Link>
        )}
      </dt>
      <dd className="grid gap-1">
        <span className="text-2xl leading-8 font-semibold tracking-tight tabular-nums">{props.value}</span>
        {props.children}
      </dd>
    </div>
  );
}
