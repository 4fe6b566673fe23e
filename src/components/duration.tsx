"use client";

import { useFormatter } from "next-intl";
import { cn } from "@/components/ui/cn";

/** The unit in which a span of time reads best, and its value in that unit with at most three figures. */
export function durationParts(ms: number): {
  value: number;
  unit: "millisecond" | "second" | "minute" | "hour";
  digits: number;
} {
  if (ms < 1000) return { value: ms, unit: "millisecond", digits: 0 };
  if (ms < 60_000) return { value: ms / 1000, unit: "second", digits: ms < 10_000 ? 2 : 1 };
  if (ms < 3_600_000) return { value: ms / 60_000, unit: "minute", digits: 1 };
  return { value: ms / 3_600_000, unit: "hour", digits: 1 };
}

/** A span of time from milliseconds: 420 ms, 1.24 s, 3.5 min. */
export function Duration(props: { ms: number; className?: string | undefined }) {
  const format = useFormatter();
  const { value, unit, digits } = durationParts(props.ms);
  return (
    <span className={cn("tabular-nums whitespace-nowrap", props.className)} data-user-text>
      {format.number(value, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits })}
    </span>
  );
}
