import { asNanoUsd, type NanoUsd } from "@/lib/money";
import { costCounts } from "./cost-counts";
import type { PriceRow, TokenClass } from "./price";

/** Bytes of text per token and output tokens that are assumed until they are learnt (quota.md Q32). */
const BYTES_PER_TOKEN = 4;
const EXPECTED_OUTPUT_TOKENS = 1024;
const BLOB_TOKENS = 1000;
const WORST_BYTES_PER_TOKEN = 2;
const WORST_BLOB_TOKENS = 4000;
const WORST_OVERHEAD_TOKENS = 128;

/** What a call asks for, as far as the estimate goes. */
export type EstimatedCall = {
  /** Bytes of the decoded body outside blobs. */
  readonly textBytes: number;
  readonly blobCount: number;
  /** The client's max-token field; null = none. */
  readonly maxOutputTokens: number | null;
  /** Replies asked for, 1..128. */
  readonly choices: number;
  /** Service tier asked for. */
  readonly tier: string;
};

/** A call on one channel. */
export type EstimateAsk = {
  readonly call: EstimatedCall;
  readonly worstCaseOutputTokens: number;
  /** Candidate price rows; empty: everything costs 0. */
  readonly rows: readonly PriceRow[];
  /** Instant of admission, epoch ms. */
  readonly at: number;
  readonly channelPpm: number;
  readonly groupPpm: number;
  /** The protocol lets a client write its whole input into a cache: the worst case takes the dearest of both prices. */
  readonly cacheWriteInput: boolean;
};

/** Expected input and worst case in nano-USD, input <= worst; expected tokens, output over all choices. */
export type Estimate = {
  readonly inputNanoUsd: NanoUsd;
  readonly worstNanoUsd: NanoUsd;
  readonly inputTokens: number;
  readonly outputTokens: number;
};

/** Estimates a call before it is sent (quota.md Q32). Cache discounts are never assumed. */
export function estimateCall(ask: EstimateAsk): Estimate {
  const { call } = ask;
  const limit = call.maxOutputTokens ?? Number.POSITIVE_INFINITY;
  const inputTokens = Math.ceil(call.textBytes / BYTES_PER_TOKEN) + BLOB_TOKENS * call.blobCount;
  const outputTokens = Math.min(limit, EXPECTED_OUTPUT_TOKENS) * call.choices;
  const worstInput =
    Math.ceil(call.textBytes / WORST_BYTES_PER_TOKEN) + WORST_BLOB_TOKENS * call.blobCount + WORST_OVERHEAD_TOKENS;
  const worstOutput = Math.min(limit, ask.worstCaseOutputTokens) * call.choices;
  const inputNanoUsd = cost(ask, { input_text: inputTokens });
  let worstNanoUsd: number = cost(ask, { input_text: worstInput, output_text: worstOutput });
  if (ask.cacheWriteInput) {
    for (const written of ["cache_write", "cache_write_long"] as const) {
      worstNanoUsd = Math.max(worstNanoUsd, cost(ask, { [written]: worstInput, output_text: worstOutput }));
    }
  }
  return {
    inputNanoUsd,
    worstNanoUsd: asNanoUsd(Math.max(worstNanoUsd, inputNanoUsd)),
    inputTokens,
    outputTokens,
  };
}

function cost(ask: EstimateAsk, counts: Readonly<Partial<Record<TokenClass, number>>>): NanoUsd {
  const { rows, at, channelPpm, groupPpm } = ask;
  return costCounts({ counts, tier: ask.call.tier, rows, at, channelPpm, groupPpm });
}
