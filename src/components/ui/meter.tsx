"use client";

import { Meter as BaseMeter } from "@base-ui/react/meter";
import { cn } from "./cn";

const FILL = {
  neutral: "bg-muted-foreground",
  info: "bg-info",
  success: "bg-success",
  warning: "bg-warning-fill",
  danger: "bg-danger",
  primary: "bg-primary",
} as const;

/** A level within known bounds, 0..100. `text` is what a screen reader says instead of the percentage. */
export function Meter(props: {
  value: number;
  label: string;
  text?: string | undefined;
  tone?: keyof typeof FILL | undefined;
  className?: string | undefined;
}) {
  return (
    <BaseMeter.Root
      aria-label={props.label}
      aria-valuetext={props.text}
      value={Math.min(100, Math.max(0, props.value))}
    >
      <BaseMeter.Track className={cn("h-1.5 overflow-hidden rounded-full bg-track", props.className)}>
        <BaseMeter.Indicator className={cn("rounded-full", FILL[props.tone ?? "primary"])} />
      </BaseMeter.Track>
    </BaseMeter.Root>
  );
}
