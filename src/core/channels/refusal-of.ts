import type { ErrorCode } from "../errors";
import type { SlotRejection } from "./channel-slots";
import type { ChannelRejection } from "./judge-attempt";

/** Why nothing could be sent: a code of `/v1`, and after how many ms another try may succeed; null: nobody knows. */
export type Refusal = { readonly code: ErrorCode; readonly retryAfterMs: number | null };

type Refusing = { readonly code: ErrorCode; refuses(rejection: ChannelRejection): boolean };

/** In the order in which they are reported. */
const REFUSALS: readonly Refusing[] = [
  { code: "channel_queue_timeout", refuses: ({ kind }) => kind === "timeout" },
  { code: "channel_queue_full", refuses: ({ kind }) => kind === "full" },
  { code: "channel_rate_limited", refuses: ({ kind }) => kind === "rate_limited" },
  { code: "limits_unavailable", refuses: ({ kind }) => kind === "unavailable" },
];

/** A hint is never longer than this, nor is a queue (L13). */
const MAX_RETRY_MS = 30_000;

/**
 * What a limiter's refusal means for the request: after how long a slot should be free for one more (L13), from how long slots are held and how
 * many wait. null: the request itself gave up.
 */
export function rejectionOf(refused: SlotRejection): ChannelRejection | null {
  const { waitedMs, waiting, capacity } = refused;
  const at = { waitedMs, waiting, capacity };
  switch (refused.kind) {
    case "full":
      return { kind: "full", by: refused.reason, retryAfterMs: retryAfterMsOf(refused), at };
    case "timeout":
      return { kind: "timeout", retryAfterMs: retryAfterMsOf(refused), at };
    case "gone":
      return { kind: "gone", at };
    case "unavailable":
      return { kind: refused.kind };
    case "cancelled":
      return null;
  }
}

function retryAfterMsOf({ holdMs, waiting, capacity }: SlotRejection): number {
  return Math.min(MAX_RETRY_MS, (holdMs * (waiting + 1)) / Math.max(1, capacity ?? 1));
}

/**
 * The final error of a request of which nothing was sent (channels-and-rates.md C10). The wait is the smallest that a limiter gives for a queue
 * (L13), and else until the first candidate is eligible again.
 * @param eligibleInMs of the candidates that are out for a while; null: none is
 */
export function refusalOf(rejections: readonly ChannelRejection[], eligibleInMs: number | null): Refusal {
  const found = REFUSALS.find(({ refuses }) => rejections.some(refuses));
  if (found === undefined) return { code: "no_channel_available", retryAfterMs: eligibleInMs };
  const isRate = found.code === "channel_rate_limited";
  const waits = rejections.map((rejection) =>
    "retryAfterMs" in rejection && (rejection.kind === "rate_limited") === isRate ? rejection.retryAfterMs : null,
  );
  const known = [...waits, isRate ? eligibleInMs : null].filter((wait) => wait !== null);
  return { code: found.code, retryAfterMs: known.length === 0 ? null : Math.min(...known) };
}
