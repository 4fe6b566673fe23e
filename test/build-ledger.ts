import type { DenialRecord, LedgerEntry, RequestRecord } from "@/core/ledger/entry";
import { settlementOf } from "@/core/ledger/settlement";
import { asNanoUsd } from "@/lib/money";

/** A request id: 32 hex digits that sort like `n`. */
export const requestHex = (n: number) => n.toString(16).padStart(32, "0");

/** The ledger entry of a plain call of user 7 with key 3 on channel 1 that cost 1,000 nano-USD. */
export function buildEntry(given: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    id: requestHex(1),
    attempt: 1,
    admittedAt: Date.parse("2026-11-21T12:00:00Z"),
    holdNo: 1,
    userId: 7,
    keyId: 3,
    modelGroupId: null,
    model: "model",
    channelId: 1,
    outcome: "ok",
    costNanoUsd: asNanoUsd(1000),
    requests: 1,
    tokens: 15,
    costSource: "upstream",
    countedInUserGlobal: true,
    countedInKeyGlobal: true,
    failOpen: false,
    detail: {
      usage: { input_text: 10, output_text: 5 },
      tools: {},
      images: 0,
      characters: 0,
      audioMs: 0,
      reasoning: 0,
      tier: "standard",
      flags: [],
      parts: [
        {
          priceRowId: 1,
          model: "model",
          counts: { input_text: 10, output_text: 5 },
          components: { input_text: "60000", output_text: "80000" },
        },
      ],
      channelPpm: 1_000_000,
      groupPpm: 1_000_000,
      listCostNanoUsd: 1000,
    },
    ...given,
  };
}

/** The log row that goes with `buildEntry`. */
export function buildRequestRecord(given: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: requestHex(1),
    at: Date.parse("2026-11-21T12:00:00Z"),
    userId: 7,
    keyId: 3,
    keyPrefix: "sk-sluice-Ab12",
    protocol: "openai-chat",
    operation: "chat",
    model: "model",
    upstreamModel: "model",
    channelId: 1,
    stream: false,
    outcome: "ok",
    status: 200,
    code: null,
    inputTokens: 10,
    cachedTokens: 0,
    outputTokens: 5,
    costNanoUsd: asNanoUsd(1000),
    costSource: "upstream",
    firstByteMs: 12,
    durationMs: 34,
    attempts: [],
    upstreamRequestId: null,
    decision: null,
    ...given,
  };
}

/** A denial of an unknown key. */
export function buildDenial(given: Partial<DenialRecord> = {}): DenialRecord {
  return {
    id: requestHex(1),
    at: Date.parse("2026-11-21T12:00:00Z"),
    userId: null,
    keyId: null,
    keyPrefix: null,
    protocol: "openai-chat",
    operation: null,
    model: null,
    status: 401,
    code: "invalid_key",
    params: {},
    decision: null,
    ...given,
  };
}

/** Texts of settlements that hold just these rows, one per request, for a ledger store. */
export function settlementTexts(entries: readonly LedgerEntry[], requests: readonly RequestRecord[] = []): string[] {
  const byId = Map.groupBy(entries, ({ id }) => id);
  const logged = new Map(requests.map((request) => [request.id, request]));
  return [...new Set([...byId.keys(), ...logged.keys()])].map(
    (id) => settlementOf({ id, kind: "settled", entries: byId.get(id) ?? [], request: logged.get(id) ?? null }).text,
  );
}
