import type { AttemptRecord, LedgerEntry, RequestRecord } from "@/core/ledger/entry";
import { countTokens } from "@/core/prices/count-tokens";
import type { PriceRow } from "@/core/prices/price";
import { priceUsage } from "@/core/prices/price-usage";
import { addNanoUsd, ZERO_NANO_USD } from "@/lib/money";
import { type Admitted, GROUP_PPM } from "./admit";
import type { AttemptEnd } from "./attempt";
import { billableUsage, freeDetail } from "./bill-attempt";
import type { EngineDeps, Exchange } from "./exchange";
import type { Forwarded } from "./forward";
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
    deps.journal.settle({ id, kind: "voided", entries: [], request: null });
    return;
  }
  const entries = sent.map((end, index) => entryOf(end, settled, index === 0 ? 1 : 0));
  const endedAt = deps.clock.monotonic();
  const request: RequestRecord = {
    ...describe(settled, last),
    ...sumOf(entries),
    durationMs: Math.round(endedAt - settled.exchange.startedAt),
    attempts: sent.map(attemptRecordOf),
  };
  deps.journal.settle({ id, kind: "settled", entries, request });
  deps.ledger.record(entries, request);
  for (const { outcome, status, firstByteMs } of sent) deps.metrics.attemptEnded({ outcome, status, firstByteMs });
  const { protocol, outcome, durationMs, costNanoUsd } = request;
  deps.metrics.requestEnded({ protocol, outcome, status: request.status ?? 0, durationMs, costNanoUsd });
}

function entryOf(end: AttemptEnd, { admitted, exchange }: Settled, requests: 0 | 1): LedgerEntry {
  const { caller, target } = admitted;
  const { channel } = end.candidate;
  const { usage, source } = billableUsage(end, end.inputTokens);
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
    outcome: end.outcome,
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

type Description = Omit<RequestRecord, keyof ReturnType<typeof sumOf> | "durationMs" | "attempts">;

function describe({ admitted, forwarded, exchange }: Settled, last: AttemptEnd): Description {
  const { caller, call, target } = admitted;
  const { answer } = forwarded;
  const { channel, upstreamModel } = last.candidate;
  const isMapped = upstreamModel !== target.model;
  const sinceReceipt = last.startedAt - exchange.receivedAt;
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
    outcome: last.outcome,
    status: statusOf(answer, last),
    code: answer.kind === "error" ? answer.error.code : last.code,
    firstByteMs: last.isRelayed && last.firstByteMs !== null ? Math.round(sinceReceipt + last.firstByteMs) : null,
    upstreamRequestId: upstreamRequestIdOf(last.headers),
    decision: {
      v: 1,
      configVersion: target.config.version,
      model: { requested: target.model, billed: target.model, ...(isMapped ? { mapped: upstreamModel } : {}) },
      estimate: { inputTokens: last.inputTokens },
      outcome: "admitted",
    },
  };
}

/** Status the client got; null when it left before one. */
function statusOf(answer: Forwarded["answer"], last: AttemptEnd): number | null {
  if (answer.kind === "error") return answer.error.status;
  return answer.kind === "kept" || last.isRelayed ? last.status : null;
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
  const costSource = entries[entries.length - 1]?.costSource ?? "none";
  return { ...sum, costNanoUsd, costSource };
}

function attemptRecordOf(end: AttemptEnd): AttemptRecord {
  const { number, startedAt, firstByteMs, status, code } = end;
  const channelId = end.candidate.channel.id;
  return {
    attempt: number,
    channelId,
    startedAt,
    firstByteMs: firstByteMs === null ? null : Math.round(firstByteMs),
    status,
    code,
  };
}
