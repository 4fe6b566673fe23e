"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Count } from "@/components/count";
import { Duration } from "@/components/duration";
import { Sparkline } from "@/components/sparkline";
import { cn } from "@/components/ui/cn";
import type { LiveChannelRow } from "@/operations/channels/live-channels";
import { Countdown } from "./countdown";
import { LimiterCell } from "./limiter-cell";

/** What a channel is doing over all replicas: its limiter, who waits, who was turned away, its circuit. `row` undefined: nothing was heard of it. */
export function ChannelNow({ row, isStale }: { row: LiveChannelRow | undefined; isStale: boolean }) {
  const t = useTranslations("channels.now");
  const format = useFormatter();
  if (row === undefined) return <p className="text-sm text-muted-foreground">{t("unheard")}</p>;
  const { oldestWaitMs, waiting, denied5m, waitP95Ms, spark, replicas } = row;
  const counts = format.list(spark.map((count) => format.number(count)));
  return (
    <div className={cn("grid gap-4", isStale && "text-muted-foreground")} data-stale={isStale}>
      <LimiterCell isStale={isStale} row={row} />
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 text-sm sm:grid-cols-3">
        <Fact label={t("oldest")}>{waiting === 0 ? t("nobody") : <Duration ms={oldestWaitMs} />}</Fact>
        <Fact label={t("denied")}>{t("deniedParts", denied5m)}</Fact>
        <Fact label={t("wait")}>{waitP95Ms === 0 ? t("none") : <Duration ms={waitP95Ms} />}</Fact>
        <Fact label={t("circuit")}>
          <Circuit row={row} />
        </Fact>
        <Fact label={t("replicas")}>
          <Count value={replicas} />
        </Fact>
        <Fact label={t("spark")}>
          <Sparkline label={t("sparkSentence", { counts })} values={spark} />
        </Fact>
      </dl>
    </div>
  );
}

function Fact({ label, children }: { label: ReactNode; children: ReactNode }) {
  return (
    <div className="grid content-start gap-0.5">
      <dt className="text-xs text-muted-foreground">{label}</dt>
      <dd className="tabular-nums">{children}</dd>
    </div>
  );
}

function Circuit({ row }: { row: Pick<LiveChannelRow, "trippedUntil" | "coolingUntil"> }) {
  const t = useTranslations("channels.now");
  const until = row.trippedUntil ?? row.coolingUntil;
  if (until === null) return t("closed");
  const left = () => <Countdown until={Date.parse(until)} />;
  return row.trippedUntil === null ? t.rich("coolingFor", { left }) : t.rich("trippedFor", { left });
}
