import { describe, expect, test } from "vitest";
import type { Enforcement } from "../vocabulary";
import { createFailurePolicy, type FailurePolicy, type Judgement } from "./failure-policy";
import type { BucketAsk, BucketLine } from "./quota-store";

const USD = 1_000_000_000;
const RULES = { failOpen: true, failOpenAllowance: { percent: 2, maxUsd: "1" } };
const ID = "u7:0:usd:daily:1";

const ask = (given: Partial<BucketAsk> = {}): BucketAsk => ({
  ...{ id: ID, kind: "calendar", start: 1, end: 2, cap: 10 * USD, est: 562_500, worst: 945_000 },
  enforcement: "balanced",
  ...given,
});
const line = (settled: number, held = 0): BucketLine => ({
  ...{ slot: 1, settled, held, worst: held, resetsAt: null, verdict: "fits" },
});

/** Admits calls that settle at $0.00075, one after the other, until one is refused. */
function served(given: Partial<BucketAsk>, policy = createFailurePolicy(), actual = 750_000): number {
  const one = ask(given);
  for (let count = 0; count < 10_000; count++) {
    const judged = policy.admit({ userId: 7, asks: [one] }, RULES);
    if (judged.kind === "full") return count;
    judged.end([actual]);
  }
  return Number.POSITIVE_INFINITY;
}

describe("the failure policy (quota.md Q55)", () => {
  test.each([
    [10 * USD, "balanced", 266],
    [100 * USD, "balanced", 1_333],
    [1_000 * USD, "balanced", 1_333],
    [100 * USD, "lenient", 1_333],
    [100 * USD, "strict", 0],
    [USD / 100, "balanced", 0],
    [100 * USD, "shadow", Number.POSITIVE_INFINITY],
  ] as const)("a cap of %d in %s admits %d calls of workload A", (...[cap, enforcement, count]) => {
    expect(served({ cap, enforcement: enforcement as Enforcement })).toBe(count);
  });

  test.each([
    ["u7:0:requests:daily:1", 1_000, 1, 20],
    ["u7:0:requests:daily:1", 10, 1, 1],
    ["u7:0:tokens:daily:1", 1_000_000, 1_000, 20],
    ["u7:0:tokens:daily:1", 40_000, 1_000, 0],
  ])("%s with a cap of %d and %d a call admits %d", (...[id, cap, each, count]) => {
    expect(served({ id, cap, est: each, worst: each }, createFailurePolicy(), each)).toBe(count);
  });

  test("what the counters said last counts, settled and held", () => {
    const policy = createFailurePolicy();
    policy.remember([{ id: ID }], [line(9 * USD, USD - 1_200_000)]);
    expect([0, 1, 2].map(() => roomIn(policy))).toEqual(["room", "room", "full"]);
    expect([policy.knows(ID), policy.slotOf(ID), policy.knows("other"), policy.slotOf("other")]).toEqual([
      ...[true, 1, false, null],
    ]);
  });

  test("what the ledger says stands in for a line", () => {
    const policy = createFailurePolicy();
    policy.learn([{ id: ID, slot: 1, settled: 10 * USD - 562_499 }]);
    expect(roomIn(policy)).toBe("full");
  });

  test("all buckets have room, or none is charged", () => {
    const policy = createFailurePolicy();
    const small = ask({ id: "u7:0:requests:daily:1", cap: 10, est: 1, worst: 1 });
    expect(policy.admit({ userId: 7, asks: [ask(), small] }, RULES).kind).toBe("room");
    expect(policy.admit({ userId: 7, asks: [ask(), small] }, RULES)).toEqual({ kind: "full", bucket: 1 });
    expect(served({}, policy, 562_500)).toBe(354);
  });

  test("an actual cost replaces the expected one, and a void gives it back", () => {
    const policy = createFailurePolicy();
    const admit = () => policy.admit({ userId: 7, asks: [LARGE] }, RULES);
    const end = (judged: Judgement, actual: readonly number[]) => judged.kind === "room" && judged.end(actual);
    const first = admit();
    expect(admit().kind).toBe("full");
    end(first, [50_000_000]);
    const second = admit();
    expect(admit().kind).toBe("full");
    end(second, []);
    expect([admit().kind, admit().kind]).toEqual(["room", "full"]);
  });

  test("after a recovery the next outage has an allowance of its own, and no other user's", () => {
    const policy = createFailurePolicy();
    expect([served({}, policy), served({}, policy)]).toEqual([266, 0]);
    policy.recovered(8);
    expect(served({}, policy)).toBe(0);
    policy.recovered(7);
    expect(served({}, policy)).toBe(266);
  });

  test("a request of the last outage that ends gives the next one no more room", () => {
    const policy = createFailurePolicy();
    const before = policy.admit({ userId: 7, asks: [LARGE] }, RULES);
    policy.recovered(7);
    expect(policy.admit({ userId: 7, asks: [LARGE] }, RULES).kind).toBe("room");
    if (before.kind === "room") before.end([]);
    expect(policy.admit({ userId: 7, asks: [LARGE] }, RULES).kind).toBe("full");
  });

  test("lines of 100,000 buckets are remembered", () => {
    const policy = createFailurePolicy();
    for (let index = 0; index <= 100_000; index++) policy.remember([{ id: `${index}` }], [line(1)]);
    expect([policy.knows("0"), policy.knows("1"), policy.knows("100000")]).toEqual([false, true, true]);
  });
});

const LARGE = ask({ est: 150_000_000, worst: 150_000_000 });
const roomIn = (policy: FailurePolicy) => policy.admit({ userId: 7, asks: [ask()] }, RULES).kind;
