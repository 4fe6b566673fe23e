import type { NanoUsd } from "@/lib/money";
import type { CostDetail, CostSource, Outcome } from "../vocabulary";

/** The row of one attempt sent upstream, append-only (quota.md section 1, `usage_ledger`). */
export type LedgerEntry = {
  /** Request id, 32 hex digits. */
  readonly id: string;
  /** 1..99; 100 k + a is the k-th correction of attempt a. */
  readonly attempt: number;
  /** Epoch ms. */
  readonly admittedAt: number;
  readonly holdNo: number;
  readonly userId: number;
  readonly keyId: number;
  readonly modelGroupId: number | null;
  readonly model: string;
  readonly channelId: number | null;
  readonly outcome: Outcome;
  readonly costNanoUsd: NanoUsd;
  /** 1 on the first dispatched attempt of a request, 0 on later ones (quota.md Q39). */
  readonly requests: number;
  /** input_total + output_total. */
  readonly tokens: number;
  readonly costSource: CostSource;
  readonly countedInUserGlobal: boolean;
  readonly countedInKeyGlobal: boolean;
  readonly failOpen: boolean;
  /** Usage, tier, multipliers, price row ids: everything `recompute` needs. Plain JSON. */
  readonly detail: EntryDetail;
};

/** What `recompute` needs of an entry and nothing else. Plain JSON. */
export type EntryDetail = CostDetail;

/** One attempt as shown in the request log. */
export type AttemptRecord = {
  readonly attempt: number;
  readonly channelId: number;
  readonly startedAt: number;
  readonly firstByteMs: number | null;
  readonly status: number | null;
  readonly code: string | null;
};

/** What the request log shows of an admitted request; travels with its ledger entries. Plain JSON. */
export type RequestRecord = {
  readonly id: string;
  readonly at: number;
  readonly userId: number;
  readonly keyId: number;
  readonly keyPrefix: string;
  readonly protocol: string;
  readonly operation: string;
  readonly model: string;
  readonly upstreamModel: string | null;
  readonly channelId: number | null;
  readonly stream: boolean;
  readonly outcome: Outcome;
  /** Status the client got; null when it left before one. */
  readonly status: number | null;
  readonly code: string | null;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly costNanoUsd: NanoUsd;
  readonly costSource: CostSource;
  readonly firstByteMs: number | null;
  readonly durationMs: number;
  readonly attempts: readonly AttemptRecord[];
  readonly upstreamRequestId: string | null;
  /** Decision record (dashboard.md 7.2). Plain JSON. */
  readonly decision: unknown;
};

/** A refused request for the log; best effort, written behind the reply (quota.md Q62). */
export type DenialRecord = {
  readonly id: string;
  readonly at: number;
  readonly userId: number | null;
  readonly keyId: number | null;
  readonly keyPrefix: string | null;
  readonly protocol: string;
  readonly operation: string | null;
  readonly model: string | null;
  readonly status: number;
  readonly code: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly decision: unknown;
};

/**
 * Where entries end up. `record` takes the texts of settlements (settlement.ts), inserts each (id, attempt) at most once and adds only
 * inserted rows to the rollup (quota.md Q47).
 */
export type LedgerStore = {
  record(settlements: readonly string[]): Promise<void>;
  /** A poison entry, kept aside so that the rest flows (quota.md Q48). */
  reject(entry: LedgerEntry, reason: string): Promise<void>;
  recordDenials(denials: readonly DenialRecord[]): Promise<void>;
};
