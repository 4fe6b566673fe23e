import { counterAt } from "./counter";
import { isRunning, seededCounter } from "./fill-domain";
import type { BucketAsk, BucketLine } from "./quota-store";
import type { ResolvedBucket } from "./resolve-limits";
import { seedAskOf } from "./seed-ask";
import type { UsageHistory } from "./usage-history";
import { judgeBucket } from "./verdict";

/** Buckets of a user with what is asked of each, at an instant (epoch ms). */
export type LedgerLinesAsk = {
  readonly userId: number;
  readonly buckets: readonly ResolvedBucket[];
  readonly asks: readonly BucketAsk[];
  readonly at: number;
};

/** What a reserve would find in counters that are made from the ledger now; what runs is unknown. Throws database_unavailable. */
export async function ledgerLines(ask: LedgerLinesAsk, history: UsageHistory): Promise<readonly BucketLine[]> {
  const { userId, buckets, asks, at } = ask;
  const { seeds } = await history.read({ userId, buckets: buckets.map(seedAskOf), at });
  return asks.map((asked, index) => {
    const seed = seeds[index];
    const isCounted = seed !== undefined && isRunning(seed);
    return judgeBucket(asked, counterAt(asked, isCounted ? seededCounter(seed, undefined, at) : undefined, at), at);
  });
}
