import { addNanoUsd, ZERO_NANO_USD } from "@/lib/money";
import type { LimitUnit } from "../vocabulary";
import type { LedgerEntry, RequestRecord } from "./entry";
import type { CutAttempt, ReplayedFrames, WitnessedBucket } from "./journal";
import type { SettleFrame, WindowAnchor } from "./settlement";

/**
 * What a dead journal owes the ledger (quota.md Q44): a settlement as it was recorded; ceilings without one as an `interrupted` entry for
 * each attempt, at its last ceiling; an admission alone was never sent and owes nothing. Recording it twice changes nothing.
 */
export function owedBy({ settled, interrupted }: ReplayedFrames): readonly SettleFrame[] {
  return [...settled, ...interrupted.flatMap((attempts) => interruption(attempts) ?? [])];
}

function interruption(attempts: readonly CutAttempt[]): SettleFrame | null {
  const ordered = [...attempts].sort((a, b) => a.ceiling.attempt - b.ceiling.attempt);
  const last = ordered[ordered.length - 1];
  if (last === undefined) return null;
  const entries = ordered.map((attempt, index) => interruptedEntry(attempt, index === 0 ? 1 : 0));
  const anchors = [...new Set(ordered.map(({ admit }) => admit))].flatMap(({ buckets }) => buckets.flatMap(anchorOf));
  return { id: last.admit.id, kind: "settled", entries, request: interruptedRequest(last, entries), anchors };
}

/** Ids of buckets: `u7:12:usd:5h:fixed`, axis and subject, target, unit (core/quota/quota-store.ts). */
function anchorOf({ id, kind, slot }: WitnessedBucket): readonly WindowAnchor[] {
  const parts = /^([uk])(\d+):(\d+):(\w+):/.exec(id);
  if (kind !== "fixed" || parts === null) return [];
  const [, axis, subject, target, unit] = parts;
  return [
    {
      axis: axis === "u" ? "user" : "key",
      subjectId: Number(subject),
      modelGroupId: Number(target),
      unit: unit as LimitUnit,
      startedAt: slot * 1000,
    },
  ];
}

function interruptedEntry({ admit, ceiling }: CutAttempt, requests: 0 | 1): LedgerEntry {
  return {
    id: admit.id,
    attempt: ceiling.attempt,
    admittedAt: admit.at,
    holdNo: admit.holdNo,
    userId: admit.userId,
    keyId: admit.keyId,
    modelGroupId: admit.modelGroupId,
    model: admit.model,
    channelId: ceiling.channelId,
    outcome: "interrupted",
    costNanoUsd: ceiling.amountNanoUsd,
    requests,
    tokens: 0,
    costSource: "ceiling",
    countedInUserGlobal: admit.countedInUserGlobal,
    countedInKeyGlobal: admit.countedInKeyGlobal,
    failOpen: admit.failOpen,
    detail: {
      usage: {},
      tools: {},
      images: 0,
      characters: 0,
      audioMs: 0,
      reasoning: 0,
      tier: "standard",
      flags: ["ceiling"],
      parts: [],
      channelPpm: 1_000_000,
      groupPpm: 1_000_000,
      listCostNanoUsd: ceiling.amountNanoUsd,
    },
  };
}

function interruptedRequest({ admit, ceiling }: CutAttempt, entries: readonly LedgerEntry[]): RequestRecord {
  return {
    id: admit.id,
    at: admit.at,
    userId: admit.userId,
    keyId: admit.keyId,
    keyPrefix: admit.keyPrefix,
    protocol: admit.protocol,
    operation: admit.operation,
    model: admit.model,
    upstreamModel: null,
    channelId: ceiling.channelId,
    stream: admit.stream,
    outcome: "interrupted",
    status: null,
    code: null,
    inputTokens: 0,
    cachedTokens: 0,
    outputTokens: 0,
    costNanoUsd: entries.reduce((sum, entry) => addNanoUsd(sum, entry.costNanoUsd), ZERO_NANO_USD),
    costSource: "ceiling",
    firstByteMs: null,
    durationMs: 0,
    attempts: [],
    upstreamRequestId: null,
    decision: null,
  };
}
