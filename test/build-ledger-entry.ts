import type { DenialRecord, LedgerEntry, RequestRecord } from "@/core/ledger/entry";
import { uuidv7Hex } from "@/lib/id";
import { asNanoUsd } from "@/lib/money";

const AT = Date.parse("2026-11-21T12:00:00Z");

/** A settled entry of user 1 and key 1; `detail` as a priced call has it. */
export function buildLedgerEntry(patch: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    id: uuidv7Hex(AT),
    attempt: 1,
    admittedAt: AT,
    holdNo: 1,
    userId: 1,
    keyId: 1,
    modelGroupId: null,
    model: "gpt-test",
    channelId: 1,
    outcome: "ok",
    costNanoUsd: asNanoUsd(750_000),
    requests: 1,
    tokens: 150,
    costSource: "upstream",
    countedInUserGlobal: true,
    countedInKeyGlobal: true,
    failOpen: false,
    detail: {
      usage: { input_text: 100, output_text: 50 },
      tools: {},
      images: 0,
      characters: 0,
      audioMs: 0,
      reasoning: 0,
      tier: "standard",
      flags: [],
      parts: [],
      channelPpm: 1_000_000,
      groupPpm: 1_000_000,
      listCostNanoUsd: 750_000,
    },
    ...patch,
  };
}

/** The log row of an admitted request of user 1 and key 1. */
export function buildRequestRecord(patch: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: uuidv7Hex(AT),
    at: AT,
    userId: 1,
    keyId: 1,
    keyPrefix: "sk-sluice-Ab12",
    protocol: "openai-chat",
    operation: "chat",
    model: "gpt-test",
    upstreamModel: "gpt-test-2026",
    channelId: 1,
    stream: true,
    outcome: "ok",
    status: 200,
    code: null,
    inputTokens: 100,
    cachedTokens: 10,
    outputTokens: 50,
    costNanoUsd: asNanoUsd(750_000),
    costSource: "upstream",
    firstByteMs: 120,
    durationMs: 900,
    attempts: [{ attempt: 1, channelId: 1, startedAt: AT, firstByteMs: 120, status: 200, code: null }],
    upstreamRequestId: "up_1",
    decision: { v: 1 },
    ...patch,
  };
}

/** A refused request of user 1 and key 1. */
export function buildDenialRecord(patch: Partial<DenialRecord> = {}): DenialRecord {
  return {
    id: uuidv7Hex(AT),
    at: AT,
    userId: 1,
    keyId: 1,
    keyPrefix: "sk-sluice-Ab12",
    protocol: "openai-chat",
    operation: "chat",
    model: "gpt-test",
    status: 404,
    code: "model_not_found",
    params: { model: "gpt-test" },
    decision: { v: 1 },
    ...patch,
  };
}
