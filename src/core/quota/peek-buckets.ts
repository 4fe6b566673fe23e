import type { BringUser } from "./bring-user";
import type { LimitPlan } from "./limit-plans";
import type { BucketAsk, BucketLine, DomainConfig, QuotaStore } from "./quota-store";
import type { ResolvedBucket } from "./resolve-limits";

/** A caller's limits as one of its keys sees them, with what its counters are defined by. */
export type ReadCaller = { readonly plan: LimitPlan; readonly config: DomainConfig };

/** What reading counters works with. */
export type PeekDeps = {
  readonly store: QuotaStore;
  readonly bring: Pick<BringUser, "rebuild">;
  /** The store's time as this replica knows it, epoch ms. */
  now(): number;
  onFault(fault: { readonly kind: "store"; readonly error: unknown }): void;
};

/** Which buckets are read, and what is asked of each. */
export type PeekAsk = ReadCaller & {
  /** The buckets of an instant, epoch ms. */
  bucketsAt(at: number): readonly ResolvedBucket[];
  asksOf(buckets: readonly ResolvedBucket[]): readonly BucketAsk[];
};

/** Buckets with what a reserve would find in them at `at`, the store's time. */
export type Peeked = {
  readonly at: number;
  readonly buckets: readonly ResolvedBucket[];
  readonly asks: readonly BucketAsk[];
  readonly lines: readonly BucketLine[];
};

/** A rebuild, a window that ended meanwhile, and one round for each to be seen. */
const MAX_ROUNDS = 4;

/**
 * Reads counters as a reserve would find them and places no hold: counters that are not there, or that were filled by older limits, are rebuilt
 * from the ledger first, and buckets are those of the store's own instant. Null: they do not answer, or cannot be brought in line.
 */
export async function peekBuckets(ask: PeekAsk, deps: PeekDeps): Promise<Peeked | null> {
  const { plan, config } = ask;
  const { userId } = plan.caller;
  try {
    let at = deps.now();
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const buckets = ask.bucketsAt(at);
      if (buckets.length === 0) return { at, buckets, asks: [], lines: [] };
      const asks = ask.asksOf(buckets);
      const seen = await deps.store.peek({ userId, config, buckets: asks });
      if (seen === null) await deps.bring.rebuild({ userId, plan, config, at });
      else if (areSame(buckets, ask.bucketsAt(seen.at))) return { ...seen, buckets, asks };
      else at = seen.at;
    }
    return null;
  } catch (error) {
    deps.onFault({ kind: "store", error });
    return null;
  }
}

/** Whether the buckets of two instants are the same windows under the same caps. */
function areSame(some: readonly ResolvedBucket[], others: readonly ResolvedBucket[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ id, cap }, index) => id === others[index]?.id && cap === others[index]?.cap)
  );
}
