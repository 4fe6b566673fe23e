import { limiterField } from "@/operations/channels/schema";
import { type LimiterValues, limiterOf } from "./channel-form-values";

/** What happens to requests above the capacity; `open`: the numbers do not say it yet. `next` is the first one above. */
export type LimiterEffect =
  | { readonly kind: "open" | "off" }
  | { readonly kind: "observe" | "reject"; readonly next: number }
  | {
      readonly kind: "queue";
      readonly next: number;
      readonly waitMs: number;
      /** The first request that finds the queue full. */
      readonly refused: number;
      /** Places of one key; null: as many as there are. */
      readonly share: number | null;
    };

/** The effect of a limiter in the form, when every request takes longer than the wait. */
export function limiterEffect(values: LimiterValues): LimiterEffect {
  const judged = limiterField.safeParse(limiterOf(values));
  if (!judged.success) return { kind: "open" };
  const limiter = judged.data;
  if (limiter.mode === "off") return { kind: "off" };
  const next = limiter.capacity + 1;
  if (limiter.mode !== "queue") return { kind: limiter.mode, next };
  const refused = next + limiter.queueSize;
  return { kind: "queue", next, waitMs: limiter.queueTimeoutMs, refused, share: limiter.maxWaitingPerKey };
}

/** Clients that nobody answers for longer than this tend to give up. */
export const LONG_WAIT_MS = 60_000;
