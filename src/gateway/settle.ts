import { admittedDecision, type LimitsDecision } from "@/core/decision";
import type { AttemptRecord, LedgerEntry, RequestRecord } from "@/core/ledger/entry";
import { settlementOf } from "@/core/ledger/settlement";
import { limitLines } from "@/core/limit-lines";
import { countTokens } from "@/core/prices/count-tokens";
import { boundsOf } from "@/core/prices/estimate-call";
import { anchorsOf, type Hold } from "@/core/quota/hold";
import { addNanoUsd, ZERO_NANO_USD } from "@/lib/money";
import type { Admitted } from "./admit";
import type { AttemptEnd } from "./attempt";
import { attemptRow } from "./attempt-row";
import { clientMarks } from "./client-marks";
import { amountsOf, entriesOf } from "./entry-of";
import type { EngineDeps, Exchange } from "./exchange";
import type { Forwarded } from "./forward";
import type { RelayEnd } from "./relay-state";
import { upstreamRequestIdOf } from "./reply-head";
import type { Target } from "./resolve-target";

/** An admitted call that has ended. */
export type Settled = { readonly admitted: Admitted; readonly forwarded: Forwarded; readonly exchange: Exchange };

/**
 * Closes an admitted call: one ledger entry per attempt that was sent, journalled before it is recorded; nothing sent: voided.
 * Called exactly once per call, from one `finally`.
 */
export function settle(settled: Settled, deps: EngineDeps): void {
  const { id } = settled.exchange;
  const { ends, hold } = settled.forwarded;
  const sent = ends.filter(({ isDispatched }) => isDispatched);
  const entries = entriesOf(sent, settled);
  const last = sent[sent.length - 1];
  if (last === undefined) {
    deps.journal.settle(settlementOf({ id, kind: "voided", entries: [], request: null }));
    if (hold !== null) deps.quota.void(hold);
    return;
  }
  const request = recordOf(settled, sent, { entries, last, endedAt: deps.clock.monotonic() });
  const anchors = sent.flatMap((end) => anchorsOf(end.hold));
  const settlement = settlementOf({ id, kind: "settled", entries, request, anchors });
  deps.journal.settle(settlement);
  if (hold !== null) endHold(hold, { sent, entries, hasFinished: hasFinished(last) }, deps);
  deps.ledger.record(settlement);
  for (const [index, end] of sent.entries()) {
    const { relay, candidate } = end;
    deps.metrics.attemptEnded({
      channelId: candidate.channel.id,
      result: attemptRow(relay),
      firstByteMs: relay.firstByteMs,
    });
    for (const part of exceededParts(end, entries[index])) deps.metrics.estimateExceeded(part);
  }
  const { protocol, outcome, durationMs, costNanoUsd } = request;
  deps.metrics.requestEnded({ protocol, outcome, status: request.status ?? 0, durationMs, costNanoUsd });
}

const WITHIN: readonly ("input" | "output")[] = [];

/** Parts of which the upstream counted more than the hold's worst case, which is without the clamp where all its limits are strict (quota.md Q33). */
function exceededParts({ estimate, hold }: AttemptEnd, entry: LedgerEntry | undefined): typeof WITHIN {
  if (estimate === null || entry?.costSource !== "upstream") return WITHIN;
  const bounds = boundsOf(estimate);
  const { input, output } = countTokens(entry.detail.usage);
  const isInputWithin = input <= bounds.inputTokens;
  if (isInputWithin && output <= bounds.clampedOutputTokens) return WITHIN;
  const { buckets } = hold.resolution;
  const isStrict = buckets.length > 0 && buckets.every(({ cell }) => cell.enforcement === "strict");
  const isOutputWithin = output <= (isStrict ? bounds.outputTokens : bounds.clampedOutputTokens);
  return [...(isInputWithin ? [] : (["input"] as const)), ...(isOutputWithin ? [] : (["output"] as const))];
}

type Ending = {
  readonly sent: readonly AttemptEnd[];
  readonly entries: readonly LedgerEntry[];
  readonly hasFinished: boolean;
};

/**
 * The last hold of the call; earlier ones ended when it went on to the next channel (quota.md Q59). What was sent under it is settled, with
 * nothing to charge for a call of class R: its unit of the rate per minute stays taken (channels-and-rates.md R11).
 */
function endHold(hold: Hold, { sent, entries, hasFinished }: Ending, deps: EngineDeps): void {
  const wasSent = sent.some((end) => end.hold.no === hold.no);
  if (wasSent) deps.quota.settle(hold, amountsOf(entries.filter(({ holdNo }) => holdNo === hold.no)), hasFinished);
  else deps.quota.void(hold);
}

/** The protocol's normal end was read of a reply that is no error, for a client or while draining (channels-and-rates.md R10). */
function hasFinished({ relay }: AttemptEnd): boolean {
  return relay.status !== null && relay.status < 400 && relay.reading.isComplete && relay.reading.error === null;
}

type Ended = { readonly entries: readonly LedgerEntry[]; readonly last: AttemptEnd; readonly endedAt: number };

function recordOf(
  { admitted, forwarded, exchange }: Settled,
  sent: readonly AttemptEnd[],
  { entries, last, endedAt }: Ended,
): RequestRecord {
  const { caller, call, target } = admitted;
  const { answer } = forwarded;
  const { relay } = last;
  const { channel, upstreamModel } = last.candidate;
  const sum = sumOf(entries);
  return {
    id: exchange.id,
    at: exchange.receivedAt,
    userId: caller.userId,
    keyId: caller.keyId,
    keyPrefix: caller.keyPrefix,
    protocol: exchange.protocol.id,
    operation: exchange.route.operation,
    model: target.model,
    upstreamModel,
    channelId: channel.id,
    stream: call.stream,
    outcome: relay.outcome,
    status: statusOf(answer, relay),
    code: answer.kind === "error" ? answer.error.code : relay.code,
    inputTokens: sum.inputTokens,
    cachedTokens: sum.cachedTokens,
    outputTokens: sum.outputTokens,
    costNanoUsd: sum.costNanoUsd,
    costSource: entries[entries.length - 1]?.costSource ?? "none",
    firstByteMs: relay.isRelayed ? firstByteOf(last, exchange.receivedAt) : null,
    durationMs: Math.round(endedAt - exchange.startedAt),
    attempts: sent.map(attemptRecordOf),
    upstreamRequestId: upstreamRequestIdOf(relay.headers),
    decision: admittedDecision({
      configVersion: target.config.version,
      model: { requested: target.model, billed: last.candidate.billedModel, mapped: upstreamModel },
      estimate: {
        inputTokens: last.inputTokens,
        textBytes: call.blobCount === 0 ? call.textBytes : undefined,
        choices: call.choices === 1 ? undefined : call.choices,
      },
      limits: limitsDecision(last, target),
      channels: forwarded.choices,
      client: clientMarks(exchange.request.headers, call.marks),
    }),
  };
}

/** What the limits said; null when none was asked. */
function limitsDecision({ hold, candidate }: AttemptEnd, { config }: Target): LimitsDecision | null {
  if (hold.buckets.length === 0) return null;
  const group = config.modelGroupOf(candidate.billedModel)?.name ?? null;
  return {
    counted: hold.counted,
    group,
    limits: limitLines({ buckets: hold.resolution.buckets, asks: hold.buckets, lines: hold.lines }),
    failOpen: hold.failOpen,
  };
}

/** From the receipt of the call to the first byte of its reply, ms. */
function firstByteOf({ relay, startedAt }: AttemptEnd, receivedAt: number): number | null {
  return relay.firstByteMs === null ? null : Math.round(startedAt - receivedAt + relay.firstByteMs);
}

/** Status the client got; null when it left before one. */
function statusOf(answer: Forwarded["answer"], relay: RelayEnd): number | null {
  if (answer.kind === "error") return answer.error.status;
  return answer.kind === "kept" || relay.isRelayed ? relay.status : null;
}

function sumOf(entries: readonly LedgerEntry[]) {
  let costNanoUsd = ZERO_NANO_USD;
  const sum = { inputTokens: 0, cachedTokens: 0, outputTokens: 0 };
  for (const entry of entries) {
    const tokens = countTokens(entry.detail.usage);
    sum.inputTokens += tokens.input;
    sum.cachedTokens += tokens.cached;
    sum.outputTokens += tokens.output;
    costNanoUsd = addNanoUsd(costNanoUsd, entry.costNanoUsd);
  }
  return { ...sum, costNanoUsd };
}

function attemptRecordOf({ number, startedAt, candidate, relay }: AttemptEnd): AttemptRecord {
  return {
    attempt: number,
    channelId: candidate.channel.id,
    startedAt,
    firstByteMs: relay.firstByteMs === null ? null : Math.round(relay.firstByteMs),
    status: relay.status,
    code: relay.code,
  };
}
