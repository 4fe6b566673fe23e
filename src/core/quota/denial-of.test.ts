import { buildPlan } from "@test/build-caller";
import { buildLimit } from "@test/build-quota";
import { describe, expect, test } from "vitest";
import { type Denied, denialOf } from "./denial-of";
import type { LimitRow } from "./limit";
import type { BucketAsk, BucketLine, Verdict } from "./quota-store";

const AT = Date.parse("2026-11-21T12:00:00Z");
const MIDNIGHT = Date.parse("2026-11-22T00:00:00Z");
const USD = 1_000_000_000;
const GROUP = 4;

const line = (verdict: Verdict, given: Partial<BucketLine> = {}): BucketLine => ({
  ...{ slot: 0, settled: 4 * USD, held: USD / 2, worst: USD, resetsAt: MIDNIGHT, verdict, ...given },
});
const affordable = (_ask: BucketAsk, left: number) => left / 1_000_000;

/** A refusal of a request for $0.75, $1.5 at worst. */
function refusal(limits: readonly LimitRow[], reason: Exclude<Verdict, "fits">, lines: readonly BucketLine[]): Denied {
  const resolution = buildPlan({ limits }).resolve({ modelGroupId: GROUP, isFree: false }, AT);
  const asks = resolution.buckets.map(({ id, kind, start, end, cap, cell }) => ({
    ...{ id, kind, start, end, cap, est: 0.75 * USD, worst: 1.5 * USD, enforcement: cell.enforcement },
  }));
  const bucket = lines.findIndex(({ verdict }) => verdict === reason);
  return { kind: "refused", reason, resolution, asks, bucket, lines, at: AT };
}

const denial = (denied: Denied) => denialOf(denied, { groupName: "frontier", affordable });
const limit = (given: Partial<LimitRow> = {}) => buildLimit({ modelGroupId: GROUP, ...given });

describe("the denial of a request (quota.md Q61)", () => {
  test("too large: names the limit and its numbers, and what output would fit beside what is settled", () => {
    const row = limit({ id: 9, subjectType: "user_group", subjectId: 1, mode: "calendar", enforcement: "balanced" });
    expect(denial(refusal([row], "too_large", [line("too_large", { settled: 4.5 * USD })]))).toEqual({
      ...{ reason: "too_large", code: "limit_too_small", axis: "user", subjectType: "user_group", limitId: 9 },
      ...{ targetType: "group", target: "frontier", unit: "usd", window: "daily", mode: "calendar" },
      ...{ enforcement: "balanced", cap: 5 * USD, boost: 0, used: 4.5 * USD, held: 0.5 * USD, estimate: 0.75 * USD },
      ...{ left: 0, affordableOutputTokens: 500, resetsAt: MIDNIGHT, retryAfterMs: MIDNIGHT - AT },
    });
  });

  test("strict needs the worst case, the others what is expected", () => {
    const estimate = (enforcement: LimitRow["enforcement"]) =>
      denial(refusal([limit({ enforcement })], "too_large", [line("too_large")])).estimate;
    expect([estimate("strict"), estimate("balanced"), estimate("lenient")]).toEqual([
      ...[1.5 * USD, 0.75 * USD, 0.75 * USD],
    ]);
  });

  test("the wait is the longest of all limits that refuse for good", () => {
    const limits = [limit({ id: 1, window: "weekly" }), limit({ id: 2 }), limit({ id: 3, window: "5h" })];
    const lines = [
      ...[line("too_large", { resetsAt: AT + 9_000 }), line("exhausted", { resetsAt: AT + 4_000 })],
      line("contended", { resetsAt: AT + 99_000 }),
    ];
    const found = denial(refusal(limits, "exhausted", lines));
    expect(found).toMatchObject({ limitId: 2, code: "limit_exceeded", resetsAt: AT + 4_000, retryAfterMs: 9_000 });
    expect(found.affordableOutputTokens).toBeNull();
  });

  test("a limit that never has room again makes waiting useless; one in shadow or with room does not", () => {
    const limits = [limit({ id: 1, window: "total" }), limit({ id: 2 })];
    const never = line("exhausted", { resetsAt: null });
    expect(denial(refusal(limits, "exhausted", [never, line("exhausted")])).retryAfterMs).toBeNull();
    const shadow = [limit({ id: 1, window: "total", enforcement: "shadow" }), limit({ id: 2 })];
    const found = denial({ ...refusal(shadow, "exhausted", [never, line("exhausted")]), bucket: 1 } as Denied);
    expect(found).toMatchObject({ limitId: 2, retryAfterMs: MIDNIGHT - AT });
  });

  test("contended tells no wait of a window: the protocol says to come back soon", () => {
    const found = denial(refusal([limit()], "contended", [line("contended", { held: 0.25 * USD })]));
    expect(found).toMatchObject({ code: "limit_contended", retryAfterMs: null, left: 0.75 * USD });
    expect(found.affordableOutputTokens).toBeNull();
  });

  test("a block has no numbers; a global one is no group's", () => {
    const blocked = (row: LimitRow) => {
      const resolution = buildPlan({ limits: [row] }).resolve({ modelGroupId: GROUP, isFree: false }, AT);
      if (resolution.blockedBy === null) throw new Error("expected a block");
      return denial({ kind: "blocked", cell: resolution.blockedBy, resolution, at: AT });
    };
    const numbers = {
      cap: null,
      used: null,
      held: null,
      estimate: null,
      left: null,
      resetsAt: null,
      retryAfterMs: null,
    };
    expect(blocked(limit({ state: "block", amount: null }))).toMatchObject({
      ...{ code: "model_group_blocked", target: "frontier", targetType: "group", ...numbers },
    });
    expect(blocked(limit({ modelGroupId: null, state: "block", amount: null }))).toMatchObject({
      ...{ target: "global", targetType: "global", ...numbers },
    });
  });

  test("without an answer of the counters the cap is known, and nothing that was counted", () => {
    const { resolution } = refusal([limit()], "exhausted", [line("exhausted")]);
    expect(denial({ kind: "unavailable", resolution, bucket: 0, at: AT })).toMatchObject({
      ...{ code: "limits_unavailable", cap: 5 * USD, used: null, left: null, retryAfterMs: null },
    });
  });
});
