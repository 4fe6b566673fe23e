import type { LedgerEntry, RequestRecord } from "./entry";
import type { AdmitFrame, CeilingFrame, ReplayedFrames } from "./journal";
import type { SettleFrame } from "./settlement";

/**
 * What a dead journal owes the ledger (quota.md Q44): a settlement as it was recorded; a ceiling without one as one `interrupted` entry at
 * the last ceiling; an admission alone was never sent and owes nothing. Recording it twice changes nothing.
 */
export function owedBy({ settled, interrupted }: ReplayedFrames): readonly SettleFrame[] {
  return [...settled, ...interrupted.map(({ admit, ceiling }) => interruption(admit, ceiling))];
}

function interruption(admit: AdmitFrame, ceiling: CeilingFrame): SettleFrame {
  const entries = [interruptedEntry(admit, ceiling)];
  return { id: admit.id, kind: "settled", entries, request: interruptedRequest(admit, ceiling) };
}

function interruptedEntry(admit: AdmitFrame, ceiling: CeilingFrame): LedgerEntry {
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
    requests: 1,
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

function interruptedRequest(admit: AdmitFrame, ceiling: CeilingFrame): RequestRecord {
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
    costNanoUsd: ceiling.amountNanoUsd,
    costSource: "ceiling",
    firstByteMs: null,
    durationMs: 0,
    attempts: [],
    upstreamRequestId: null,
    decision: null,
  };
}
