import { admittedDecision } from "@/core/decision";
import type { AttemptRecord, LedgerEntry, RequestRecord } from "@/core/ledger/entry";
import { settlementOf } from "@/core/ledger/settlement";
import { countTokens } from "@/core/prices/count-tokens";
import type { PriceRow } from "@/core/prices/price";
import { priceUsage } from "@/core/prices/price-usage";
import { addNanoUsd, ZERO_NANO_USD } from "@/lib/money";
import { type Admitted, GROUP_PPM } from "./admit";
import type { AttemptEnd } from "./attempt";
import { billableUsage, freeDetail } from "./bill-attempt";
import type { EngineDeps, Exchange } from "./exchange";
import type { Forwarded } from "./forward";
import type { RelayEnd } from "./relay-state";
import { upstreamRequestIdOf } from "./reply-head";
import { findPriceRows } from "./resolve-target";

/** An admitted call that has ended. */
export type Settled = { readonly admitted: Admitted; readonly forwarded: Forwarded; readonly exchange: Exchange };

/**
 * Closes an admitted call: one ledger entry per attempt that was sent, journalled before it is recorded; nothing sent: voided.
 * Called exactly once per call, from one `finally`.
 */
export function settle(settled: Settled, deps: EngineDeps): void {
  const { id } = settled.exchange;
  const sent = settled.forwarded.ends.filter(({ isDispatched }) => isDispatched);
  const last = sent[sent.length - 1];
  if (last === undefined) {
    deps.journal.settle(settlementOf({ id, kind: "voided", entries: [], request: null }));
    return;
  }
  const entries = sent.map((end, index) => entryOf(end, settled, index === 0 ? 1 : 0));
  const request = recordOf(settled, sent, { entries, last, endedAt: deps.clock.monotonic() });
  const settlement = settlementOf({ id, kind: "settled", entries, request });
  deps.journal.settle(settlement);
  deps.ledger.record(settlement);
  for (const { relay } of sent) deps.metrics.attemptEnded(relay);
  const { protocol, outcome, durationMs, costNanoUsd } = request;
  deps.metrics.requestEnded({ protocol, outcome, status: request.status ?? 0, durationMs, costNanoUsd });
}

function entryOf(end: AttemptEnd, { admitted, exchange }: Settled, requests: 0 | 1): LedgerEntry {
  const { caller, target } = admitted;
  const { channel } = end.candidate;
  const { usage, source } = billableUsage(end.relay, end.inputTokens);
  const channelPpm = channel.costMultiplierPpm;
  const priced =
    usage === null
      ? { costNanoUsd: ZERO_NANO_USD, detail: freeDetail(channelPpm, GROUP_PPM) }
      : priceUsage({
          usage,
          model: target.model,
          rows: (model) => rowsOn(end, admitted, model),
          at: exchange.receivedAt,
          channelPpm,
          groupPpm: GROUP_PPM,
        });
  const tokens = countTokens(priced.detail.usage);
  return {
    id: exchange.id,
    attempt: end.number,
    admittedAt: exchange.receivedAt,
    holdNo: 1,
    userId: caller.userId,
    keyId: caller.keyId,
    modelGroupId: null,
    model: target.model,
    channelId: channel.id,
    outcome: end.relay.outcome,
    costNanoUsd: priced.costNanoUsd,
    requests,
    tokens: tokens.input + tokens.output,
    costSource: source,
    countedInUserGlobal: true,
    countedInKeyGlobal: true,
    failOpen: false,
    detail: priced.detail,
  };
}

/** Price rows kept from the admission; those of a secondary model as the configuration of the admission has them. */
function rowsOn(end: AttemptEnd, { target }: Admitted, model: string): readonly PriceRow[] {
  if (model === target.model) return end.candidate.rows;
  return findPriceRows(model, end.candidate.channel, target.config) ?? [];
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
      model: { requested: target.model, billed: target.model, mapped: upstreamModel },
      inputTokens: last.inputTokens,
      limits: null,
    }),
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
