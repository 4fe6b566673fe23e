import { buildAuthSnapshot } from "@test/build-deps";
import { buildLimit, buildQuota } from "@test/build-quota";
import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import { expandDecision, limitLines } from "./limit-lines";
import { createLimitPlans } from "./quota/limit-plans";
import type { QuotaResult } from "./quota/quota";
import { createWindows } from "./quota/window";
import { DEFAULT_SETTINGS } from "./settings/settings";

const limits = [
  buildLimit({ id: 1, modelGroupId: 12 }),
  buildLimit({ id: 2, modelGroupId: 12, window: "5h", unit: "tokens", amount: 1_000, enforcement: "strict" }),
  buildLimit({
    id: 4,
    subjectType: "user_group",
    subjectId: 7,
    modelGroupId: 12,
    window: "weekly",
    enforcement: "shadow",
  }),
  buildLimit({ id: 3, subjectType: "key", subjectId: 3, window: "total", unit: "requests", amount: 5 }),
];

async function admittedHold() {
  const clock = fakeClock();
  const quota = buildQuota({ clock });
  const plan = createLimitPlans(createWindows).planOf(buildAuthSnapshot({ limits }), DEFAULT_SETTINGS);
  const amounts = (usd: number, tokens: number) => ({ usd, tokens, requests: 1 });
  const result: QuotaResult = await quota.reserve({
    ...{ requestId: "0".repeat(32), no: 1, plan, callerVersion: 1, rules: DEFAULT_SETTINGS },
    target: { modelGroupId: 12, isFree: false },
    demand: () => ({ est: amounts(100, 10), worst: amounts(200, 20), strictWorst: amounts(300, 30) }),
    record: () => "",
    onWait() {},
  });
  if (result.kind !== "admitted") throw new Error(result.kind);
  return result.hold;
}

test("what a request was measured by is one text that readers get as steps", async () => {
  const hold = await admittedHold();
  const text = limitLines(hold);
  expect(text.split(";")).toHaveLength(4);
  const stored = { v: 1, outcome: "admitted", group: "Frontier", limits: text, failOpen: false };
  expect(expandDecision(stored)).toMatchObject({
    v: 1,
    outcome: "admitted",
    steps: [
      {
        ...{ axis: "user", target: "Frontier", unit: "usd", window: "weekly", enforcement: "shadow" },
        ...{ winner: { limitId: 4, kind: "user_group", id: 7 }, estimate: "0.0000001", worst: "0.0000002" },
      },
      // Its amounts are those of the line before.
      {
        ...{
          axis: "user",
          target: "Frontier",
          unit: "usd",
          window: "daily",
          mode: "calendar",
          enforcement: "balanced",
        },
        ...{ winner: { limitId: 1, kind: "user", id: 7 }, estimate: "0.0000001", worst: "0.0000002" },
      },
      {
        window: "5h",
        mode: "rolling",
        unit: "tokens",
        cap: "1000",
        estimate: "10",
        worst: "30",
        enforcement: "strict",
      },
      {
        axis: "key",
        target: "global",
        window: "total",
        cap: "5",
        used: "0",
        winner: { limitId: 3, kind: "key", id: 3 },
      },
    ],
  });
});

test("a decision without such a text stays as it is", () => {
  for (const decision of [null, { v: 1, outcome: "denied", steps: [] }, "text"])
    expect(expandDecision(decision)).toBe(decision);
});

test("a line that cannot be read is left out", () => {
  expect(expandDecision({ limits: "nonsense;1 2 3" })).toMatchObject({ steps: [] });
});
