import { buildEntry, buildRequestRecord, requestHex } from "@test/build-ledger";
import { describe, expect, test } from "vitest";
import { asNanoUsd } from "@/lib/money";
import type { AdmitFrame } from "./journal";
import { owedBy } from "./replay";

const admit: AdmitFrame = {
  id: requestHex(9),
  at: Date.parse("2026-11-21T12:00:00Z"),
  userId: 7,
  keyId: 3,
  keyPrefix: "sk-sluice-Ab12",
  protocol: "openai-chat",
  operation: "chat",
  model: "model",
  stream: true,
  holdNo: 1,
  modelGroupId: null,
  countedInUserGlobal: true,
  countedInKeyGlobal: true,
  failOpen: false,
  buckets: [],
};

describe("owedBy", () => {
  test("a settlement comes back as it was recorded", () => {
    const entries = [buildEntry(), buildEntry({ attempt: 2 })];
    const request = buildRequestRecord();
    const settled = [{ id: requestHex(1), kind: "settled" as const, entries, request }];
    expect(owedBy({ settled, interrupted: [], voided: [] })).toEqual(settled);
  });

  test("a ceiling without a settlement is one interrupted entry at that ceiling, admitted when it was", () => {
    const ceiling = { id: admit.id, attempt: 2, channelId: 5, amountNanoUsd: asNanoUsd(420) };
    const [frame, ...more] = owedBy({ settled: [], interrupted: [[{ admit, ceiling }]], voided: [] });
    expect(more).toEqual([]);
    expect(frame).toMatchObject({ id: admit.id, kind: "settled" });
    expect(frame?.entries).toHaveLength(1);
    expect(frame?.entries[0]).toMatchObject({
      ...{ id: admit.id, attempt: 2, admittedAt: admit.at, userId: 7, keyId: 3, model: "model", channelId: 5 },
      ...{ outcome: "interrupted", costSource: "ceiling", costNanoUsd: 420, requests: 1, tokens: 0 },
    });
    expect(frame?.request).toMatchObject({ id: admit.id, outcome: "interrupted", costNanoUsd: 420, stream: true });
  });

  test("a request that went on to another channel owes an entry for each attempt, under its own admission, and counts once", () => {
    const ceilingOf = (attempt: number, amount: number) => ({
      ...{ id: admit.id, attempt, channelId: attempt + 4, amountNanoUsd: asNanoUsd(amount) },
    });
    const second = { ...admit, holdNo: 2, model: "other" };
    const attempts = [
      { admit: second, ceiling: ceilingOf(2, 20) },
      { admit, ceiling: ceilingOf(1, 400) },
    ];
    const [frame] = owedBy({ settled: [], interrupted: [attempts], voided: [] });
    expect(frame?.entries).toMatchObject([
      { attempt: 1, holdNo: 1, channelId: 5, model: "model", costNanoUsd: 400, requests: 1, outcome: "interrupted" },
      { attempt: 2, holdNo: 2, channelId: 6, model: "other", costNanoUsd: 20, requests: 0, outcome: "interrupted" },
    ]);
    expect(frame?.request).toMatchObject({ channelId: 6, costNanoUsd: 420 });
  });

  test("an admission alone owes nothing", () => {
    expect(owedBy({ settled: [], interrupted: [], voided: [admit] })).toEqual([]);
  });
});
