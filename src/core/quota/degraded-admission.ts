import type { Clock } from "@/lib/clock";
import { createOutage, type Outage } from "@/lib/outage";
import { asksFor } from "./asks-for";
import { createFailurePolicy, type FailurePolicy } from "./failure-policy";
import { type Hold, type HoldBucket, holdIdOf } from "./hold";
import type { Ended } from "./hold-ends";
import { createLocalRates, type LocalRates } from "./local-rates";
import type { QuotaAsk, QuotaResult } from "./quota";
import type { BucketAsk, ReserveAsk } from "./quota-store";
import type { RunningRequest } from "./rate-ask";
import type { Resolution, ResolvedBucket } from "./resolve-limits";
import { seedAskOf } from "./seed-ask";
import type { UsageHistory } from "./usage-history";

/** What admission without counters works with. */
export type DegradedDeps = {
  /** Requests of a user that run here, where their number is capped. */
  runningOf(userId: number): readonly RunningRequest[];
  readonly clock: Clock;
  readonly history: UsageHistory;
  /** Replicas that serve calls, as last seen. */
  gateways(): number;
  isLedgerUp(): boolean;
  onFault(fault: { readonly kind: "history"; readonly error: unknown }): void;
};

/** Admission while the store does not answer, or cannot be rebuilt (quota.md Q54-Q57). */
export type DegradedAdmission = Pick<Outage, "isAway" | "silentMs" | "lost" | "noticed"> & {
  readonly policy: FailurePolicy;
  readonly rates: LocalRates;
  /** The store has not answered since its last failure. */
  isDegraded(): boolean;
  /** The store answers; `userId`: with a verdict, so the counters of this user are there again. */
  answered(userId: number | null): void;
  endedAlone(hold: Hold, ended: Ended): void;
  /** What `decide` would say while the store does not answer; spends nothing of the allowance. */
  preview(ask: AlonePreviewAsk): Promise<AlonePreview>;
  decide(asked: {
    readonly ask: QuotaAsk;
    readonly resolution: Resolution;
    readonly sent: ReserveAsk;
    /** The store's time as this replica knows it, epoch ms. */
    readonly at: number;
  }): Promise<QuotaResult>;
};

/** A request that is not made. */
export type AlonePreviewAsk = Pick<QuotaAsk, "plan" | "target" | "rules" | "demand"> & {
  /** Epoch ms. */
  readonly at: number;
};

/** What would become of it. */
export type AlonePreview =
  | {
      readonly kind: "alone";
      readonly resolution: Resolution;
      readonly asks: readonly BucketAsk[];
      readonly at: number;
    }
  | Extract<QuotaResult, { kind: "unavailable" }>;

/** Admission that trusts the store until it fails. */
export function createDegradedAdmission(deps: DegradedDeps): DegradedAdmission {
  const policy = createFailurePolicy();
  const rates = createLocalRates(deps);
  const outage = createOutage(deps.clock);
  const endings = new WeakMap<readonly HoldBucket[], (actual: readonly number[]) => void>();
  return {
    ...{ policy, rates },
    ...{ isAway: outage.isAway, isDegraded: outage.isDown, silentMs: outage.silentMs },
    ...{ lost: outage.lost, noticed: outage.noticed },
    answered(userId) {
      outage.answered();
      if (userId === null) return;
      policy.recovered(userId);
      rates.forget(userId);
    },
    endedAlone(hold, ended) {
      endings.get(hold.buckets)?.(ended.actual);
      rates.giveBack(hold, ended);
    },
    preview: (ask) => preview(ask, { policy, deps }),
    decide: (asked) => decide(asked, { policy, rates, endings, deps, hasFailed: outage.hasFailed }),
  };
}

type Deciding = Pick<DegradedAdmission, "policy" | "rates"> & {
  readonly endings: WeakMap<readonly HoldBucket[], (actual: readonly number[]) => void>;
  readonly deps: DegradedDeps;
  /** The store has failed since it last answered. */
  hasFailed(): boolean;
};

/** Rates go by this replica's share of them, then limits by their allowance; what does not fit takes nothing. */
async function decide(
  { ask, resolution, sent, at }: Parameters<DegradedAdmission["decide"]>[0],
  { policy, rates, endings, deps, hasFailed }: Deciding,
): Promise<QuotaResult> {
  const all = withGlobal(ask, resolution, at);
  const unavailable = { kind: "unavailable" as const, resolution, bucket: 0, at };
  if (!ask.rules.failOpen) return unavailable;
  if (all.buckets.length > 0 && hasFailed() && !deps.isLedgerUp()) return unavailable;
  if (!(await learn(all.buckets, { policy, deps, at, userId: sent.userId })) && hasFailed()) return unavailable;
  const limited = ask.rates === undefined ? null : rates.judge(sent.userId, ask.rates);
  if (limited !== null) return { kind: "limited", ...limited, at, lines: null };
  const asks = all.buckets.length === 0 ? [] : asksFor(all.buckets, ask.demand());
  const judged = policy.admit({ userId: sent.userId, asks }, ask.rules);
  if (judged.kind === "full") return { ...unavailable, resolution: all, bucket: judged.bucket };
  if (ask.rates !== undefined) rates.take(sent.userId, ask.rates);
  const buckets = asks.map((bucket) => ({ ...bucket, slot: slotOf(bucket, policy.slotOf(bucket.id), at) }));
  endings.set(buckets, judged.end);
  return { kind: "admitted", hold: holdAlone(ask, { at, buckets, resolution: all, record: sent.record }) };
}

async function preview(
  { plan, target, rules, demand, at }: AlonePreviewAsk,
  { policy, deps }: Pick<Learning, "policy" | "deps">,
): Promise<AlonePreview> {
  const { userId } = plan.caller;
  const resolution = plan.resolve(target, at);
  const all = withGlobal({ plan, target }, resolution, at);
  const unavailable = { kind: "unavailable" as const, resolution, bucket: 0, at };
  if (!rules.failOpen || !deps.isLedgerUp()) return unavailable;
  if (!(await learn(all.buckets, { policy, deps, at, userId }))) return unavailable;
  const asks = asksFor(all.buckets, demand());
  const full = policy.fullBucket({ userId, asks }, rules);
  return full === null
    ? { kind: "alone", resolution: all, asks, at }
    : { ...unavailable, resolution: all, bucket: full };
}

/** An unverified decision never releases the global limits: they are asked and charged too (quota.md Q57). */
function withGlobal(ask: Pick<QuotaAsk, "plan" | "target">, resolution: Resolution, at: number): Resolution {
  const global = ask.plan.resolve({ ...ask.target, modelGroupId: null }, at);
  const own = new Set(resolution.buckets.map(({ id }) => id));
  const buckets = [...resolution.buckets, ...global.buckets.filter(({ id }) => !own.has(id))];
  return { ...resolution, buckets, counted: { userGlobal: true, keyGlobal: true } };
}

type Learning = {
  readonly policy: FailurePolicy;
  readonly deps: DegradedDeps;
  readonly at: number;
  readonly userId: number;
};

/** Asks the ledger for buckets that no line is known of. False: it does not answer. */
async function learn(buckets: readonly ResolvedBucket[], { policy, deps, at, userId }: Learning): Promise<boolean> {
  const unknown = buckets.filter(({ id }) => !policy.knows(id));
  if (unknown.length === 0) return true;
  try {
    const { seeds } = await deps.history.read({ userId, buckets: unknown.map(seedAskOf), at });
    policy.learn(seeds);
    return true;
  } catch (error) {
    deps.onFault({ kind: "history", error });
    return false;
  }
}

/** The window instance that a request of this instant belongs to; a fixed window is the known one while it runs. */
function slotOf({ kind, start, end }: BucketAsk, known: number | null, at: number): number {
  const seconds = Math.floor(at / 1000);
  if (kind === "rolling") return Math.floor(seconds / start);
  if (kind !== "fixed") return start;
  return known !== null && seconds < known + start ? known : seconds - (seconds % end);
}

function holdAlone(ask: QuotaAsk, given: Pick<Hold, "at" | "buckets" | "resolution" | "record">): Hold {
  const { plan, requestId, no, target } = ask;
  const { userId, keyId } = plan.caller;
  return {
    ...{ id: holdIdOf(requestId, no), requestId, no, userId, keyId, target, ...given },
    lines: null,
    ...(ask.rates === undefined || ask.rates.counters.length === 0
      ? {}
      : { rates: { counters: ask.rates.counters, lines: null } }),
    counted: given.resolution.counted,
    failOpen: true,
  };
}
