import {
  type AxisConfig,
  type Changes,
  type ClosedHold,
  type Counter,
  type Domain,
  type Hold,
  LIVES,
} from "@/core/quota/domain";
import type { RateState, RunningLease } from "@/core/quota/judge-rates";

/** A domain as the memory store keeps it: the rules see it as a plain `Domain`, changes are made in place. */
export type KeptDomain = {
  epoch: string | null;
  sequence: number;
  axes: Map<string, AxisConfig>;
  counters: Map<string, Counter>;
  holds: Map<string, Hold>;
  /** In the order in which the holds ended, so that the first are the first to be forgotten. */
  closed: Map<string, ClosedHold>;
  /** The record last written there: all holds that end alike within a second share one. */
  lastClosed: ClosedHold | null;
  rates: Map<string, RateState>;
  /** By request id. */
  running: Map<string, RunningLease>;
  lock: { readonly token: string; readonly until: number } | null;
  /** Epoch ms of the last write. */
  writtenAt: number;
  /** Epoch ms from which an access sweeps again. */
  sweepAt: number;
};

const SWEEP_EVERY_MS = 10_000;

/** A domain that nothing is known of. */
export function emptyDomain(): KeptDomain {
  return {
    ...{ epoch: null, sequence: 0, axes: new Map(), counters: new Map(), holds: new Map(), closed: new Map() },
    ...{ rates: new Map(), running: new Map() },
    ...{ lastClosed: null, lock: null, writtenAt: 0, sweepAt: 0 },
  };
}

/** Writes what a decision of this turn says. `now` in epoch ms. */
export function applyChanges(kept: KeptDomain, changes: Changes, now: number): void {
  for (const counter of changes.counters) kept.counters.set(counter.id, counter);
  for (const [name, axis] of changes.axes) kept.axes.set(name, axis);
  for (const [id, state] of changes.rates) kept.rates.set(id, state);
  const { opened, ended, running } = changes;
  if (running !== null) kept.running.set(running.requestId, { keyId: running.keyId, until: running.until });
  if (opened !== null) kept.holds.set(opened.holdId, opened);
  if (ended !== null) {
    kept.holds.delete(ended.holdId);
    close(kept, ended, now);
  }
  kept.sequence += 1;
  kept.writtenAt = now;
}

function close(kept: KeptDomain, { holdId, state }: NonNullable<Changes["ended"]>, now: number): void {
  const keptUntil = Math.ceil((now + LIVES.closedMs) / 1_000) * 1_000;
  const { closed, lastClosed } = kept;
  const isShared = lastClosed?.state === state && lastClosed.keptUntil === keptUntil;
  const record = isShared ? lastClosed : { state, keptUntil };
  kept.lastClosed = record;
  const { size } = closed;
  closed.set(holdId, record);
  if (closed.size > size) return;
  closed.delete(holdId);
  closed.set(holdId, record);
}

/** Ends the epoch under a lock. The records of open holds stay, for whoever rebuilds; all else is gone. */
export function endEpoch(kept: KeptDomain, token: string, now: number): void {
  kept.epoch = null;
  kept.axes = new Map();
  kept.counters = new Map();
  kept.closed = new Map();
  kept.lock = { token, until: now + LIVES.lockMs };
  kept.writtenAt = now;
}

/** Puts a rebuilt domain in place of what was there and frees the lock. */
export function startOver(kept: KeptDomain, rebuilt: Domain, now: number): void {
  kept.epoch = rebuilt.epoch;
  kept.sequence = rebuilt.sequence;
  kept.axes = new Map(rebuilt.axes);
  kept.counters = new Map(rebuilt.counters);
  kept.holds = new Map(rebuilt.holds);
  kept.closed = new Map(rebuilt.closed);
  kept.lock = null;
  kept.writtenAt = now;
}

/** Drops what has outlived its time. False: that is all of it. `now` in epoch ms. */
export function sweepDomain(kept: KeptDomain, now: number): boolean {
  kept.sweepAt = now + SWEEP_EVERY_MS;
  if (now >= kept.writtenAt + LIVES.domainMs) endForGood(kept);
  drop(kept.counters, ({ expiresAt }) => expiresAt <= now);
  drop(kept.holds, ({ keptUntil }) => keptUntil <= now);
  drop(kept.rates, ({ expiresAt }) => expiresAt <= now);
  drop(kept.running, ({ until }) => until <= now);
  for (const [id, closed] of kept.closed) {
    if (closed.keptUntil > now) break;
    kept.closed.delete(id);
  }
  const isLocked = kept.lock !== null && kept.lock.until > now;
  const isCounted = kept.rates.size > 0 || kept.running.size > 0;
  return kept.epoch !== null || isLocked || kept.holds.size > 0 || isCounted;
}

function drop<Value>(values: Map<string, Value>, isOver: (value: Value) => boolean): void {
  for (const [id, value] of values) if (isOver(value)) values.delete(id);
}

function endForGood(kept: KeptDomain): void {
  Object.assign(kept, {
    ...emptyDomain(),
    ...{ holds: kept.holds, rates: kept.rates, running: kept.running, lock: kept.lock, sweepAt: kept.sweepAt },
  });
}
