import type { DenialReason, Enforcement } from "../vocabulary";
import type { RateAsk, RateLine, RateRule, RatesAsk, RunningRequest } from "./rate-ask";

/*
 * The port of the counters (quota.md section 4). All counters of one user are one domain: every call names the user, works on that domain in
 * one atomic step and one round trip, and changes everything it should or nothing. Two implementations answer alike: memory and Redis.
 *
 * A call that cannot be answered (no answer in time, a script error, wrong key types) throws; whether it took effect is unknown then, and
 * repeating it with the same hold id is safe. What the counters hold is never trusted over the ledger: a domain without an epoch answers
 * `rebuild`, one whose limits changed answers `fill`, and nothing is written until that was done.
 */

/** How the instances of a bucket follow each other. */
export type BucketKind = "calendar" | "fixed" | "rolling" | "total";

/** Names the counter of one capped cell of one axis. Integers only. */
export type BucketRef = {
  /**
   * `u7:12:usd:daily:1795219200`: axis and subject, target (0 = global), unit, window, and then for calendar the start in epoch seconds, for
   * the others `fixed`, `rolling` or nothing (`total`).
   */
  readonly id: string;
  readonly kind: BucketKind;
  /** calendar: start, epoch s · fixed: length, s · rolling: slice length, s · total: the newest restart, epoch ms (0 = the beginning). */
  readonly start: number;
  /** calendar: end, epoch s · fixed: grid of the start, s · rolling: number of past slices that count · total: 0. */
  readonly end: number;
};

/** What a request asks of one bucket; `0 <= est <= worst`, nano-USD or counts below 2^53. */
export type BucketAsk = BucketRef & {
  readonly cap: number;
  readonly est: number;
  readonly worst: number;
  readonly enforcement: Enforcement;
  /** The instance that the asker takes for the current one, as in BucketLine; absent: it cannot tell. The store decides. */
  readonly slot?: number | undefined;
};

/** The configuration that a request was resolved by (quota.md Q50). An axis without a capped bucket has the fingerprint "". */
export type DomainConfig = {
  readonly version: number;
  readonly keyId: number;
  readonly user: string;
  readonly key: string;
};

/** One reserve: all buckets of a request at once, or none. */
export type ReserveAsk = {
  readonly userId: number;
  /** `<request id>.<number of the reserve>` */
  readonly holdId: string;
  /** Time until the hold goes into limbo unless it is renewed. */
  readonly ttlMs: number;
  readonly config: DomainConfig;
  readonly buckets: readonly BucketAsk[];
  /** Rates and requests at once; absent: none applies. */
  readonly rates?: RatesAsk | undefined;
  /** What a janitor needs to bill the hold without its owner; opaque to the store. */
  readonly record: string;
};

/** Whether a request fits a bucket, and if not, why (quota.md Q30). */
export type Verdict = "fits" | Extract<DenialReason, "exhausted" | "too_large" | "contended">;

/** A bucket as the call found it: before its own hold. */
export type BucketLine = {
  /** The window instance: calendar start (s), fixed start (s), rolling slice number, total restart (ms). */
  readonly slot: number;
  readonly settled: number;
  readonly held: number;
  readonly worst: number;
  /** Epoch ms at which the request may pass (quota.md Q30), else the end of the instance or the next ageing; null: never. */
  readonly resetsAt: number | null;
  readonly verdict: Verdict;
};

/** Definitions stored of each axis, as `fill` wrote them; empty before the first one. */
export type KnownDefinitions = { readonly user: readonly string[]; readonly key: readonly string[] };

/** Answer to a reserve. `at` is the store's time, epoch ms; `epoch` and `sequence` let a replica notice history that was rolled back (Q25). */
export type ReserveReply =
  | {
      readonly kind: "admitted";
      readonly at: number;
      readonly epoch: string;
      readonly sequence: number;
      readonly lines: readonly BucketLine[];
      /** One per counter of the ask; absent where it asked none. */
      readonly rates?: readonly RateLine[] | undefined;
    }
  | {
      /** A rate, or the number of requests at once; judged before the buckets. */
      readonly kind: "limited";
      readonly by: RateRule;
      readonly used: number;
      /** The longest wait of all rates that it fails, ms; 0: only too many run at once. */
      readonly waitMs: number;
      readonly at: number;
      readonly rates: readonly RateLine[];
    }
  | {
      readonly kind: "refused";
      readonly reason: Exclude<Verdict, "fits">;
      /** Index of the bucket that is named; shadow buckets never are. */
      readonly bucket: number;
      readonly at: number;
      readonly lines: readonly BucketLine[];
      readonly rates?: readonly RateLine[] | undefined;
    }
  /** The hold exists. `open`, `limbo`: its first answer was lost; the slots are those of its buckets. */
  | { readonly kind: "duplicate"; readonly state: HoldState; readonly at: number; readonly slots: readonly number[] }
  | { readonly kind: "rebuild" }
  | { readonly kind: "fill"; readonly known: KnownDefinitions }
  /** The instant of the store lies outside a bucket's window: the caller's clock is off, or a boundary just passed. */
  | { readonly kind: "stale_window"; readonly bucket: number; readonly at: number };

/** The life of a hold (quota.md section 6). Limbo: not renewed in time, still counted. */
export type HoldState = "open" | "limbo" | "settled" | "voided";

/** A bucket of a hold with the instance that it was placed in. */
export type HeldBucket = BucketRef & { readonly slot: number };

/** The end of a hold. */
export type EndAsk = {
  readonly userId: number;
  readonly holdId: string;
  /** Admission, epoch ms; that of the hold counts if the store has it. */
  readonly at: number;
  /** Those of the reserve, then those that it did not hold in (quota.md Q57). */
  readonly buckets: readonly HeldBucket[];
  /** Actual amounts, one per bucket; negative only for a correction, whose hold is unknown to the store. Empty when voided. */
  readonly actual: readonly number[];
  /** Settled without having finished successfully: its units of `successful` go back. A void gives all units back (channels-and-rates.md R9). */
  readonly failed?: boolean;
};

/** Answer to the end of a hold. A hold that is unknown adds its amounts once (settle) or is shut out (void). */
export type EndReply =
  | { readonly kind: "ended"; readonly epoch: string; readonly sequence: number; readonly at: number }
  /** It had ended before; nothing changed. */
  | { readonly kind: "duplicate"; readonly state: "settled" | "voided" }
  | { readonly kind: "rebuild" };

/** A hold that is still at work. */
export type RenewAsk = {
  readonly userId: number;
  readonly holdId: string;
  readonly ttlMs: number;
  /** What it may be billed if its owner dies now (quota.md Q38). */
  readonly ceilingNanoUsd: number;
};

/** Answer to a renewal. `unknown`: the store lost it (announce it) · `rebuild`: the domain has no epoch. */
export type RenewReply = "renewed" | "settled" | "voided" | "unknown" | "rebuild";

/** A hold whose owner has not renewed it in time. */
export type ExpiredHold = {
  readonly userId: number;
  readonly holdId: string;
  /** The replica that owns it. */
  readonly replica: string;
  /** Admission, and the end of its last renewal; epoch ms. */
  readonly at: number;
  readonly expiredAt: number;
  readonly record: string;
  readonly ceilingNanoUsd: number;
  readonly buckets: readonly HeldBucket[];
};

/** A hold as its owner knows it, to be written again after the counters were lost. */
export type OpenHold = Omit<ExpiredHold, "buckets" | "expiredAt"> & {
  readonly expiresAt: number;
  readonly buckets: readonly (HeldBucket & { readonly est: number; readonly worst: number })[];
  /** Counters of requests that it took a unit of, at its admission. */
  readonly rates?: readonly RateAsk[] | undefined;
};

/** What the ledger says of a bucket: its settled sum, per slice for a rolling one. */
export type Seed = BucketRef & {
  /** fixed: start of the running window in epoch s, 0 = none. Others: as in BucketLine; rolling: unused, 0. */
  readonly slot: number;
  readonly settled: number;
  /** Rolling only: slice number and its sum; the sums add up to `settled`. */
  readonly slices: readonly (readonly [number, number])[];
};

/** Absolute values of new buckets and what the axes are defined by from now on (quota.md Q50). */
export type FillAsk = {
  readonly userId: number;
  readonly config: DomainConfig;
  /** Definitions of all capped buckets of each axis. */
  readonly definitions: KnownDefinitions;
  /** Settled sums of the buckets whose definition is new; what is held in them stays. */
  readonly seeds: readonly Seed[];
};

/** Everything a domain starts its new epoch with (quota.md Q49). */
export type RebuildAsk = FillAsk & {
  /** From `beginRebuild`. */
  readonly token: string;
  readonly holds: readonly OpenHold[];
  /** Holds whose rows are in the ledger: they count there, whoever else thinks them open. */
  readonly closed: readonly { readonly holdId: string; readonly state: "settled" | "voided" }[];
};

/** The counters of all users. */
export type QuotaStore = {
  reserve(ask: ReserveAsk): ReserveReply | Promise<ReserveReply>;
  /** Replaces the hold by its actual amounts, once. */
  settle(end: EndAsk): EndReply | Promise<EndReply>;
  /** Nothing was sent: gives all back. A later reserve with this id is refused as `duplicate`. */
  void(end: EndAsk): EndReply | Promise<EndReply>;
  /** One batch; the replies in the order of the asks. */
  renew(holds: readonly RenewAsk[]): Promise<readonly RenewReply[]>;
  /** What a reserve would find; writes nothing. `null`: the domain must be rebuilt or filled first. */
  peek(ask: Omit<ReserveAsk, "holdId" | "ttlMs" | "record">): Promise<{
    readonly at: number;
    readonly lines: readonly BucketLine[];
  } | null>;
  /** Counters of requests as a reserve would find them; writes nothing. */
  readRates(
    userId: number,
    counters: readonly RateAsk[],
  ): Promise<{ readonly at: number; readonly lines: readonly RateLine[] }>;
  /** These requests still run: keeps their places for another 30 s, or takes them again after a loss. */
  stayRunning(requests: readonly RunningRequest[]): Promise<void>;
  /** A request no longer runs; nothing happens when it has no place. */
  leave(request: RunningRequest): void | Promise<void>;
  /** At most `limit` holds whose time is over, oldest first; their state is limbo from now on. */
  expired(limit: number): Promise<readonly ExpiredHold[]>;
  /**
   * Takes the user's rebuild lock for 15 s and ends the epoch: from now on every call on the domain answers `rebuild` and writes nothing. Null: another one rebuilds.
   * `holds` are the hold records that the store still has, for those of silent replicas.
   */
  beginRebuild(userId: number): Promise<{ readonly token: string; readonly holds: readonly OpenHold[] } | null>;
  /** Writes a new epoch with absolute values. False: the lock was lost meanwhile, nothing was written. */
  rebuild(ask: RebuildAsk): Promise<boolean>;
  /** Writes new buckets. False: another one filled for the same or a newer version meanwhile, nothing was written. */
  fill(ask: FillAsk): Promise<boolean>;
  /** Adds holds that a rebuild missed; those that are known or closed stay as they are. */
  announce(holds: readonly OpenHold[]): Promise<void>;
};
