"use client";

import { Progress as BaseProgress } from "@base-ui/react/progress";
import { cn } from "./cn";

/** How far a job is, 0..100, or null while that is unknown. */
export function Progress(props: { value: number | null; label: string; className?: string | undefined }) {
  return (
    <BaseProgress.Root aria-label={props.label} value={props.value}>
      <BaseProgress.Track className={cn("h-1.5 overflow-hidden rounded-full bg-track", props.className)}>
        <BaseProgress.Indicator className="rounded-full bg-primary transition-[width] duration-300 data-indeterminate:w-1/3 data-indeterminate:animate-pulse motion-reduce:transition-none" />
      </BaseProgress.Track>
    </BaseProgress.Root>
  );
}
