"use client";

import { useFormatter } from "next-intl";
import { cn } from "@/components/ui/cn";
import { useCurrentTime } from "./use-current-time";

const LOOKS = { minute: "minute", second: "second", time: "timeOfDay", day: "day", shortDay: "shortDay" } as const;

/** What happened a moment ago by the server's clock is never told as the future. */
const latest = (now: Date, at: string) => Math.max(now.getTime(), Date.parse(at));

/** Props of `Instant`. */
export type InstantProps = {
  /** ISO text. */
  at: string;
  /** `relative`: "3 days ago", with the instant itself in the tooltip. */
  look?: keyof typeof LOOKS | "relative" | undefined;
  className?: string | undefined;
};

/** An instant in the viewer's time zone; the tooltip has it whole, with the zone. */
export function Instant({ at, look = "minute", className }: InstantProps) {
  return look === "relative" ? (
    <RelativeInstant at={at} className={className} />
  ) : (
    <FixedInstant at={at} className={className} look={look} />
  );
}

/** Makes the text of an instant inside a sentence, in the viewer's time zone. */
export function useInstantText(): (at: string, look?: "minute" | "relative") => string {
  const format = useFormatter();
  const now = useCurrentTime();
  return (at, look = "minute") =>
    look === "relative" ? format.relativeTime(new Date(at), latest(now, at)) : format.dateTime(new Date(at), look);
}

function FixedInstant(props: { at: string; look: keyof typeof LOOKS; className?: string | undefined }) {
  const format = useFormatter();
  const instant = new Date(props.at);
  return (
    <time
      className={cn("tabular-nums whitespace-nowrap", props.className)}
      data-user-text
      dateTime={props.at}
      title={format.dateTime(instant, "full")}
    >
      {format.dateTime(instant, LOOKS[props.look])}
    </time>
  );
}

function RelativeInstant(props: { at: string; className?: string | undefined }) {
  const format = useFormatter();
  const now = useCurrentTime();
  const instant = new Date(props.at);
  return (
    <time
      className={cn("whitespace-nowrap", props.className)}
      data-user-text
      dateTime={props.at}
      title={format.dateTime(instant, "full")}
    >
      {format.relativeTime(instant, latest(now, props.at))}
    </time>
  );
}
