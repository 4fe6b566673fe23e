import { describe, expect, test } from "vitest";
import { admittedDecision, deniedDecision, type JudgedLimit, limitSteps } from "./decision";
import { AppError } from "./errors";
import { DENIAL_CODES, type Denial } from "./quota/denial";
import type { DenialReason } from "./vocabulary";

const RESETS_AT = Date.parse("2026-11-22T00:00:00Z");

const judged = (given: Partial<JudgedLimit> = {}): JudgedLimit => ({
  limitId: 12,
  axis: "user",
  source: { kind: "user_group", id: 3 },
  target: "frontier",
  targetType: "group",
  unit: "usd",
  window: "daily",
  mode: "calendar",
  enforcement: "balanced",
  cap: 5_000_000_000,
  boost: 1_000_000_000,
  used: 1_250_000_001,
  held: 750_000,
  est: 562_500,
  worst: 945_000,
  verdict: "fits",
  resetsAt: RESETS_AT,
  ...given,
});

const denialOf = (reason: DenialReason, given: Partial<Denial> = {}): Denial => ({
  reason,
  code: DENIAL_CODES[reason],
  axis: "user",
  subjectType: "user_group",
  targetType: "group",
  target: "frontier",
  unit: "usd",
  window: "daily",
  mode: "calendar",
  enforcement: "balanced",
  limitId: 12,
  cap: 5_000_000_000,
  boost: 0,
  used: 5_010_000_000,
  held: 0,
  estimate: 562_500,
  left: 0,
  affordableOutputTokens: null,
  resetsAt: RESETS_AT,
  retryAfterMs: 1_000,
  ...given,
});
const errorOf = (denial: Denial) => new AppError(denial.code, denial);

describe("the steps of limits", () => {
  test("say what applied, what was asked and what was found, each amount in its unit", () => {
    expect(limitSteps([judged()], false)).toEqual([
      {
        kind: "limit",
        verdict: "pass",
        axis: "user",
        target: "frontier",
        targetType: "group",
        unit: "usd",
        window: "daily",
        mode: "calendar",
        enforcement: "balanced",
        winner: { limitId: 12, kind: "user_group", id: 3 },
        cap: "5",
        boost: "1",
        used: "1.250000001",
        held: "0.00075",
        estimate: "0.0005625",
        worst: "0.000945",
        resetsAt: RESETS_AT,
      },
    ]);
    const [tokens] = limitSteps(
      [judged({ unit: "tokens", cap: 1_000_000, used: 7, held: 0, est: 1, worst: 2 })],
      false,
    );
    expect(tokens).toMatchObject({ cap: "1000000", used: "7", held: "0", estimate: "1", worst: "2" });
  });

  test("leave out what there is not", () => {
    const [step] = limitSteps([judged({ window: "total", mode: null, boost: 0, resetsAt: null })], false);
    const kept = JSON.parse(JSON.stringify(step));
    for (const name of ["mode", "boost", "resetsAt", "why", "wouldDeny"]) expect(kept).not.toHaveProperty(name);
  });

  test.each([
    ["exhausted", "balanced", { verdict: "deny", why: "exhausted" }],
    ["too_large", "strict", { verdict: "deny", why: "too_large" }],
    ["contended", "lenient", { verdict: "deny", why: "contended" }],
    ["exhausted", "shadow", { verdict: "pass", wouldDeny: "exhausted" }],
  ] as const)("%s in %s is kept as %j", (verdict, enforcement, expected) => {
    const [step] = limitSteps([judged({ verdict, enforcement })], false);
    expect(step).toMatchObject(expected);
    expect(step?.why).toBe("why" in expected ? expected.why : undefined);
  });

  test("say when the counters did not answer", () => {
    expect(limitSteps([judged(), judged({ limitId: 13 })], true).map(({ verdict }) => verdict)).toEqual([
      "fail_open",
      "fail_open",
    ]);
  });
});

describe("the decision of a request", () => {
  const facts = {
    configVersion: 7,
    model: { requested: "fast", billed: "fast", mapped: "gpt-5-mini" },
    estimate: { inputTokens: 12 },
  };

  test("admitted without limits is as short as before", () => {
    expect(admittedDecision({ ...facts, limits: null })).toEqual({
      v: 1,
      configVersion: 7,
      model: facts.model,
      estimate: { inputTokens: 12 },
      outcome: "admitted",
    });
  });

  test("admitted under limits has them all and what it counts in", () => {
    const limits = { counted: { userGlobal: false, keyGlobal: true }, group: null, limits: "", failOpen: false };
    expect(admittedDecision({ ...facts, limits })).toMatchObject({ outcome: "admitted", ...limits });
  });

  test("refused by something else has no limits", () => {
    const steps = limitSteps([judged()], false);
    expect(deniedDecision({ configVersion: 7 }, new AppError("key_expired"), steps)).toEqual({
      ...{ v: 1, configVersion: 7, outcome: "denied", code: "key_expired" },
    });
  });

  test("refused by a limit points at it among all that were judged, and has its numbers", () => {
    const steps = limitSteps(
      [
        judged({ limitId: 11, verdict: "exhausted", enforcement: "shadow" }),
        judged({ used: 5_010_000_000, held: 0, verdict: "exhausted" }),
        judged({ limitId: 13, verdict: "contended" }),
      ],
      false,
    );
    const denial = denialOf("exhausted");
    const decision = deniedDecision({ configVersion: 7 }, errorOf(denial), steps);
    expect(decision).toMatchObject({ outcome: "denied", code: "limit_exceeded", deniedBy: 1 });
    expect(decision.steps).toEqual(steps);
    expect(decision.steps?.[1]).toMatchObject({ cap: "5", used: "5.01", held: "0", why: "exhausted" });
  });

  test("refused by a block has one step, without numbers", () => {
    const none = { cap: null, used: null, held: null, estimate: null, left: null, resetsAt: null, retryAfterMs: null };
    expect(deniedDecision({ configVersion: 7 }, errorOf(denialOf("blocked", none)), [])).toEqual({
      v: 1,
      configVersion: 7,
      outcome: "denied",
      code: "model_group_blocked",
      deniedBy: 0,
      steps: [
        {
          kind: "limit",
          verdict: "deny",
          why: "blocked",
          axis: "user",
          target: "frontier",
          targetType: "group",
          unit: "usd",
          window: "daily",
          mode: "calendar",
          enforcement: "balanced",
          winner: { limitId: 12, kind: "user_group" },
          cap: "block",
        },
      ],
    });
  });

  test("refused while the counters do not answer names the limit after those that would have passed", () => {
    const decision = deniedDecision(
      { configVersion: 7 },
      errorOf(denialOf("unavailable", { limitId: 14 })),
      limitSteps([judged()], true),
    );
    expect(decision).toMatchObject({ deniedBy: 1, steps: [{ verdict: "fail_open" }, { why: "unavailable" }] });
  });
});
