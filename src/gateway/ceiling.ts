import { type AppError, toAppError } from "@/core/errors";
import type { Journal } from "@/core/ledger/journal";
import { costCounts, NO_TOOLS } from "@/core/prices/cost-counts";
import { type EstimateAsk, estimateCall, estimateInput } from "@/core/prices/estimate-call";
import { type RaisedCeiling, raiseCeiling, renewedCeiling, worstCeiling } from "@/core/prices/raise-ceiling";
import type { Clock } from "@/lib/clock";
import { asNanoUsd } from "@/lib/money";
import type { ReplyReading } from "@/protocols/protocol";
import { seenUsage } from "./seen-usage";

/*
 * The ceiling of one attempt (quota.md Q38): the most that the bytes let go so far may cost, on disk before they leave. A stream begins at its
 * input and is raised step by step, the next step while the last one still covers it. A reply that was not asked for as a stream is billed in
 * full whether it is read or not, so its first ceiling is the worst case. The hot path compares one number per chunk, `coveredBytes`: so many
 * bytes cannot cost more than what is on disk, as each output token takes four of them at least (protocols-and-pricing.md T11).
 */

/** Whose ceiling it is, and what its output costs. */
export type CeilingAsk = {
  readonly id: string;
  readonly attempt: number;
  readonly channelId: number;
  readonly estimate: EstimateAsk;
  /** The request asked for a stream. */
  readonly stream: boolean;
  readonly journal: Journal;
  readonly clock: Clock;
};

/** Hears of frames that were written. */
export type CeilingListener = {
  /** More may leave now. */
  onCovered(): void;
  /** A frame could not be written. */
  onUncovered(error: AppError): void;
};

/** The ceiling of an attempt. */
export type Ceiling = {
  readonly ask: CeilingAsk;
  /** Estimated input. */
  readonly inputTokens: number;
  readonly inputNanoUsd: number;
  /** The most the attempt may cost; 0 until it is asked for. */
  worstNanoUsd: number;
  /** Cost of one output token. */
  tokenNanoUsd: number;
  /** Of the newest frame, on disk or on its way. */
  raised: RaisedCeiling;
  /** On disk. */
  writtenNanoUsd: number;
  /** So many bytes of the reply may leave without another look. */
  coveredBytes: number;
  /** Monotonic ms; null before the first output. */
  outputSince: number | null;
  listener: CeilingListener | null;
};

const BYTES_PER_TOKEN = 4;
const MILLION = 1_000_000;

/** Writes the first ceiling of an attempt; it must be on disk before the dispatch (quota.md Q41). */
export function openCeiling(ask: CeilingAsk): Ceiling {
  const { inputTokens, inputNanoUsd } = estimateInput(ask.estimate);
  const ceiling: Ceiling = {
    ...{ ask, inputTokens, inputNanoUsd, worstNanoUsd: 0, tokenNanoUsd: 0 },
    raised: { ceilingNanoUsd: inputNanoUsd, raiseAtNanoUsd: inputNanoUsd },
    ...{ writtenNanoUsd: 0, coveredBytes: -1, outputSince: null, listener: null },
  };
  if (!ask.stream) ceiling.raised = worstCeiling(estimateCall(ask.estimate).worst.nanoUsd);
  append(ceiling);
  return ceiling;
}

/** The ceiling of an attempt that costs nothing whatever is read: no frame is written. */
export function freeCeiling(ask: CeilingAsk): Ceiling {
  return {
    ask: { ...ask, stream: false },
    ...{ inputTokens: 0, inputNanoUsd: 0, worstNanoUsd: 0, tokenNanoUsd: 0 },
    raised: { ceilingNanoUsd: 0, raiseAtNanoUsd: Number.POSITIVE_INFINITY },
    ...{ writtenNanoUsd: 0, coveredBytes: Number.POSITIVE_INFINITY, outputSince: null, listener: null },
  };
}

/** The first ceiling is on disk. */
export function ceilingWritten(ceiling: Ceiling): void {
  ceiling.writtenNanoUsd = ceiling.raised.ceilingNanoUsd;
  if (!ceiling.ask.stream) ceiling.coveredBytes = Number.POSITIVE_INFINITY;
}

/**
 * The head of a successful reply has come: the ceiling is raised for its first output. A reply that turns out to be no stream is covered as a
 * whole.
 */
export function expectOutput(ceiling: Ceiling, isStream: boolean): void {
  const { estimate, stream } = ceiling.ask;
  if (!stream) return;
  ceiling.worstNanoUsd = Math.max(estimateCall(estimate).strictWorst.nanoUsd, ceiling.inputNanoUsd);
  ceiling.tokenNanoUsd = tokenCost(ceiling);
  if (ceiling.tokenNanoUsd <= 0) ceiling.coveredBytes = Number.POSITIVE_INFINITY;
  else if (isStream) raise(ceiling, raiseCeiling(spending(ceiling, ceiling.inputNanoUsd)));
  else raise(ceiling, worstCeiling(ceiling.worstNanoUsd));
}

/** Bytes of a reply: all so far, and those of an event whose end has not come. */
export type ReplyBytes = { readonly received: number; readonly unread: number };

/**
 * Whether all that was received may leave now; raises the ceiling when it should be. Asked when more was received than `coveredBytes`. What was
 * not read yet may be content; it is charged once it was.
 */
export function covers(ceiling: Ceiling, reading: ReplyReading, { received, unread }: ReplyBytes): boolean {
  const spent = spentOn(ceiling, reading);
  if (spent > ceiling.inputNanoUsd) ceiling.outputSince ??= ceiling.ask.clock.monotonic();
  if (spent >= ceiling.raised.raiseAtNanoUsd) raise(ceiling, raiseCeiling(spending(ceiling, spent)));
  const { writtenNanoUsd, worstNanoUsd, tokenNanoUsd, raised } = ceiling;
  if (writtenNanoUsd >= worstNanoUsd) {
    ceiling.coveredBytes = Number.POSITIVE_INFINITY;
    return true;
  }
  const reached = spent + Math.ceil(unread / BYTES_PER_TOKEN) * tokenNanoUsd;
  if (reached > writtenNanoUsd) return false;
  const tokens = Math.floor((Math.min(raised.raiseAtNanoUsd, writtenNanoUsd) - reached) / tokenNanoUsd);
  ceiling.coveredBytes = received + Math.max(0, tokens) * BYTES_PER_TOKEN;
  return true;
}

/** Whether a reply that was read to its end may leave; only what its usage costs is waited for. */
export function coversEnd(ceiling: Ceiling, reading: ReplyReading): boolean {
  if (ceiling.coveredBytes === Number.POSITIVE_INFINITY) return true;
  const spent = Math.min(spentOn(ceiling, reading), ceiling.worstNanoUsd);
  if (spent > ceiling.raised.ceilingNanoUsd) raise(ceiling, { ceilingNanoUsd: spent, raiseAtNanoUsd: spent });
  return spent <= ceiling.writtenNanoUsd;
}

/** A higher ceiling is on its way to the disk. */
export function isRaising({ raised, writtenNanoUsd }: Ceiling): boolean {
  return raised.ceilingNanoUsd > writtenNanoUsd;
}

/** What the hold may be billed if this process dies before its next renewal, nano-USD; null: no output was seen that could tell. */
export function ceilingForRenewal(ceiling: Ceiling, reading: ReplyReading | null): number | null {
  if (!ceiling.ask.stream) return ceiling.raised.ceilingNanoUsd;
  if (reading === null || ceiling.outputSince === null) return null;
  return renewedCeiling(spending(ceiling, spentOn(ceiling, reading)));
}

function spending(ceiling: Ceiling, spentNanoUsd: number) {
  const { inputNanoUsd, worstNanoUsd, outputSince, ask } = ceiling;
  return {
    spentNanoUsd,
    outputNanoUsd: Math.max(0, spentNanoUsd - inputNanoUsd),
    elapsedMs: outputSince === null ? 0 : ask.clock.monotonic() - outputSince,
    worstNanoUsd,
  };
}

function spentOn({ ask, inputTokens }: Ceiling, reading: ReplyReading): number {
  const { counts, tools } = seenUsage(reading, inputTokens);
  return costOf(ask, counts, tools);
}

function tokenCost({ ask, inputTokens, inputNanoUsd }: Ceiling): number {
  return (costOf(ask, { input_text: inputTokens, output_text: MILLION }) - inputNanoUsd) / MILLION;
}

type Priced = Parameters<typeof costCounts>[0];

function costOf({ estimate }: CeilingAsk, counts: Priced["counts"], tools: Priced["tools"] = NO_TOOLS): number {
  const { rows, at, channelPpm, groupPpm, call } = estimate;
  return costCounts({ counts, tools, tier: call.tier, rows, at, channelPpm, groupPpm });
}

/** Bytes that need the raise wait for its write; the others go on meanwhile. */
function raise(ceiling: Ceiling, raised: RaisedCeiling): void {
  const { journal } = ceiling.ask;
  if (raised.ceilingNanoUsd <= ceiling.raised.ceilingNanoUsd) {
    ceiling.raised = { ...raised, ceilingNanoUsd: ceiling.raised.ceilingNanoUsd };
    return;
  }
  ceiling.raised = raised;
  append(ceiling);
  journal.written().then(
    () => {
      ceiling.writtenNanoUsd = Math.max(ceiling.writtenNanoUsd, raised.ceilingNanoUsd);
      ceiling.listener?.onCovered();
    },
    (error: unknown) => {
      const { writtenNanoUsd } = ceiling;
      ceiling.raised = { ceilingNanoUsd: writtenNanoUsd, raiseAtNanoUsd: writtenNanoUsd };
      ceiling.listener?.onUncovered(toAppError(error));
    },
  );
}

function append({ ask, raised }: Ceiling): void {
  const { id, attempt, channelId, journal } = ask;
  journal.ceiling({ id, attempt, channelId, amountNanoUsd: asNanoUsd(raised.ceilingNanoUsd) });
}
