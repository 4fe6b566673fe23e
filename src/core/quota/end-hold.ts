import { type Addition, addAmounts, counterOf, type Instants } from "./counter";
import {
  type Changes,
  type ClosedHold,
  type Counter,
  type Decision,
  type Domain,
  findClosedHold,
  findCounter,
  findOpenHold,
  type Hold,
  NO_CHANGES,
} from "./domain";
import { giveRatesBack } from "./judge-rates";
import type { EndAsk, EndReply, HeldBucket } from "./quota-store";

/**
 * Ends a hold once (quota.md section 6, Q46). `settled`: what it held is replaced by the actual amounts, in the instances that it was placed
 * in; one that is unknown adds its amounts to the instances of the ask that are live. `voided`: what it held is given back; one that is
 * unknown is shut out. Buckets behind those of the hold held nothing and take their actual amounts. Throws a RangeError for an actual that is
 * no safe integer and an Error when the first buckets are not those of the hold.
 */
export function decideEnd(
  domain: Domain,
  end: EndAsk,
  { now, to }: { readonly now: number; readonly to: ClosedHold["state"] },
): Decision<EndReply> {
  if (domain.epoch === null) return { reply: { kind: "rebuild" }, changes: null };
  const closed = findClosedHold(domain, end.holdId, now);
  if (closed !== undefined) return { reply: { kind: "duplicate", state: closed.state }, changes: null };
  const hold = findOpenHold(domain, end.holdId, now);
  if (to === "settled") demandAmounts(end);
  if (hold !== undefined) demandItsBuckets(end, hold);
  const counters: Counter[] = [];
  const at = hold?.at ?? end.at;
  for (let index = 0; index < end.buckets.length; index++) {
    const placed = hold?.buckets[index];
    const settled = to === "settled" ? (end.actual[index] as number) : 0;
    const held = placed === undefined ? 0 : -placed.est;
    const worst = placed === undefined ? 0 : -placed.worst;
    const bucket = placed ?? (end.buckets[index] as HeldBucket);
    const counter = endedCounter(domain, bucket, { settled, held, worst, now, at });
    if (counter !== null) counters.push(counter);
  }
  return {
    reply: { kind: "ended", epoch: domain.epoch, sequence: domain.sequence + 1, at: now },
    changes: {
      ...{ counters, axes: NO_CHANGES.axes, opened: null, ended: { holdId: end.holdId, state: to }, running: null },
      rates: ratesBack(domain, hold, { end, now, to }),
    },
  };
}

type Ending = { readonly end: EndAsk; readonly now: number; readonly to: ClosedHold["state"] };

/** The units that an end gives back (channels-and-rates.md R9): all, or those of requests that finish successfully. */
function ratesBack(domain: Domain, hold: Hold | undefined, { end, now, to }: Ending): Changes["rates"] {
  if (hold?.rates === undefined || (to === "settled" && end.failed !== true)) return NO_CHANGES.rates;
  const counters = hold.rates.filter(({ metric }) => to === "voided" || metric === "successful");
  return giveRatesBack(domain, counters, { takenAt: hold.at, now });
}

/** Null: the instance is gone. What a counter lost is not taken from it again. */
function endedCounter(domain: Domain, placed: HeldBucket, amounts: Addition & Instants): Counter | null {
  const stored = findCounter(domain, placed.id, amounts.now);
  const counter = counterOf(placed, stored, amounts);
  if (counter === null) return null;
  const isHeldThere = stored !== undefined && (placed.kind !== "fixed" || stored.slot === placed.slot);
  return addAmounts(placed, counter, isHeldThere ? amounts : { ...amounts, held: 0, worst: 0 });
}

function demandAmounts({ holdId, actual, buckets }: EndAsk): void {
  if (actual.length !== buckets.length || !actual.every(Number.isSafeInteger))
    throw new RangeError(`actual amounts of hold ${holdId} are not whole numbers, one per bucket`);
}

function demandItsBuckets(end: EndAsk, hold: Hold): void {
  if (!hold.buckets.every(({ id }, at) => id === end.buckets[at]?.id))
    throw new Error(`buckets of hold ${end.holdId} are not those it was placed in`);
}
