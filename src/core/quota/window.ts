import type { LimitMode, LimitWindow } from "../vocabulary";
import type { Calendar, CalendarRule } from "./calendar";
import type { BucketKind, BucketRef } from "./quota-store";

/*
 * Which instance of a window an instant belongs to (quota.md section 3). An instance is part of its bucket's key, so that a reset is nothing
 * but another key: no counter is ever set to zero. Instances of one rule are half-open and adjoin, except that a fixed window begins with
 * the first admission after the last one ended. Everything here is computed from its arguments; the calendar remembers what it computed.
 */

const SECOND_MS = 1_000;
const FIXED_SECONDS = 18_000;
const FIXED_GRID_SECONDS = 300;

/** Slices of the rolling windows: length in seconds, and how many past ones count (quota.md Q15). */
const SLICES = {
  "5h": { seconds: 300, past: 60 },
  daily: { seconds: 1_800, past: 48 },
  weekly: { seconds: 10_800, past: 56 },
  monthly: { seconds: 43_200, past: 60 },
} as const satisfies Record<WindowRule["window"], { seconds: number; past: number }>;

/** A window with the mode in force and the settings that place it. A `total` has none: it runs from its newest restart. */
export type WindowRule = Omit<CalendarRule, "window"> & {
  readonly window: Exclude<LimitWindow, "total">;
  /** Fits the window (quota.md Q2): `5h` has no calendar, the others have no fixed windows. */
  readonly mode: LimitMode;
};

/** How a bucket of a rule is addressed; `start` and `end` in the units of `BucketRef`. */
export type WindowRef = Pick<BucketRef, "start" | "end"> & {
  readonly kind: Exclude<BucketKind, "total">;
  /** Epoch ms at which a calendar instance ends; until then the answer stays the same. Infinity for the others, which never change. */
  readonly validUntil: number;
};

/** The bucket of a rule at an instant, epoch ms (quota.md Q14-Q16). Throws a RangeError for an unknown zone. */
export function windowAt(rule: WindowRule, at: number, calendar: Calendar): WindowRef {
  const { window, mode } = rule;
  if (mode === "rolling") {
    const { seconds, past } = SLICES[window];
    return { kind: "rolling", start: seconds, end: past, validUntil: Number.POSITIVE_INFINITY };
  }
  if (window === "5h") {
    return { kind: "fixed", start: FIXED_SECONDS, end: FIXED_GRID_SECONDS, validUntil: Number.POSITIVE_INFINITY };
  }
  const { from, to } = calendar.periodAt({ ...rule, window }, at);
  return { kind: "calendar", start: from / SECOND_MS, end: to / SECOND_MS, validUntil: to };
}

/** What a bucket's instances are told apart by. */
type Instances = Pick<BucketRef, "kind" | "start" | "end">;

/**
 * The instance that an admission at `at` (epoch ms) counts in, in the units of `BucketLine.slot`.
 * @param running start of the newest fixed window, epoch s; 0 = none. It goes on for its whole length, then the next begins on the grid.
 */
export function slotAt({ kind, start, end }: Instances, at: number, running = 0): number {
  const seconds = Math.floor(at / SECOND_MS);
  if (kind === "rolling") return Math.floor(seconds / start);
  if (kind === "fixed") return seconds < running + start ? running : Math.floor(seconds / end) * end;
  return start;
}

/** Epoch ms from which on what was counted in an instance counts no more; null: for ever, of a total. */
export function slotEndsAt({ kind, start, end }: Instances, slot: number): number | null {
  if (kind === "total") return null;
  if (kind === "calendar") return end * SECOND_MS;
  if (kind === "fixed") return (slot + start) * SECOND_MS;
  return (slot + 1 + end) * start * SECOND_MS;
}
