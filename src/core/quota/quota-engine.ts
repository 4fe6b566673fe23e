import type { Clock } from "@/lib/clock";
import { asksFor } from "./asks-for";
import type { BringDeps, BringUser } from "./bring-user";
import type { DegradedAdmission } from "./degraded-admission";
import { domainConfigOf } from "./domain-config";
import type { DomainWatch } from "./domain-watch";
import { type Hold, holdIdOf } from "./hold";
import type { HoldBook } from "./hold-book";
import type { HoldEnds } from "./hold-ends";
import { placedIn } from "./placed-in";
import type { QuotaAsk, QuotaResult } from "./quota";
import type { BucketAsk, DomainConfig, ReserveAsk } from "./quota-store";
import type { RateLine } from "./rate-ask";
import type { Resolution } from "./resolve-limits";
import type { RunningRequests } from "./running-requests";
import type { WaitingLines } from "./waiting-lines";

/** What the engine works with. */
export type QuotaDeps = Omit<BringDeps, "book" | "ttlMs"> & {
  readonly clock: Clock;
  /** Whether other replicas share the counters: only then is a hold recorded for their janitors. */
  readonly isShared: boolean;
  /** As in HoldEndsDeps. */
  readonly written: (() => Promise<void>) | null;
  /** Newest config version by which limits read at `callerVersion` are still right (quota.md Q50). */
  versionOf(callerVersion: number): number;
  /** Replicas that serve calls, as last seen. */
  gateways(): number;
  /** False while the ledger's database does not answer. */
  isLedgerUp(): boolean;
  /** The counters of this user may differ from the ledger and should be compared with it. */
  onDoubt(userId: number): void;
  onFault(fault: { readonly kind: "store" | "history"; readonly error: unknown }): void;
};

/** A hold lives this long without renewal (quota.md Q36). */
export const HOLD_TTL_MS = 45_000;
/** Everything that the steps of an admission share. */
export type QuotaParts = {
  readonly deps: QuotaDeps;
  readonly book: HoldBook;
  readonly ends: HoldEnds;
  readonly bring: BringUser;
  readonly degraded: DegradedAdmission;
  readonly watch: DomainWatch;
  readonly lines: WaitingLines<QuotaResult>;
  readonly running: RunningRequests;
  /** Plans whose dormant caps the store has been told of. */
  readonly told: WeakSet<object>;
  offsetMs: number;
};

/** What one ask of the store is about. */
export type Asked = {
  readonly ask: QuotaAsk;
  readonly resolution: Resolution;
  readonly sent: ReserveAsk;
  /** It stands in a line already: no room is an answer, not a reason to wait. */
  readonly isWaiting: boolean;
};

/** Prepares one ask of the store: ids, configuration and what the request needs of each bucket. */
export function askOf(ask: QuotaAsk, resolution: Resolution, { deps }: QuotaParts): Asked {
  const { userId } = ask.plan.caller;
  const sent = {
    userId,
    holdId: holdIdOf(ask.requestId, ask.no),
    ttlMs: HOLD_TTL_MS,
    config: configOf(ask, deps),
    buckets: resolution.buckets.length === 0 ? [] : asksFor(resolution.buckets, ask.demand()),
    rates: ask.rates,
    record: deps.isShared ? ask.record(resolution.counted) : "",
  };
  return { ask, resolution, sent, isWaiting: false };
}

/** The configuration that a request is resolved by. */
export function configOf({ plan, callerVersion }: QuotaAsk, deps: QuotaDeps): DomainConfig {
  return domainConfigOf(plan, deps.versionOf(callerVersion));
}

/** The hold of an admitted request. */
export function holdOf(
  { ask, resolution, buckets, record }: Pick<Asked, "ask" | "resolution"> & Pick<Hold, "buckets" | "record">,
  { at, lines, rates }: Pick<Hold, "at" | "lines"> & { readonly rates?: readonly RateLine[] | undefined },
): Hold {
  const { plan, requestId, no, target } = ask;
  const counters = ask.rates?.counters;
  return {
    id: holdIdOf(requestId, no),
    requestId,
    no,
    userId: plan.caller.userId,
    keyId: plan.caller.keyId,
    target,
    at,
    buckets,
    lines,
    resolution,
    record,
    rates: counters === undefined || counters.length === 0 ? undefined : { counters, lines: rates ?? null },
    counted: resolution.counted,
    failOpen: false,
  };
}

/** The buckets of a hold with the window instances that the store placed it in. */
export function held(asks: readonly BucketAsk[], slotOf: (index: number) => number): Hold["buckets"] {
  return asks.map((ask, index) => placedIn(ask, slotOf(index)));
}
