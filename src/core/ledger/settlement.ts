import type { LimitAxis, LimitUnit } from "../vocabulary";
import { packDetail, type StoredDetail, unpackDetail } from "./detail-text";
import type { LedgerEntry, RequestRecord } from "./entry";

/*
 * The one text of a settlement: the journal keeps it and the ledger store takes it, so that it is made once per request. A JSON array by
 * position, `[id, kind, entries, request, anchors]`, because naming sixty members costs more than all they hold. Entries, the request and each
 * anchor are arrays in the order of the lists below; a reader of the text goes by the same lists. Without anchors the text ends before them.
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

/** Start of a fixed window that the request was counted in; the greatest of a window is kept (quota.md Q16). */
export type WindowAnchor = {
  readonly axis: LimitAxis;
  /** Id of the user or key. */
  readonly subjectId: number;
  /** 0: global. */
  readonly modelGroupId: number;
  readonly unit: LimitUnit;
  /** Epoch ms. */
  readonly startedAt: number;
};

/** Members of an anchor in the order of its text. */
export const ANCHOR_MEMBERS = [
  ...(["axis", "subjectId", "modelGroupId", "unit", "startedAt"] as const),
] satisfies readonly (keyof WindowAnchor)[];

/** Frame SETTLE: how a request ended. `voided` has no entries: nothing was sent. */
export type SettleFrame = {
  readonly id: string;
  readonly kind: "settled" | "voided";
  readonly entries: readonly LedgerEntry[];
  readonly request: RequestRecord | null;
  /** Absent: none, as for most requests. */
  readonly anchors?: readonly WindowAnchor[];
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
export function settlementOf({ id, kind, entries, request, anchors }: SettleFrame): Settlement {
  const tuple: unknown[] = [id, kind, entries.map(entryTuple), request === null ? null : requestTuple(request)];
  if (anchors !== undefined && anchors.length > 0) tuple.push(anchors.map(anchorTuple));
  const text = JSON.stringify(tuple);
  return { id, kind, entries: entries.length, text };
}

type SettlementTuple = readonly [
  string,
  SettleFrame["kind"],
  readonly (readonly unknown[])[],
  readonly unknown[] | null,
  (readonly (readonly unknown[])[])?,
];

/** The frame of a settlement's text, by position or, as journals held it before, by name. Throws a SyntaxError for a text that is no JSON. */
export function parseSettlement(text: string): SettleFrame {
  const value: SettleFrame | SettlementTuple = JSON.parse(text);
  if ("id" in value) return value;
  const [id, kind, entries, request, anchors] = value;
  return {
    id,
    kind,
    entries: entries.map((tuple) => {
      const entry = named(id, ENTRY_MEMBERS, tuple) as Omit<LedgerEntry, "detail"> & { readonly detail: StoredDetail };
      return { ...entry, detail: unpackDetail(entry.detail) };
    }),
    request: request === null ? null : (named(id, REQUEST_MEMBERS, request) as RequestRecord),
    ...(anchors === undefined ? {} : { anchors: anchors.map(parseAnchor) }),
  };
}

function parseAnchor(tuple: readonly unknown[]): WindowAnchor {
  return Object.fromEntries(ANCHOR_MEMBERS.map((member, index) => [member, tuple[index]])) as WindowAnchor;
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

function anchorTuple({ axis, subjectId, modelGroupId, unit, startedAt }: WindowAnchor): readonly unknown[] {
  return [axis, subjectId, modelGroupId, unit, startedAt];
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
