import { asNanoUsd, type NanoUsd } from "@/lib/money";
import { audioTokens, type CallUnits, type CountedUnits, spokenTokens } from "./call-units";
import { type CountsAsk, costCounts, NO_TOOLS } from "./cost-counts";
import { countTokens } from "./count-tokens";
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
  /** Images, speech and audio; absent: text alone. */
  readonly units?: CallUnits;
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
  const counts = expectedInput(ask);
  const units = ask.call.units && { ...ask.call.units, images: 0 };
  return { inputTokens: countTokens(counts).input, inputNanoUsd: cost(ask, counts, { units }) };
}

/** The tokens that a call is expected to use, by class. */
export function expectedCounts(ask: EstimateAsk): CountsAsk["counts"] {
  return { ...expectedInput(ask), [outputClass(ask)]: expectedOutput(ask) };
}

/** Estimates a call before it is sent. Cache discounts are never assumed. */
export function estimateCall(ask: EstimateAsk): CallEstimate {
  const est = sized(ask, expectedInput(ask), expectedOutput(ask));
  const { clampedOutputTokens: clamped, outputTokens: whole } = boundsOf(ask);
  const worst = atLeast(est, dearest(ask, clamped));
  return { est, worst, strictWorst: whole > clamped ? atLeast(worst, dearest(ask, whole)) : worst };
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
  const { choices } = call;
  const maximum = maximumOf(ask);
  const clamped = Math.min(maximum, worstCaseOutputTokens) * choices;
  return {
    inputTokens: countTokens(worstInput(call)).input,
    clampedOutputTokens: clamped,
    outputTokens: Number.isFinite(maximum) ? maximum * choices : clamped,
  };
}

/** Output tokens of one choice: the least of the client's maximum, the model's, and what a text gives that is spoken; infinite without one. */
function maximumOf({ call, maxOutputTokens }: Pick<EstimateAsk, "call" | "maxOutputTokens">): number {
  const own = maxOutputTokens ?? Number.POSITIVE_INFINITY;
  const spoken = isSpeech(call) ? spokenTokens(call.units.characters, true) : Number.POSITIVE_INFINITY;
  return Math.min(call.maxOutputTokens ?? Number.POSITIVE_INFINITY, own, spoken);
}

function isSpeech(call: EstimatedCall): call is EstimatedCall & { readonly units: CallUnits } {
  return call.units?.output === "output_audio";
}

function outputClass({ call }: EstimateAsk): CallUnits["output"] {
  return call.units?.output ?? "output_text";
}

function expectedInput({ call, habits }: EstimateAsk): CountsAsk["counts"] {
  return inputCounts(call, Math.ceil(call.textBytes / habits.bytesPerToken), false);
}

function worstInput(call: EstimatedCall): CountsAsk["counts"] {
  const overhead = call.hasTools ? WORST_TOOLS_TOKENS : WORST_OVERHEAD_TOKENS;
  return inputCounts(call, Math.ceil(call.textBytes / WORST_BYTES_PER_TOKEN) + overhead, true);
}

/** Blobs beside text pass for text; files of an image call are images. */
function inputCounts({ blobCount, units }: EstimatedCall, text: number, isWorst: boolean): CountsAsk["counts"] {
  const blobs = (isWorst ? WORST_BLOB_TOKENS : BLOB_TOKENS) * blobCount;
  if (units === undefined) return { input_text: text + blobs };
  if (units.output === "output_image") return { input_text: text, input_image: blobs };
  return { input_text: text, input_audio: audioTokens(units.audioMs, isWorst) };
}

function expectedOutput(ask: EstimateAsk): number {
  const { call, habits } = ask;
  const one = isSpeech(call) ? spokenTokens(call.units.characters, false) : habits.expectedOutputTokens;
  return Math.min(maximumOf(ask), one) * call.choices;
}

function sized(ask: EstimateAsk, input: CountsAsk["counts"], outputTokens: number): EstimatedTokens {
  const nanoUsd = cost(ask, { ...input, [outputClass(ask)]: outputTokens }, ask.call);
  return { inputTokens: countTokens(input).input, outputTokens, nanoUsd };
}

function dearest(ask: EstimateAsk, outputTokens: number): EstimatedTokens {
  const { toolUnits: tools, units } = ask.call;
  const input = worstInput(ask.call);
  const inputTokens = countTokens(input).input;
  const output = { [outputClass(ask)]: outputTokens };
  let nanoUsd: number = cost(ask, { ...input, ...output }, { tools, units });
  if (ask.cacheWriteInput) {
    for (const written of ["cache_write", "cache_write_long"] as const) {
      nanoUsd = Math.max(nanoUsd, cost(ask, { [written]: inputTokens, ...output }, { tools }));
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

type Beside = { readonly tools?: EstimatedCall["toolUnits"]; readonly units?: CountedUnits | undefined };

/** A reply is charged by its tokens or by its units, so the dearer of both. */
function cost(ask: EstimateAsk, counts: CountsAsk["counts"], { tools = NO_TOOLS, units }: Beside = {}): NanoUsd {
  const { rows, at, channelPpm, groupPpm } = ask;
  const by = { tier: ask.call.tier, rows, at, channelPpm, groupPpm };
  const tokens = costCounts({ ...by, counts, tools });
  if (units === undefined) return tokens;
  return asNanoUsd(Math.max(tokens, costCounts({ ...by, counts: {}, units })));
}
