/*
 * A sliding window of requests (channels-and-rates.md R5). The period is cut into 60 slices. A slice keeps how many units it counted and when
 * the last of them came, and leaves when that instant is one period old. So no interval of one period ever has more than N units, a unit
 * comes back at most one slice later than in an exact log, and no wait is longer than a period. The twin of `window` in the Lua of the rates.
 */

/** Slices of a period. */
export const RATE_SLICES = 60;

/** What was counted in one slice. Its number is `last` divided by the length of a slice. */
export type RateSlice = {
  /** Epoch ms of its last unit. */
  readonly last: number;
  readonly count: number;
};

/** A window before or after a request: its slices, oldest first, at most 61. */
export type RateWindow = readonly RateSlice[];

/** One window at one instant, epoch ms. The period, ms, is a multiple of 60. */
export type WindowAt = { readonly window: RateWindow; readonly periodMs: number; readonly now: number };

/** The slices that count at an instant. */
export function liveSlices({ window, periodMs, now }: WindowAt): RateWindow {
  const first = window.findIndex(({ last }) => last + periodMs > now);
  if (first === 0) return window;
  return first < 0 ? [] : window.slice(first);
}

/** Units that count at an instant. */
export function countedIn(at: WindowAt): number {
  return liveSlices(at).reduce((sum, { count }) => sum + count, 0);
}

/** ms until one more unit fits by ageing alone (R8); 0: it fits now. `limit` is 1 and above. */
export function windowWaitMs(at: WindowAt, limit: number): number {
  const live = liveSlices(at);
  let used = live.reduce((sum, { count }) => sum + count, 0);
  if (used < limit) return 0;
  for (const { last, count } of live) {
    used -= count;
    if (used < limit) return last + at.periodMs - at.now;
  }
  throw new RangeError("a window without slices counts nothing");
}

/** The window with one more unit, taken now. A clock that went back counts in the newest slice. */
export function takeUnit(at: WindowAt): RateWindow {
  const live = liveSlices(at);
  const newest = live.at(-1);
  const sliceMs = at.periodMs / RATE_SLICES;
  const now = Math.max(at.now, newest?.last ?? 0);
  if (newest === undefined || Math.floor(newest.last / sliceMs) !== Math.floor(now / sliceMs))
    return [...live, { last: now, count: 1 }];
  return [...live.slice(0, -1), { last: now, count: newest.count + 1 }];
}

/** The window without one unit that was taken at `takenAt` (R9); one whose slice left stays as it is. */
export function giveUnitBack(at: WindowAt, takenAt: number): RateWindow {
  const sliceMs = at.periodMs / RATE_SLICES;
  const slice = Math.floor(takenAt / sliceMs);
  return liveSlices(at)
    .map((one) => (Math.floor(one.last / sliceMs) === slice ? { last: one.last, count: one.count - 1 } : one))
    .filter(({ count }) => count > 0);
}
