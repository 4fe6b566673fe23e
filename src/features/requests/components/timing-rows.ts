import type { RequestAttempt, RequestDetail } from "@/operations/requests/schema";

/** When one attempt ran, in milliseconds since the request came in. */
export type TimingRow = {
  readonly attempt: number;
  readonly channel: RequestAttempt["channel"];
  readonly startMs: number;
  /** null: no byte arrived. */
  readonly firstByteMs: number | null;
  /** null: not known. */
  readonly endMs: number | null;
  readonly status: number | null;
  readonly code: string | null;
};

/** When each attempt of a request ran: one ends where the next begins, the last with the request. */
export function timingRows(request: Pick<RequestDetail, "at" | "durationMs" | "attempts">): readonly TimingRow[] {
  const received = Date.parse(request.at);
  const since = (startedAt: string) => Math.max(0, Date.parse(startedAt) - received);
  return request.attempts.map((one, index) => {
    const startMs = since(one.startedAt);
    const next = request.attempts[index + 1];
    const endMs = next === undefined ? request.durationMs : since(next.startedAt);
    return {
      attempt: one.attempt,
      channel: one.channel,
      startMs,
      firstByteMs: one.firstByteMs === null ? null : startMs + one.firstByteMs,
      endMs: endMs === null ? null : Math.max(startMs, endMs),
      status: one.status,
      code: one.code,
    };
  });
}

/** A stretch of a bar in percent of its width. */
export type Stretch = { readonly offset: number; readonly width: number };

/** The stretch from one instant to another on a bar of `totalMs`; both ends are kept on the bar. */
export function stretchOf(fromMs: number, toMs: number, totalMs: number): Stretch {
  const percent = (ms: number) => (totalMs <= 0 ? 0 : Math.min(100, Math.max(0, (ms / totalMs) * 100)));
  const offset = percent(fromMs);
  return { offset, width: Math.max(0, percent(toMs) - offset) };
}
