"use client";

import { useFormatter } from "next-intl";
import { cn } from "@/components/ui/cn";

/** A whole number in the reader's digits and separators; `compact` shortens it (1.2M, 123万) and keeps it whole in the tooltip. */
export function Count(props: { value: number; compact?: boolean | undefined; className?: string | undefined }) {
  const format = useFormatter();
  const whole = format.number(props.value, "count");
  const isShort = props.compact === true && Math.abs(props.value) >= 100_000;
  return (
    <span
      className={cn("tabular-nums whitespace-nowrap", props.className)}
      data-user-text
      {...(isShort ? { title: whole } : {})}
    >
      {isShort ? format.number(props.value, "compact") : whole}
    </span>
  );
}
