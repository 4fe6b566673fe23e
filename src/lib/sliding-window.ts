/*
 * A sliding window of units (channels-and-rates.md R5). The period is cut into 60 slices. A slice keeps how many units it counted and when the last
 * of them came, and leaves when that instant is one period old. So no interval of one period ever has more than N units, a unit comes back at most
 * one slice later than in an exact log, and no wait is longer than a period.
 */

/** Slices of a period. */
export const WINDOW_SLICES = 60;

/** What was counted in one slice, and when its last unit came, ms. Its number is `last` divided by the length of a slice. */
export type WindowSlice = { readonly last: number; readonly count: number };

/** A window: its slices, oldest first, at most 61. */
export type SlidingWindow = readonly WindowSlice[];

/** A window at one instant, ms. The period, ms, is a multiple of 60. */
export type WindowAt = { readonly window: SlidingWindow; readonly periodMs: number; readonly now: number };

/** Units that count at an instant. */
export function countedIn(at: WindowAt): number {
  return liveSlices(at).reduce((sum, { count }) => sum + count, 0);
}

/** ms until so many more units fit by ageing alone (R8); 0: they fit now. `units` is at most `limit`. */
export function windowWaitMs(at: WindowAt, limit: number, units = 1): number {
  const live = liveSlices(at);
  let used = live.reduce((sum, { count }) => sum + count, 0);
  if (used + units <= limit) return 0;
  for (const { last, count } of live) {
    used -= count;
    if (used + units <= limit) return last + at.periodMs - at.now;
  }
  throw new RangeError("more units than the limit never fit");
}

/** The window with more units, taken now. A clock that went back counts in the newest slice. */
export function takeUnits(at: WindowAt, units = 1): SlidingWindow {
  const live = liveSlices(at);
  const newest = live.at(-1);
  const now = Math.max(at.now, newest?.last ?? 0);
  if (newest === undefined || sliceOf(newest.last, at) !== sliceOf(now, at))
    return [...live, { last: now, count: units }];
  return [...live.slice(0, -1), { last: now, count: newest.count + units }];
}

/** The window in which what was taken at `takenAt` is so many units more, or less. What has left it stays away. */
export function correctUnits(at: WindowAt, takenAt: number, by: number): SlidingWindow {
  const slice = sliceOf(takenAt, at);
  return liveSlices(at).map((one) =>
    sliceOf(one.last, at) === slice ? { last: one.last, count: Math.max(0, one.count + by) } : one,
  );
}

function liveSlices({ window, periodMs, now }: WindowAt): SlidingWindow {
  const first = window.findIndex(({ last }) => last + periodMs > now);
  if (first === 0) return window;
  return first < 0 ? [] : window.slice(first);
}

function sliceOf(instant: number, { periodMs }: WindowAt): number {
  return Math.floor((instant * WINDOW_SLICES) / periodMs);
}
