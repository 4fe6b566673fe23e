import { type Counter, LIVES, type Slice } from "./domain";
import type { BucketRef } from "./quota-store";

/*
 * Which instance of a bucket is current, and what is added to one (quota.md Q15-Q19). `now` is the store's time in epoch ms; windows are
 * reckoned in whole seconds. A store clock that jumps back opens nothing again: a rolling bucket keeps its newest first slice.
 */

/** Amounts to add to a counter at `now`; negative to take away. */
export type Addition = {
  readonly settled: number;
  readonly held: number;
  readonly worst: number;
  /** Epoch ms. */
  readonly now: number;
};

/** A bucket and one of its instances. */
export type Placed = BucketRef & { readonly slot: number };

/** The instant of a hold's admission and the present one, epoch ms. */
export type Instants = { readonly at: number; readonly now: number };

/** The counter that a reserve at `now` is judged by: the stored one, its dead slices taken off, or the next instance at zero. */
export function counterAt(ref: BucketRef, stored: Counter | undefined, now: number): Counter {
  const second = Math.floor(now / 1000);
  switch (ref.kind) {
    case "calendar":
      return stored ?? emptyCounter(ref, ref.start, now);
    case "fixed":
      return stored !== undefined && second < stored.slot + ref.start
        ? stored
        : emptyCounter(ref, second - (second % ref.end), now);
    case "total":
      return stored !== undefined && stored.slot >= ref.start ? stored : emptyCounter(ref, ref.start, now);
    case "rolling":
      return agedCounter(ref, stored, now);
  }
}

/** The instance in which a reserve at `now` counts, given the counter of `counterAt`. */
export function slotAt(ref: BucketRef, counter: Counter, now: number): number {
  return ref.kind === "rolling" ? Math.max(counter.slot, sliceAt(ref, now)) : counter.slot;
}

/**
 * The counter of one instance, for the amounts of a hold that was placed in it; null: the instance is gone, or it has not begun in this
 * store. An instance that is still live and was never counted in starts at zero. Whose fixed window was lost and began anew counts in the one
 * that its admission lies in, as in the ledger.
 */
export function counterOf(placed: Placed, stored: Counter | undefined, { at, now }: Instants): Counter | null {
  switch (placed.kind) {
    case "calendar":
      return expiryOf(placed, placed.slot, now) > now ? (stored ?? emptyCounter(placed, placed.slot, now)) : null;
    case "fixed":
      return fixedCounterOf(placed, stored, { at, now });
    case "total":
      if (stored === undefined) return emptyCounter(placed, placed.slot, now);
      return stored.slot === placed.slot ? stored : null;
    case "rolling": {
      const aged = agedCounter(placed, stored, now);
      return placed.slot >= aged.slot ? aged : null;
    }
  }
}

function fixedCounterOf(placed: Placed, stored: Counter | undefined, { at, now }: Instants): Counter | null {
  if (stored !== undefined && (stored.slot === placed.slot || isWithin(placed, stored.slot, at))) return stored;
  const second = Math.floor(now / 1000);
  const isLive = second < placed.slot + placed.start;
  const isFree = stored === undefined || second >= stored.slot + placed.start;
  return isLive && isFree ? emptyCounter(placed, placed.slot, now) : null;
}

function isWithin({ start }: BucketRef, slot: number, at: number): boolean {
  const second = Math.floor(at / 1000);
  return second >= slot && second < slot + start;
}

/** The counter with amounts added in the instance `slot`; a slice that the bucket does not reach yet counts as its newest. */
export function addAmounts(placed: Placed, counter: Counter, amounts: Addition): Counter {
  return {
    id: counter.id,
    slot: counter.slot,
    settled: counter.settled + amounts.settled,
    held: counter.held + amounts.held,
    worst: counter.worst + amounts.worst,
    slices:
      placed.kind === "rolling" ? addToSlice(counter.slices, reachableSlot(placed, counter), amounts) : counter.slices,
    expiresAt: expiryOf(placed, counter.slot, amounts.now),
  };
}

/** The slice that amounts for `placed.slot` go to, given the counter of `counterOf`; elsewhere the instance of that counter. */
export function reachableSlot(placed: Placed, counter: Counter): number {
  return placed.kind === "rolling" ? Math.min(placed.slot, counter.slot + placed.end) : counter.slot;
}

/** End of the instance or of its oldest slice, epoch ms; null: never. */
export function endOf(ref: BucketRef, counter: Counter): number | null {
  switch (ref.kind) {
    case "calendar":
      return ref.end * 1000;
    case "fixed":
      return (counter.slot + ref.start) * 1000;
    case "total":
      return null;
    case "rolling":
      return sliceEnd(ref, counter.slot);
  }
}

/** When a slice of a rolling bucket stops counting, epoch ms. */
export function sliceEnd(ref: BucketRef, slot: number): number {
  return (slot + 1 + ref.end) * ref.start * 1000;
}

/** A counter at zero. */
export function emptyCounter(ref: BucketRef, slot: number, now: number): Counter {
  return { id: ref.id, slot, settled: 0, held: 0, worst: 0, slices: [], expiresAt: expiryOf(ref, slot, now) };
}

/** A rolling counter without the slices that no longer count, or an empty one. */
export function agedCounter(ref: BucketRef, stored: Counter | undefined, now: number): Counter {
  const first = sliceAt(ref, now) - ref.end;
  if (stored === undefined) return emptyCounter(ref, first, now);
  if (stored.slot >= first) return stored;
  const dead = stored.slices.filter((slice) => slice.slot < first);
  let { settled, held, worst } = stored;
  for (const slice of dead) {
    settled -= slice.settled;
    held -= slice.held;
    worst -= slice.worst;
  }
  return { ...stored, slot: first, settled, held, worst, slices: stored.slices.slice(dead.length) };
}

function sliceAt(ref: BucketRef, now: number): number {
  return Math.floor(Math.floor(now / 1000) / ref.start);
}

function addToSlice(slices: readonly Slice[], slot: number, amounts: Addition): readonly Slice[] {
  let at = slices.length;
  while (at > 0 && (slices[at - 1] as Slice).slot >= slot) at--;
  const found = slices[at];
  const copy = slices.slice();
  if (found?.slot !== slot)
    copy.splice(at, 0, { slot, settled: amounts.settled, held: amounts.held, worst: amounts.worst });
  else
    copy[at] = {
      slot,
      settled: found.settled + amounts.settled,
      held: found.held + amounts.held,
      worst: found.worst + amounts.worst,
    };
  return copy;
}

function expiryOf(ref: BucketRef, slot: number, now: number): number {
  switch (ref.kind) {
    case "calendar":
      return ref.end * 1000 + LIVES.counterMs;
    case "fixed":
      return (slot + ref.start) * 1000 + LIVES.counterMs;
    case "total":
      return Number.POSITIVE_INFINITY;
    case "rolling":
      return now + ref.start * ref.end * 1000 + LIVES.counterMs;
  }
}
