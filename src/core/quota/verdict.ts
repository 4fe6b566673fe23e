import { endOf, sliceEnd, slotAt } from "./counter";
import type { Counter } from "./domain";
import type { BucketAsk, BucketLine, Verdict } from "./quota-store";

/** Severity of a refusal; of several buckets the gravest is named, and of equals the first (quota.md Q30). */
export const SEVERITY: Readonly<Record<Verdict, number>> = { fits: 0, contended: 1, too_large: 2, exhausted: 3 };

/**
 * Judges one bucket by the counter that is current at `now`, epoch ms (quota.md section 5). A shadow bucket gets the verdict of `balanced`.
 * Sums above 2^53 lose digits, but never fall below a cap, so the comparison is exact.
 */
export function judgeBucket(ask: BucketAsk, counter: Counter, now: number): BucketLine {
  const verdict = isFitting(ask, counter) ? "fits" : refusalOf(ask, counter);
  return {
    slot: slotAt(ask, counter, now),
    settled: counter.settled,
    held: counter.held,
    worst: counter.worst,
    resetsAt: verdict === "fits" || verdict === "contended" ? endOf(ask, counter) : roomAt(ask, counter),
    verdict,
  };
}

function isFitting(ask: BucketAsk, { settled, held, worst }: Counter): boolean {
  switch (ask.enforcement) {
    case "strict":
      return settled + worst + ask.worst <= ask.cap;
    case "lenient":
      return settled + held + ask.est <= ask.cap;
    case "balanced":
    case "shadow":
      return settled + worst < ask.cap && settled + held + ask.est <= ask.cap;
  }
}

function refusalOf(ask: BucketAsk, { settled }: Counter): Exclude<Verdict, "fits"> {
  if (settled >= ask.cap) return "exhausted";
  return settled + needOf(ask) > ask.cap ? "too_large" : "contended";
}

function needOf(ask: BucketAsk): number {
  return ask.enforcement === "strict" ? ask.worst : ask.est;
}

/** When the request fits by the end of the window or by ageing alone; null: never. */
function roomAt(ask: BucketAsk, counter: Counter): number | null {
  const need = needOf(ask);
  if (need > ask.cap) return null;
  if (ask.kind !== "rolling") return endOf(ask, counter);
  let left = counter.settled;
  for (const slice of counter.slices) {
    left -= slice.settled;
    if (left < ask.cap && left + need <= ask.cap) return sliceEnd(ask, slice.slot);
  }
  return sliceEnd(ask, counter.slot + ask.end);
}
