"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Duration } from "@/components/duration";
import { cn } from "@/components/ui/cn";
import { useProblemText } from "@/components/use-problem-text";
import { DetailSection, Fact, FactList } from "./detail-section";
import { NamedThing, Nothing } from "./request-names";
import { isFullDetail, type ShownRequest } from "./shown-request";
import { stretchOf, type TimingRow, timingRows } from "./timing-rows";

/** How long a request took: to its first byte, to its end, and on which channel. */
export function RequestTiming({ request }: { request: ShownRequest }) {
  const t = useTranslations("requests.detail");
  const { firstByteMs, durationMs } = request;
  const rows = isFullDetail(request) ? timingRows(request) : [];
  const count = isFullDetail(request) ? request.attempts.length : request.attempts;
  const totalMs = Math.max(durationMs ?? 0, ...rows.map(({ endMs, startMs }) => endMs ?? startMs));
  return (
    <DetailSection title={t("timing")}>
      <FactList>
        <Fact label={t("firstByte")}>{firstByteMs === null ? <Nothing /> : <Duration ms={firstByteMs} />}</Fact>
        <Fact label={t("duration")}>{durationMs === null ? <Nothing /> : <Duration ms={durationMs} />}</Fact>
        <Fact label={t("attempts")}>{t("attemptCount", { count })}</Fact>
      </FactList>
      {rows.length === 0 && durationMs !== null && durationMs > 0 ? (
        <Bar endMs={durationMs} firstByteMs={firstByteMs} startMs={0} totalMs={durationMs} />
      ) : null}
      {rows.length === 0 ? null : (
        <ol className="grid gap-3">
          {rows.map((row) => (
            <AttemptRow key={row.attempt} row={row} totalMs={totalMs} />
          ))}
        </ol>
      )}
      {durationMs === null ? null : <Legend />}
    </DetailSection>
  );
}

function AttemptRow({ row, totalMs }: { row: TimingRow; totalMs: number }) {
  const t = useTranslations("requests.detail");
  const problemText = useProblemText();
  return (
    <li className="grid gap-1.5 rounded-lg border border-border px-3.5 py-2.5">
      <div className="flex flex-wrap items-baseline gap-x-2.5 gap-y-0.5 text-sm">
        <span className="text-muted-foreground">{t("attempt", { number: row.attempt })}</span>
        <span className="min-w-0 truncate font-medium">
          <NamedThing thing={row.channel} />
        </span>
        {row.status === null ? null : (
          <span className="text-muted-foreground">{t("statusIs", { status: String(row.status) })}</span>
        )}
        <span className="ms-auto text-muted-foreground">
          {row.endMs === null ? null : <Duration ms={row.endMs - row.startMs} />}
        </span>
      </div>
      <Bar endMs={row.endMs} firstByteMs={row.firstByteMs} startMs={row.startMs} totalMs={totalMs} />
      {row.code === null ? null : (
        <p className="text-sm text-pretty text-danger">
          {problemText({ code: row.code })}{" "}
          <code className="font-mono text-xs text-muted-foreground" data-user-text>
            {row.code}
          </code>
        </p>
      )}
    </li>
  );
}

/** A bar of the whole request on which one attempt waits for its first byte and then answers. */
function Bar(props: { startMs: number; firstByteMs: number | null; endMs: number | null; totalMs: number }) {
  const { startMs, endMs, totalMs } = props;
  const end = endMs ?? totalMs;
  const first = props.firstByteMs ?? end;
  return (
    <div aria-hidden className="relative h-2 overflow-hidden rounded-full bg-track">
      <Part className="bg-primary/40" from={startMs} to={first} totalMs={totalMs} />
      <Part className="bg-primary" from={first} to={end} totalMs={totalMs} />
    </div>
  );
}

function Part(props: { from: number; to: number; totalMs: number; className: string }) {
  const { offset, width } = stretchOf(props.from, props.to, props.totalMs);
  return (
    <div
      className={cn("absolute inset-y-0", props.className)}
      style={{ insetInlineStart: `${offset}%`, width: `${width}%` }}
    />
  );
}

function Legend() {
  const t = useTranslations("requests.detail");
  return (
    <div className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted-foreground">
      <Swatch className="bg-primary/40">{t("waiting")}</Swatch>
      <Swatch className="bg-primary">{t("answering")}</Swatch>
    </div>
  );
}

function Swatch({ className, children }: { className: string; children: ReactNode }) {
  return (
    <span className="flex items-center gap-1.5">
      <span aria-hidden className={cn("size-2.5 rounded-xs", className)} />
      {children}
    </span>
  );
}
