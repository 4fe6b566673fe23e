import type { UsageCounted, UsageDimension, UsageMeasure } from "../vocabulary";

/*
 * What a usage report asks and what it is answered (dashboard.md 6.11). Cost, requests and tokens are those of the ledger, corrections included:
 * the one definition that the request log, the limits and `me` share.
 */

/** Filters of a report; absent = any. Denials know neither model group nor channel, and were split off nothing. */
export type UsageFilter = {
  readonly userId?: number;
  /** Today's members. */
  readonly userGroupId?: number;
  readonly keyId?: number;
  readonly model?: string;
  readonly modelGroupId?: number;
  readonly channelId?: number;
  readonly counted?: UsageCounted;
};

/** What a report is asked for. */
export type UsageAsk = {
  /** n + 1 rising instants (epoch ms) for n buckets. */
  readonly bounds: readonly number[];
  readonly filter: UsageFilter;
  /** null: one series of everything. */
  readonly groupBy: UsageDimension | null;
  readonly measure: UsageMeasure;
  /** How many series are told apart; the rest is one. */
  readonly top: number;
};

/** What was counted of a series in a bucket or in all. */
export type UsageSums = {
  /** Signed nano-USD: of a large gateway more than one counter holds. */
  readonly costNanoUsd: bigint;
  readonly requests: number;
  /** What a limit in tokens counts. */
  readonly tokens: number;
  readonly inputTokens: number;
  /** The part of the input that was read from a cache. */
  readonly cachedTokens: number;
  readonly outputTokens: number;
  /** Attempts that ended with an error of the upstream. */
  readonly errors: number;
  readonly denied: number;
};

/** What was counted of a series: by the index of the bucket, only those with something in them. */
export type UsagePoints = ReadonlyMap<number, UsageSums>;

/** One series of a report. */
export type UsageSeries = {
  /** The id of what it is of, or the name of the model; null: none known. */
  readonly id: number | string | null;
  /** Null without an id, and for what was deleted. */
  readonly name: string | null;
  readonly points: UsagePoints;
};

/** The answer of a report. */
export type UsageReading = {
  /** The greatest first; none without a grouping. */
  readonly series: readonly UsageSeries[];
  /** All series but those; null when there is none. */
  readonly other: UsagePoints | null;
  /** Everything once, also where a user counts in two groups. */
  readonly total: UsagePoints;
};

/** Port: see its method. */
export type UsageStore = {
  /** Sums of the ledger and the denials, exact to the last row that was committed before the call. */
  report(ask: UsageAsk): Promise<UsageReading>;
};
