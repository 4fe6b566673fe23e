import { asNanoUsd, type NanoUsd } from "@/lib/money";
import { type CountsAsk, costCounts, NO_TOOLS } from "./cost-counts";
import type { PriceRow } from "./price";

/** What is assumed of a model until it is learnt (quota.md Q32). */
export const UNLEARNT: ModelHabits = { bytesPerToken: 4, expectedOutputTokens: 1024 };

const BLOB_TOKENS = 1000;
const WORST_BYTES_PER_TOKEN = 2;
const WORST_BLOB_TOKENS = 4000;
const WORST_OVERHEAD_TOKENS = 128;
const WORST_TOOLS_TOKENS = 1024;

/** How a model uses tokens, learnt from its past. */
export type ModelHabits = {
  /** Bytes of text per input token, 2..8. */
  readonly bytesPerToken: number;
  /** Output tokens of one choice, 64..4,096. */
  readonly expectedOutputTokens: number;
};

/** What a call asks for, as far as the estimate goes. */
export type EstimatedCall = {
  /** Bytes of the decoded body outside blobs. */
  readonly textBytes: number;
  readonly blobCount: number;
  /** The client's max-token field; null = none. */
  readonly maxOutputTokens: number | null;
  /** Replies asked for, 1..128. */
  readonly choices: number;
  /** It declares tools. */
  readonly hasTools: boolean;
  /** The most units of each tool that the vendor runs and counts: `web_search` 5. */
  readonly toolUnits: Readonly<Record<string, number>>;
  /** Service tier asked for. */
  readonly tier: string;
};

/** A call on one channel. */
export type EstimateAsk = {
  readonly call: EstimatedCall;
  readonly habits: ModelHabits;
  /** The most output tokens of one choice that the model gives; null: not known. */
  readonly maxOutputTokens: number | null;
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

/** Tokens in and out (output over all choices), and what they cost. */
export type EstimatedTokens = {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly nanoUsd: NanoUsd;
};

/** The three sizes of a call (quota.md Q32); each is at least the one before, in tokens and in cost. */
export type CallEstimate = {
  readonly est: EstimatedTokens;
  /** With the clamp `worstCaseOutputTokens`. */
  readonly worst: EstimatedTokens;
  /** Without the clamp where the client or the model has a maximum; for `strict` limits. */
  readonly strictWorst: EstimatedTokens;
};

/** Expected input of a call: its first ceiling (quota.md Q38). */
export function estimateInput(ask: EstimateAsk): { readonly inputTokens: number; readonly inputNanoUsd: NanoUsd } {
  const inputTokens = expectedInput(ask);
  return { inputTokens, inputNanoUsd: cost(ask, { input_text: inputTokens }) };
}

/** Estimates a call before it is sent. Cache discounts are never assumed. */
export function estimateCall(ask: EstimateAsk): CallEstimate {
  const { call, habits } = ask;
  const est = sized(ask, expectedInput(ask), Math.min(maximumOf(ask), habits.expectedOutputTokens) * call.choices);
  const { inputTokens, clampedOutputTokens: clamped, outputTokens: whole } = boundsOf(ask);
  const worst = atLeast(est, dearest(ask, inputTokens, clamped));
  return { est, worst, strictWorst: whole > clamped ? atLeast(worst, dearest(ask, inputTokens, whole)) : worst };
}

/** The most tokens of a call that its worst case reckons with (quota.md Q32, Q33). */
export type TokenBounds = {
  readonly inputTokens: number;
  /** With the clamp `worstCaseOutputTokens`, and without it where the client or the model has a maximum; over all choices. */
  readonly clampedOutputTokens: number;
  readonly outputTokens: number;
};

/** The bounds of a call's estimate. */
export function boundsOf(ask: Pick<EstimateAsk, "call" | "maxOutputTokens" | "worstCaseOutputTokens">): TokenBounds {
  const { call, worstCaseOutputTokens } = ask;
  const { textBytes, blobCount, choices } = call;
  const maximum = maximumOf(ask);
  const overhead = call.hasTools ? WORST_TOOLS_TOKENS : WORST_OVERHEAD_TOKENS;
  const clamped = Math.min(maximum, worstCaseOutputTokens) * choices;
  return {
    inputTokens: Math.ceil(textBytes / WORST_BYTES_PER_TOKEN) + WORST_BLOB_TOKENS * blobCount + overhead,
    clampedOutputTokens: clamped,
    outputTokens: Number.isFinite(maximum) ? maximum * choices : clamped,
  };
}

/** Output tokens of one choice: the client's maximum or the model's, whichever is less; infinite without one. */
function maximumOf({ call, maxOutputTokens }: Pick<EstimateAsk, "call" | "maxOutputTokens">): number {
  const own = maxOutputTokens ?? Number.POSITIVE_INFINITY;
  return Math.min(call.maxOutputTokens ?? Number.POSITIVE_INFINITY, own);
}

function expectedInput({ call, habits }: EstimateAsk): number {
  return Math.ceil(call.textBytes / habits.bytesPerToken) + BLOB_TOKENS * call.blobCount;
}

function sized(ask: EstimateAsk, inputTokens: number, outputTokens: number): EstimatedTokens {
  return { inputTokens, outputTokens, nanoUsd: cost(ask, { input_text: inputTokens, output_text: outputTokens }) };
}

function dearest(ask: EstimateAsk, inputTokens: number, outputTokens: number): EstimatedTokens {
  const tools = ask.call.toolUnits;
  let nanoUsd: number = cost(ask, { input_text: inputTokens, output_text: outputTokens }, tools);
  if (ask.cacheWriteInput) {
    for (const written of ["cache_write", "cache_write_long"] as const) {
      nanoUsd = Math.max(nanoUsd, cost(ask, { [written]: inputTokens, output_text: outputTokens }, tools));
    }
  }
  return { inputTokens, outputTokens, nanoUsd: asNanoUsd(nanoUsd) };
}

function atLeast(least: EstimatedTokens, given: EstimatedTokens): EstimatedTokens {
  return {
    inputTokens: Math.max(least.inputTokens, given.inputTokens),
    outputTokens: Math.max(least.outputTokens, given.outputTokens),
    nanoUsd: asNanoUsd(Math.max(least.nanoUsd, given.nanoUsd)),
  };
}

function cost(ask: EstimateAsk, counts: CountsAsk["counts"], tools: EstimatedCall["toolUnits"] = NO_TOOLS): NanoUsd {
  const { rows, at, channelPpm, groupPpm } = ask;
  return costCounts({ counts, tools, tier: ask.call.tier, rows, at, channelPpm, groupPpm });
}
