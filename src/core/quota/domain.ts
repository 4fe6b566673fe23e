import type { RateBoard, RateChanges } from "./judge-rates";
import type { HeldBucket, HoldState, KnownDefinitions, OpenHold } from "./quota-store";

/*
 * All counters of one user as a plain value (quota.md section 4), and what a rule wants changed in it. Rules read a domain and answer a
 * `Decision`; whoever keeps the domain applies its changes in the same turn. Counters and holds are replaced, never edited, so a decision
 * copies what it touches and nothing else. What belongs to an ended epoch does not exist: a rebuild starts with empty maps.
 */

/** How long what a domain keeps lives after its last write or its end, ms (quota.md section 4). */
export const LIVES = {
  domainMs: 35 * 86_400_000,
  holdMs: 2 * 86_400_000,
  closedMs: 30 * 60_000,
  /** Behind the end of a window instance. */
  counterMs: 2 * 86_400_000,
  lockMs: 15_000,
} as const;

/** What was counted in one slice of a rolling window. */
export type Slice = {
  /** Slice number: epoch seconds divided by the slice length. */
  readonly slot: number;
  readonly settled: number;
  readonly held: number;
  readonly worst: number;
};

/** One instance of a bucket. */
export type Counter = {
  /** Of its bucket. */
  readonly id: string;
  /** Calendar and fixed: start, epoch s · total: restart, epoch ms · rolling: the first slice that may count. */
  readonly slot: number;
  readonly settled: number;
  readonly held: number;
  readonly worst: number;
  /** Rolling only: the slices in which something was counted, oldest first; they add up to the three sums. */
  readonly slices: readonly Slice[];
  /** Epoch ms; a `total` lives as long as its domain. */
  readonly expiresAt: number;
};

/** A bucket of a hold with what it holds there. */
export type HeldAmounts = HeldBucket & { readonly est: number; readonly worst: number };

/** An open hold. */
export type Hold = OpenHold & {
  /** Not renewed in time; still counted. */
  readonly isLimbo: boolean;
  /** Epoch ms at which it is forgotten. */
  readonly keptUntil: number;
};

/** The record of a hold that ended. */
export type ClosedHold = { readonly state: "settled" | "voided"; readonly keptUntil: number };

/** What an axis was defined by when its buckets were filled last (quota.md Q50). */
export type AxisConfig = {
  readonly fingerprint: string;
  readonly version: number;
  readonly definitions: readonly string[];
};

/** All counters of one user. Axes: `user` and `key:<id>`. Rates and running requests outlive an epoch. */
export type Domain = RateBoard & {
  /** null: lost or being rebuilt. */
  readonly epoch: string | null;
  readonly sequence: number;
  readonly axes: ReadonlyMap<string, AxisConfig>;
  readonly counters: ReadonlyMap<string, Counter>;
  /** Open ones and those in limbo. */
  readonly holds: ReadonlyMap<string, Hold>;
  readonly closed: ReadonlyMap<string, ClosedHold>;
};

/** What a decision writes; whoever applies it steps the sequence by one. */
export type Changes = RateChanges & {
  readonly counters: readonly Counter[];
  readonly axes: readonly (readonly [string, AxisConfig])[];
  /** Put in place of a hold of the same id. */
  readonly opened: Hold | null;
  /** Taken out of the open ones. */
  readonly ended: { readonly holdId: string; readonly state: ClosedHold["state"] } | null;
};

/** A reply, and what must be written for it; null: nothing. */
export type Decision<Reply> = { readonly reply: Reply; readonly changes: Changes | null };

/** Changes of nothing, to be spread into those of something. */
export const NO_CHANGES: Changes = {
  ...{ counters: [], axes: [], opened: null, ended: null },
  ...{ rates: [], running: null },
};

/** Name of a key's axis in `Domain.axes`. */
export function keyAxis(keyId: number): string {
  return `key:${keyId}`;
}

/** The counter under an id, unless its life is over. `now` in epoch ms. */
export function findCounter(domain: Domain, id: string, now: number): Counter | undefined {
  const counter = domain.counters.get(id);
  return counter === undefined || counter.expiresAt <= now ? undefined : counter;
}

/** An open hold, unless its life is over. */
export function findOpenHold(domain: Domain, holdId: string, now: number): Hold | undefined {
  const hold = domain.holds.get(holdId);
  return hold === undefined || hold.keptUntil <= now ? undefined : hold;
}

/** The record of an ended hold, unless its life is over. */
export function findClosedHold(domain: Domain, holdId: string, now: number): ClosedHold | undefined {
  const closed = domain.closed.get(holdId);
  return closed === undefined || closed.keptUntil <= now ? undefined : closed;
}

/** What the store knows of a hold; null: nothing. */
export function stateOf(domain: Domain, holdId: string, now: number): HoldState | null {
  const hold = findOpenHold(domain, holdId, now);
  if (hold !== undefined) return hold.isLimbo ? "limbo" : "open";
  return findClosedHold(domain, holdId, now)?.state ?? null;
}

/** Definitions stored of the user's axis and of one key's. */
export function knownDefinitions(domain: Domain, keyId: number): KnownDefinitions {
  return {
    user: domain.axes.get("user")?.definitions ?? [],
    key: domain.axes.get(keyAxis(keyId))?.definitions ?? [],
  };
}
