import { buildEntry, buildRequestRecord, requestHex } from "@test/build-ledger";
import { expect, test } from "vitest";
import { ENTRY_MEMBERS, parseSettlement, REQUEST_MEMBERS, settlementOf } from "./settlement";

const id = requestHex(5);
const attempt = { attempt: 1, channelId: 4, startedAt: 17, firstByteMs: 2, status: 200, code: null };

test("a settlement comes back from its text with every member", () => {
  const frame = {
    id,
    kind: "settled" as const,
    entries: [
      buildEntry({ id, modelGroupId: 9, holdNo: 2, countedInUserGlobal: false, failOpen: true }),
      buildEntry({ id, attempt: 2, requests: 0, countedInKeyGlobal: false, outcome: "interrupted" }),
    ],
    request: buildRequestRecord({
      id,
      attempts: [attempt],
      cachedTokens: 3,
      upstreamRequestId: "up",
      decision: { v: 1 },
    }),
  };
  const settlement = settlementOf(frame);
  expect(settlement).toMatchObject({ id, kind: "settled", entries: 2 });
  expect(parseSettlement(settlement.text)).toEqual(frame);
});

test("a request that sent nothing has no entries and no log row", () => {
  const frame = { id, kind: "voided" as const, entries: [], request: null };
  expect(settlementOf(frame)).toMatchObject({ kind: "voided", entries: 0 });
  expect(parseSettlement(settlementOf(frame).text)).toEqual(frame);
});

test("the starts of fixed windows end the text, and nothing does when there are none", () => {
  const frame = { id, kind: "settled" as const, entries: [buildEntry({ id })], request: null };
  const anchor = {
    axis: "key" as const,
    subjectId: 3,
    modelGroupId: 0,
    unit: "tokens" as const,
    startedAt: 1_700_000_100_000,
  };
  const anchored = settlementOf({ ...frame, anchors: [anchor, { ...anchor, modelGroupId: 4 }] });
  expect(parseSettlement(anchored.text)).toEqual({ ...frame, anchors: [anchor, { ...anchor, modelGroupId: 4 }] });
  expect(JSON.parse(anchored.text)[4]?.[0]).toEqual(["key", 3, 0, "tokens", 1_700_000_100_000]);
  expect(settlementOf({ ...frame, anchors: [] }).text).toBe(settlementOf(frame).text);
  expect(JSON.parse(settlementOf(frame).text)).toHaveLength(4);
});

test("the lists of members name every member of an entry and of a request, besides the id, once", () => {
  const members = (value: object) => Object.keys(value).filter((name) => name !== "id");
  expect([...ENTRY_MEMBERS].sort()).toEqual(members(buildEntry()).sort());
  expect([...REQUEST_MEMBERS].sort()).toEqual(members(buildRequestRecord()).sort());
});
