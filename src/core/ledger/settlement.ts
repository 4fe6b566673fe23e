import { packDetail, type StoredDetail, unpackDetail } from "./detail-text";
import type { LedgerEntry, RequestRecord } from "./entry";

/*
 * The one text of a settlement: the journal keeps it and the ledger store takes it, so that it is made once per request. A JSON array by
 * position, `[id, kind, entries, request]`, because naming sixty members costs more than all they hold. Entries and the request are
 * arrays in the order of the two lists below; a reader of the text goes by the same lists.
 */

/** Members of an entry in the order of its text; its id is that of the settlement. */
export const ENTRY_MEMBERS = [
  ...(["attempt", "admittedAt", "holdNo", "userId", "keyId", "modelGroupId", "model", "channelId", "outcome"] as const),
  ...(["costNanoUsd", "requests", "tokens", "costSource", "countedInUserGlobal", "countedInKeyGlobal"] as const),
  ...(["failOpen", "detail"] as const),
] satisfies readonly (keyof LedgerEntry)[];

/** Members of a request in the order of its text; its id is that of the settlement. */
export const REQUEST_MEMBERS = [
  ...(["at", "userId", "keyId", "keyPrefix", "protocol", "operation", "model", "upstreamModel", "channelId"] as const),
  ...(["stream", "outcome", "status", "code", "inputTokens", "cachedTokens", "outputTokens", "costNanoUsd"] as const),
  ...(["costSource", "firstByteMs", "durationMs", "attempts", "upstreamRequestId", "decision"] as const),
] satisfies readonly (keyof RequestRecord)[];

/** Frame SETTLE: how a request ended. `voided` has no entries: nothing was sent. */
export type SettleFrame = {
  readonly id: string;
  readonly kind: "settled" | "voided";
  readonly entries: readonly LedgerEntry[];
  readonly request: RequestRecord | null;
};

/** How one request ended, as a text that the journal and the ledger store share. */
export type Settlement = {
  /** Request id, 32 hex digits. */
  readonly id: string;
  readonly kind: SettleFrame["kind"];
  /** Ledger entries in it. */
  readonly entries: number;
  readonly text: string;
};

/** Seals a frame. Every entry and the request have the id of the frame. */
export function settlementOf({ id, kind, entries, request }: SettleFrame): Settlement {
  const text = JSON.stringify([id, kind, entries.map(entryTuple), request === null ? null : requestTuple(request)]);
  return { id, kind, entries: entries.length, text };
}

type SettlementTuple = readonly [
  string,
  SettleFrame["kind"],
  readonly (readonly unknown[])[],
  readonly unknown[] | null,
];

/** The frame of a settlement's text, by position or, as journals held it before, by name. Throws a SyntaxError for a text that is no JSON. */
export function parseSettlement(text: string): SettleFrame {
  const value: SettleFrame | SettlementTuple = JSON.parse(text);
  if ("id" in value) return value;
  const [id, kind, entries, request] = value;
  return {
    id,
    kind,
    entries: entries.map((tuple) => {
      const entry = named(id, ENTRY_MEMBERS, tuple) as Omit<LedgerEntry, "detail"> & { readonly detail: StoredDetail };
      return { ...entry, detail: unpackDetail(entry.detail) };
    }),
    request: request === null ? null : (named(id, REQUEST_MEMBERS, request) as RequestRecord),
  };
}

function named(id: string, members: readonly string[], tuple: readonly unknown[]): unknown {
  return Object.fromEntries([["id", id], ...members.map((member, index) => [member, tuple[index]])]);
}

/** Written out: going over the list of members costs three times as much for every request. */
function entryTuple(entry: LedgerEntry): readonly unknown[] {
  return [
    entry.attempt,
    entry.admittedAt,
    entry.holdNo,
    entry.userId,
    entry.keyId,
    entry.modelGroupId,
    entry.model,
    entry.channelId,
    entry.outcome,
    entry.costNanoUsd,
    entry.requests,
    entry.tokens,
    entry.costSource,
    entry.countedInUserGlobal,
    entry.countedInKeyGlobal,
    entry.failOpen,
    packDetail(entry.detail),
  ];
}

function requestTuple(request: RequestRecord): readonly unknown[] {
  return [
    request.at,
    request.userId,
    request.keyId,
    request.keyPrefix,
    request.protocol,
    request.operation,
    request.model,
    request.upstreamModel,
    request.channelId,
    request.stream,
    request.outcome,
    request.status,
    request.code,
    request.inputTokens,
    request.cachedTokens,
    request.outputTokens,
    request.costNanoUsd,
    request.costSource,
    request.firstByteMs,
    request.durationMs,
    request.attempts,
    request.upstreamRequestId,
    request.decision,
  ];
}
