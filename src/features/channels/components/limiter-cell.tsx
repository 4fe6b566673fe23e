"use client";

import {
  Activity,
  Circle,
  CircleAlert,
  ClockAlert,
  Eye,
  List,
  type LucideIcon,
  OctagonX,
  Power,
  ShieldAlert,
  Timer,
  TriangleAlert,
} from "lucide-react";
import { useTranslations } from "next-intl";
import type { Tone } from "@/components/ui/badge";
import { cn } from "@/components/ui/cn";
import type { LiveState } from "@/core/vocabulary";
import type { LiveChannelRow } from "@/operations/channels/live-channels";
import { Countdown } from "./countdown";

/** Word, icon and tone of each state (channels-and-rates.md V4, dashboard.md 6.2). */
const LOOKS: Readonly<Record<LiveState, { readonly icon: LucideIcon; readonly tone: Tone }>> = {
  off: { icon: Power, tone: "neutral" },
  stale: { icon: ClockAlert, tone: "neutral" },
  tripped: { icon: ShieldAlert, tone: "danger" },
  cooling: { icon: Timer, tone: "warning" },
  over: { icon: TriangleAlert, tone: "warning" },
  full: { icon: OctagonX, tone: "danger" },
  queueing: { icon: List, tone: "warning" },
  saturated: { icon: CircleAlert, tone: "warning" },
  busy: { icon: Activity, tone: "info" },
  idle: { icon: Circle, tone: "neutral" },
};

const TEXT: Readonly<Record<Tone, string>> = {
  neutral: "text-muted-foreground",
  info: "text-info",
  success: "text-success",
  warning: "text-warning",
  danger: "text-danger",
  primary: "text-primary",
};

/** Stands before the numbers of the queue, the same in every language (channels-and-rates.md V4). */
const QUEUE = "Q";

/** Tone of the numbers: blue below half of the capacity, amber from there, red at it and above; without a limit no colour. */
function loadToneOf({ inFlight, capacity }: Pick<LiveChannelRow, "inFlight" | "capacity">): Tone {
  if (capacity === null) return "neutral";
  if (inFlight >= capacity) return "danger";
  return inFlight * 2 >= capacity ? "warning" : "info";
}

/** Tone of the queue part: muted while nobody waits, amber while somebody does, red when no place is left. */
function queueToneOf({ waiting, queueSize }: Pick<LiveChannelRow, "waiting" | "queueSize">): Tone {
  if (waiting === 0) return "neutral";
  return queueSize !== null && waiting >= queueSize ? "danger" : "warning";
}

/** What a channel is doing: numbers, colour, word and icon; for a screen reader one sentence. `isStale`: the numbers are old and have no colour. */
export function LimiterCell({ row, isStale = false }: { row: LiveChannelRow; isStale?: boolean }) {
  const t = useTranslations("channels.live");
  const { icon: Icon, tone } = LOOKS[row.state];
  const until = row.state === "tripped" ? row.trippedUntil : row.state === "cooling" ? row.coolingUntil : null;
  return (
    <span
      aria-label={useSentence(row)}
      className={cn("grid gap-0.5", (isStale || row.state === "stale") && "text-muted-foreground")}
      data-state={row.state}
      role="img"
    >
      <span aria-hidden className="flex items-center gap-1.5 tabular-nums whitespace-nowrap" data-user-text>
        <Numbers isStale={isStale} row={row} />
      </span>
      <span aria-hidden className={cn("flex items-center gap-1 text-xs", TEXT[tone])}>
        <Icon className="size-3.5 shrink-0" />
        {t(`state.${row.state}`)}
        {until === null ? null : <Countdown until={Date.parse(until)} />}
      </span>
    </span>
  );
}

function Numbers({ row, isStale }: { row: LiveChannelRow; isStale: boolean }) {
  const t = useTranslations("channels.live");
  const { inFlight, capacity, mode, waiting, queueSize, state } = row;
  const isOld = isStale || state === "stale" || state === "off";
  if (capacity === null) {
    return (
      <>
        <span className="font-medium">{inFlight}</span>
        <span className="text-xs text-muted-foreground">{t("noLimit")}</span>
      </>
    );
  }
  return (
    <>
      <span>
        <span className={cn("font-medium", TEXT[isOld ? "neutral" : loadToneOf(row)])} data-part="load">
          {`${inFlight}/${capacity}`}
        </span>
        {mode === "queue" ? (
          <>
            {" "}
            <span className={TEXT[isOld ? "neutral" : queueToneOf(row)]} data-part="queue">
              {`${QUEUE} ${waiting}/${queueSize ?? 0}`}
            </span>
          </>
        ) : null}
      </span>
      {mode === "observe" ? (
        <span className="flex items-center gap-1 text-xs text-muted-foreground">
          <Eye className="size-3.5" />
          {t("notEnforced")}
        </span>
      ) : null}
    </>
  );
}

function useSentence(row: LiveChannelRow): string {
  const t = useTranslations("channels.live");
  const { inFlight, capacity, mode, waiting, queueSize } = row;
  const state = t(`state.${row.state}`);
  if (capacity === null) return t("sentence.noLimit", { state, inFlight });
  if (mode === "queue") return t("sentence.queue", { state, inFlight, capacity, waiting, queueSize: queueSize ?? 0 });
  if (mode === "observe") return t("sentence.observe", { state, inFlight, capacity });
  return t("sentence.reject", { state, inFlight, capacity });
}
