import type { LimitedResult } from "./quota/quota";
import type { RateSource } from "./quota/resolve-rates";
import type { LimitAxis, RateMetric } from "./vocabulary";

/** A step of kind `rate` (dashboard.md 7.2): one counter of requests, as the refused request found it. */
export type RateStep = {
  readonly kind: "rate";
  readonly verdict: "pass" | "deny";
  readonly metric: RateMetric;
  readonly axis: LimitAxis;
  readonly targetType: "all" | "group" | "model";
  /** `all`, the name of the model group, or that of the model. */
  readonly target: string;
  /** Whose number decides; `rateId` null: the settings', `userGroupId` null: no group's. */
  readonly winner: { readonly kind: RateSource; readonly rateId: number | null; readonly userGroupId: number | null };
  readonly cap: number;
  /** Set: a bucket that holds this many at most. */
  readonly burst: number | null;
  readonly used: number;
  readonly periodMs: number;
  /** ms until one more fits; 0: it fits. */
  readonly retryAfterMs: number;
};

/** A step of kind `concurrency`: as many requests run as may. */
export type ConcurrencyStep = {
  readonly kind: "concurrency";
  readonly verdict: "deny";
  readonly axis: LimitAxis;
  readonly cap: number;
  readonly used: number;
};

/** The steps up to the one that refused a request, which is the last with a verdict of its own. */
export type RefusedByRate = {
  readonly steps: readonly (RateStep | ConcurrencyStep)[];
  /** Index of the step that is named. */
  readonly deniedBy: number;
};

/** What a request that a rate or the number of requests at once refused was measured by, in the order of channels-and-rates.md R7. */
export function rateSteps(
  { by, used, rates, lines, waitMs }: LimitedResult,
  names: { readonly groupName: string | null; readonly model: string },
): RefusedByRate {
  const steps = rates.counters.map((counter, index): RateStep => {
    const { metric, axis, target: targetType, source, rowId, userGroupId, limit, burst, periodMs } = counter;
    // This replica's own count is told of the counter that refused; the others passed.
    const line = lines?.[index] ?? (index === by ? { used, waitMs } : { used: 0, waitMs: 0 });
    const target = { all: "all", group: names.groupName ?? "", model: names.model }[targetType];
    return {
      ...{ kind: "rate", verdict: line.waitMs > 0 ? "deny" : "pass", metric, axis, targetType, target },
      winner: { kind: source, rateId: rowId, userGroupId },
      ...{ cap: limit, burst, used: line.used, periodMs, retryAfterMs: line.waitMs },
    };
  });
  if (typeof by === "number") return { steps, deniedBy: by };
  const crowded: ConcurrencyStep = {
    ...{ kind: "concurrency", verdict: "deny", axis: by, used },
    cap: rates.concurrency?.[by] ?? 0,
  };
  return { steps: [...steps, crowded], deniedBy: steps.length };
}
