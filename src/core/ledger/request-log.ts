import type { NanoUsd } from "@/lib/money";
import type { CostSource, Page, RequestOutcome } from "../vocabulary";
import type { AttemptRecord, EntryDetail } from "./entry";

/** Position in a list: instant (epoch ms) and id of the last row seen. */
export type RequestCursor = { readonly at: number; readonly id: string };

/** Filters of the request log; absent = any. */
export type RequestFilter = {
  readonly userId?: number;
  readonly keyId?: number;
  readonly channelId?: number;
  readonly model?: string;
  readonly outcome?: RequestOutcome;
  readonly code?: string;
  /** Epoch ms, inclusive / exclusive. */
  readonly from?: number;
  readonly to?: number;
};

/** One row of the request log: an admitted request or a denial. */
export type RequestRow = {
  readonly id: string;
  readonly at: number;
  readonly outcome: RequestOutcome;
  readonly status: number | null;
  readonly code: string | null;
  readonly userId: number | null;
  readonly userName: string | null;
  readonly keyId: number | null;
  readonly keyName: string | null;
  readonly keyPrefix: string | null;
  readonly protocol: string;
  readonly operation: string | null;
  readonly model: string | null;
  readonly upstreamModel: string | null;
  readonly channelId: number | null;
  readonly channelName: string | null;
  readonly stream: boolean;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly costNanoUsd: NanoUsd;
  readonly costSource: CostSource;
  readonly firstByteMs: number | null;
  readonly durationMs: number | null;
};

/** A request with everything the drawer shows. */
export type RequestDetail = RequestRow & {
  readonly attempts: readonly AttemptRecord[];
  readonly upstreamRequestId: string | null;
  readonly decision: unknown;
  readonly params: Readonly<Record<string, unknown>>;
  /** One per attempt sent upstream, with its price math. */
  readonly entries: readonly {
    readonly attempt: number;
    readonly channelId: number | null;
    readonly outcome: string;
    readonly costNanoUsd: NanoUsd;
    readonly costSource: CostSource;
    readonly tokens: number;
    readonly detail: EntryDetail;
  }[];
};

/** Sums of a period for the overview and `me`. */
export type UsageSummary = {
  readonly costNanoUsd: NanoUsd;
  readonly requests: number;
  readonly tokens: number;
  readonly denied: number;
  /** 95th percentile of the duration of `ok` requests, ms; null without one. */
  readonly p95Ms: number | null;
};

/** Port: see its methods. */
export type RequestStore = {
  list(filter: RequestFilter, page: { limit: number; after: RequestCursor | null }): Promise<Page<RequestRow>>;
  find(id: string): Promise<RequestDetail | null>;
  summary(filter: { userId?: number; keyId?: number; from: number; to: number }): Promise<UsageSummary>;
  /** Id of the newest request at or after `since`, any outcome; for "listening for your first request". */
  newestSince(since: number): Promise<string | null>;
};
