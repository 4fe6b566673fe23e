import { addAmounts, counterOf, reachableSlot } from "./counter";
import {
  type AxisConfig,
  type Counter,
  type Decision,
  type Domain,
  findCounter,
  type HeldAmounts,
  type Hold,
  keyAxis,
  LIVES,
  NO_CHANGES,
  stateOf,
} from "./domain";
import { isRunning, seededCounter } from "./fill-domain";
import type { OpenHold, RebuildAsk } from "./quota-store";

/**
 * A domain at the start of a new epoch (quota.md Q49): the settled sums of the ledger, the records of closed holds, and the open holds that are
 * not among them. Absolute values: whatever the old epoch counted does not exist. `now` in epoch ms.
 */
export function rebuiltDomain(ask: RebuildAsk, epoch: string, now: number): Domain {
  const { config, definitions } = ask;
  const axes = new Map<string, AxisConfig>([
    ["user", { fingerprint: config.user, version: config.version, definitions: definitions.user }],
    [keyAxis(config.keyId), { fingerprint: config.key, version: config.version, definitions: definitions.key }],
  ]);
  const counters = new Map(ask.seeds.filter(isRunning).map((seed) => [seed.id, seededCounter(seed, undefined, now)]));
  const holds = new Map<string, Hold>();
  const keptUntil = now + LIVES.closedMs;
  const closed = new Map(ask.closed.map(({ holdId, state }) => [holdId, { state, keptUntil }]));
  const domain: Domain = { epoch, sequence: 1, axes, counters, holds, closed, rates: new Map(), running: new Map() };
  for (const hold of ask.holds) {
    const { changes } = decideAnnounce(domain, hold, now);
    for (const counter of changes?.counters ?? []) counters.set(counter.id, counter);
    if (changes?.opened) holds.set(hold.holdId, changes.opened);
  }
  return domain;
}

/** Adds an open hold that a rebuild missed to the instances that are live; one that is known, open or closed, stays as it is. */
export function decideAnnounce(domain: Domain, hold: OpenHold, now: number): Decision<null> {
  if (domain.epoch === null || stateOf(domain, hold.holdId, now) !== null) return { reply: null, changes: null };
  const counters: Counter[] = [];
  const buckets = hold.buckets.map((bucket): HeldAmounts => {
    const counter = counterOf(bucket, findCounter(domain, bucket.id, now), { at: hold.at, now });
    if (counter === null) return { ...bucket, est: 0, worst: 0 };
    counters.push(addAmounts(bucket, counter, { settled: 0, held: bucket.est, worst: bucket.worst, now }));
    return { ...bucket, slot: reachableSlot(bucket, counter) };
  });
  const opened: Hold = { ...hold, buckets, isLimbo: false, keptUntil: now + LIVES.holdMs };
  return { reply: null, changes: { ...NO_CHANGES, counters, opened } };
}
