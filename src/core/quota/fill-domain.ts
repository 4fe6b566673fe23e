import { isAxisOutdated } from "./admission";
import { agedCounter, emptyCounter, reachableSlot } from "./counter";
import { type AxisConfig, type Counter, type Decision, type Domain, findCounter, keyAxis, NO_CHANGES } from "./domain";
import type { FillAsk, Seed } from "./quota-store";

/**
 * Writes the settled sums of newly defined buckets and what the axes are defined by now (quota.md Q50); what is held in a live instance stays.
 * An axis that another one filled for this version or a newer one is left alone; if both are, the reply is false and nothing is written.
 */
export function decideFill(domain: Domain, ask: FillAsk, now: number): Decision<boolean> {
  const axes = outdatedAxes(domain, ask);
  if (domain.epoch === null || axes.length === 0) return { reply: false, changes: null };
  const written = new Set(axes.map(([name]) => axisLetter(name)));
  const counters = ask.seeds
    .filter((seed) => written.has(seed.id.charAt(0)) && isRunning(seed))
    .map((seed) => seededCounter(seed, findCounter(domain, seed.id, now), now));
  return { reply: true, changes: { ...NO_CHANGES, counters, axes } };
}

/** A counter with the settled sum of a seed, and with what `stored` holds in the same instance. A newer instance in the store stays as it is. */
export function seededCounter(seed: Seed, stored: Counter | undefined, now: number): Counter {
  if (seed.kind === "rolling") return seededSlices(seed, stored, now);
  const slot = seed.kind === "calendar" ? seed.start : seed.slot;
  if (stored !== undefined && stored.slot > slot) return stored;
  const held = stored?.slot === slot ? stored : emptyCounter(seed, slot, now);
  return { ...emptyCounter(seed, slot, now), settled: seed.settled, held: held.held, worst: held.worst };
}

/** False for a fixed bucket without a running window: it begins with the next admission, unless the store knows of one. */
export function isRunning(seed: Seed): boolean {
  return seed.kind !== "fixed" || seed.slot !== 0;
}

function seededSlices(seed: Seed, stored: Counter | undefined, now: number): Counter {
  const aged = agedCounter(seed, stored, now);
  const settled = new Map<number, number>();
  for (const [slot, amount] of seed.slices) {
    if (slot < aged.slot) continue;
    const reachable = reachableSlot({ ...seed, slot }, aged);
    settled.set(reachable, (settled.get(reachable) ?? 0) + amount);
  }
  const held = new Map(aged.slices.map((slice) => [slice.slot, slice]));
  const slots = [...new Set([...settled.keys(), ...held.keys()])].sort((a, b) => a - b);
  return {
    ...emptyCounter(seed, aged.slot, now),
    settled: [...settled.values()].reduce((sum, amount) => sum + amount, 0),
    held: aged.held,
    worst: aged.worst,
    slices: slots.map((slot) => ({
      slot,
      settled: settled.get(slot) ?? 0,
      held: held.get(slot)?.held ?? 0,
      worst: held.get(slot)?.worst ?? 0,
    })),
  };
}

function outdatedAxes(domain: Domain, { config, definitions }: FillAsk): readonly (readonly [string, AxisConfig])[] {
  const { version, keyId } = config;
  const wanted = [
    ["user", { fingerprint: config.user, version, definitions: definitions.user }],
    [keyAxis(keyId), { fingerprint: config.key, version, definitions: definitions.key }],
  ] as const;
  return wanted.filter(([name, axis]) => isAxisOutdated(domain.axes.get(name), axis.fingerprint, version));
}

/** Ids of buckets begin with it. */
function axisLetter(name: string): string {
  return name.charAt(0);
}
