import type { LimitPlan } from "./limit-plans";
import type { BucketAsk, BucketLine, DomainConfig, QuotaStore } from "./quota-store";
import type { ResolvedBucket } from "./resolve-limits";

/** A caller's limits as one of its keys sees them, with what its counters are defined by. */
export type ReadCaller = { readonly plan: LimitPlan; readonly config: DomainConfig };

/** What reading counters works with. */
export type PeekDeps = {
  readonly store: QuotaStore;
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

/** A window that ended meanwhile, one more, and a round for it to be seen. */
const MAX_ROUNDS = 3;

/**
 * Reads counters as a reserve would find them and writes nothing; buckets are those of the store's own instant. `absent`: the counters are not
 * there, or were filled by older limits, so the next reserve brings them in line with the ledger first (quota.md Q49, Q50) · `away`: they do
 * not answer.
 */
export async function peekBuckets(ask: PeekAsk, deps: PeekDeps): Promise<Peeked | "absent" | "away"> {
  const { plan, config } = ask;
  const { userId } = plan.caller;
  try {
    let at = deps.now();
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const buckets = ask.bucketsAt(at);
      if (buckets.length === 0) return { at, buckets, asks: [], lines: [] };
      const asks = ask.asksOf(buckets);
      const seen = await deps.store.peek({ userId, config, buckets: asks });
      if (seen === null) return "absent";
      if (areSame(buckets, ask.bucketsAt(seen.at))) return { ...seen, buckets, asks };
      at = seen.at;
    }
    return "away";
  } catch (error) {
    deps.onFault({ kind: "store", error });
    return "away";
  }
}

/** Whether the buckets of two instants are the same windows under the same caps. */
function areSame(some: readonly ResolvedBucket[], others: readonly ResolvedBucket[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ id, cap }, index) => id === others[index]?.id && cap === others[index]?.cap)
  );
}
