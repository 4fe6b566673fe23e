import type { LimitAxis, LimitUnit } from "../vocabulary";
import type { BucketRef, Seed } from "./quota-store";

/** A bucket whose settled sum is asked for. */
export type SeedAsk = BucketRef & {
  readonly axis: LimitAxis;
  /** Id of the user or key. */
  readonly subjectId: number;
  /** 0: global, what was counted in the axis' global limits, whatever its model group. */
  readonly modelGroupId: number;
  readonly unit: LimitUnit;
};

/** What the ledger holds of a user, of one instant. */
export type UsageReading = {
  /** In the order of the asks. */
  readonly seeds: readonly Seed[];
  /** Holds whose rows were written in the last 15 minutes. */
  readonly closed: readonly { readonly holdId: string; readonly state: "settled" }[];
};

/** Port: the settled past of a user, from rollup and ledger (quota.md Q49, Q50). */
export type UsageHistory = {
  /**
   * Reads everything in one transaction. `at` is the store's time, epoch ms: rolling buckets get their live slices of that instant, a fixed one its
   * running window. Throws database_unavailable.
   */
  read(ask: {
    readonly userId: number;
    readonly buckets: readonly SeedAsk[];
    readonly at: number;
  }): Promise<UsageReading>;
};
