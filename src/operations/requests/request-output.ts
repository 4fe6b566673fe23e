import type { RequestDetail as Detail, RequestRow } from "@/core/ledger/request-log";
import { requestIdOf } from "@/lib/id";
import { formatFixed, formatMultiplier, formatUsd } from "@/lib/money";
import { toIso } from "../to-output";
import { costLines } from "./cost-lines";
import type { OwnRequestDetail, OwnRequestItem, RequestDetail, RequestItem } from "./schema";

type Named = { readonly id: number; readonly name: string | null } | null;

/** What the owner of a request may see of it: nothing about channels, upstreams or other people. */
export function ownRequestItem(row: RequestRow): OwnRequestItem {
  return {
    id: requestIdOf(row.id),
    at: toIso(row.at),
    outcome: row.outcome,
    status: row.status,
    code: row.code,
    key:
      row.keyId === null && row.keyPrefix === null ? null : { id: row.keyId, name: row.keyName, prefix: row.keyPrefix },
    protocol: row.protocol,
    operation: row.operation,
    model: row.model,
    stream: row.stream,
    inputTokens: row.inputTokens,
    cachedTokens: row.cachedTokens,
    outputTokens: row.outputTokens,
    costUsd: formatUsd(row.costNanoUsd),
    costSource: row.costSource,
    firstByteMs: row.firstByteMs,
    durationMs: row.durationMs,
  };
}

/** A request of the log as admins see it. */
export function requestItem(row: RequestRow): RequestItem {
  return {
    ...ownRequestItem(row),
    user: named(row.userId, row.userName),
    channel: named(row.channelId, row.channelName),
    upstreamModel: row.upstreamModel,
  };
}

/** A request with attempts, ledger entries and decision. `channelNames` names the channels that still exist. */
export function requestDetail(row: Detail, channelNames: ReadonlyMap<number, string>): RequestDetail {
  const channel = (id: number | null) => named(id, id === null ? null : (channelNames.get(id) ?? null));
  return {
    ...requestItem(row),
    params: { ...row.params },
    attempts: row.attempts.map((attempt) => ({
      attempt: attempt.attempt,
      channel: channel(attempt.channelId),
      startedAt: toIso(attempt.startedAt),
      firstByteMs: attempt.firstByteMs,
      status: attempt.status,
      code: attempt.code,
    })),
    entries: row.entries.map((entry) => ({
      ...entryOutput(entry),
      channel: channel(entry.channelId),
      channelMultiplier: formatMultiplier(entry.detail.channelPpm),
      groupMultiplier: formatMultiplier(entry.detail.groupPpm),
      pricingVersion: entry.detail.pricingVersion ?? null,
      priceIds: entry.detail.parts.map(({ priceRowId }) => priceRowId),
    })),
    upstreamRequestId: row.upstreamRequestId,
    decision: row.decision,
  };
}

/** A request with its cost math as its owner may see it. */
export function ownRequestDetail(row: Detail): OwnRequestDetail {
  return { ...ownRequestItem(row), attempts: row.attempts.length, entries: row.entries.map(entryOutput) };
}

function entryOutput(entry: Detail["entries"][number]) {
  return {
    attempt: entry.attempt,
    outcome: entry.outcome,
    costUsd: formatUsd(entry.costNanoUsd),
    costSource: entry.costSource,
    tokens: entry.tokens,
    tier: entry.detail.tier,
    flags: [...entry.detail.flags],
    listCostUsd: formatFixed(BigInt(entry.detail.listCostNanoUsd), 9),
    lines: costLines(entry.detail),
  };
}

function named(id: number | null, name: string | null): Named {
  return id === null ? null : { id, name };
}
