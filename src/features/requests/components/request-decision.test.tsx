// @vitest-environment happy-dom
import { renderScreen } from "@test/render-screen";
import { screen, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { deniedDecision, type JudgedLimit, limitSteps, rateDecision } from "@/core/decision";
import { AppError } from "@/core/errors";
import type { Denial } from "@/core/quota/denial";
import type { RateCounter } from "@/core/quota/resolve-rates";
import { rateSteps } from "@/core/rate-steps";
import { LOCALES, RATE_METRICS } from "@/core/vocabulary";
import type { RequestDetail } from "@/operations/requests/schema";
import { RequestDecision } from "./request-decision";

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
  used: 5_010_000_000,
  held: 0,
  est: 562_500,
  worst: 945_000,
  verdict: "exhausted",
  resetsAt: RESETS_AT,
  ...given,
});

const denial: Denial = {
  reason: "exhausted",
  code: "limit_exceeded",
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
  boost: 1_000_000_000,
  used: 5_010_000_000,
  held: 0,
  estimate: 562_500,
  left: 0,
  affordableOutputTokens: null,
  resetsAt: RESETS_AT,
  retryAfterMs: 1_000,
};

function requestOf(limits: readonly JudgedLimit[]): RequestDetail {
  const decision = deniedDecision({ configVersion: 7 }, new AppError(denial.code, denial), limitSteps(limits, false));
  return { params: denial, decision: JSON.parse(JSON.stringify(decision)) } as unknown as RequestDetail;
}

/** A request that its second rate refused. */
function ratedRequest(source: RateCounter["source"]) {
  const counter: RateCounter = {
    ...{ id: "u7:rpm:all:60000", metric: "rpm", limit: 5, burst: null, periodMs: 60_000 },
    ...{ axis: "user", target: "all", source, userGroupId: 2, rowId: 4 },
  };
  const ofModel: RateCounter = { ...counter, metric: "total", target: "model", periodMs: 600_000 };
  const rates = { counters: [counter, ofModel], concurrency: null };
  const lines = [
    { used: 3, waitMs: 0 },
    { used: 5, waitMs: 42_000 },
  ];
  const steps = rateSteps(
    { kind: "limited", by: 1, used: 5, waitMs: 42_000, at: 0, rates, lines },
    { groupName: null, model: "gpt-5" },
  );
  const error = new AppError("total_requests_exceeded", { retryAfterMs: 42_000 });
  const decision = rateDecision({ configVersion: 7, error }, steps);
  return { params: error.params, decision: JSON.parse(JSON.stringify(decision)) } as unknown as RequestDetail;
}

const rows = () =>
  screen
    .getAllByRole("row")
    .slice(1)
    .map((row) =>
      within(row)
        .getAllByRole("cell")
        .map((cell) => cell.textContent),
    );

describe("the decision in the drawer", () => {
  test("shows each limit with its numbers, the one that refused marked", () => {
    const other = judged({
      ...{ limitId: 13, axis: "key", source: { kind: "key", id: 4 }, target: "global", targetType: "global" },
      ...{ unit: "tokens", window: "total", mode: null, resetsAt: null, cap: 1_000_000, boost: 0, used: 1_200 },
      ...{ held: 1, est: 800, worst: 2_000, verdict: "fits" },
    });
    renderScreen(<RequestDecision request={requestOf([judged(), other])} />);
    expect(screen.getByRole("table", { name: "Limits as the request found them" })).toBeTruthy();
    const [first, second] = rows();
    // What was needed stands below what was used in a hand, in a column of its own on a desk.
    expect(first).toEqual([
      "Daily · frontierSet for a user groupBalanced",
      "$5.01of $5.00boost of $1.00 includedNeeded$0.0005625at most $0.000945",
      "$0.0005625at most $0.000945",
      expect.stringMatching(/^RefusedUsed upresets .*2026/),
    ]);
    expect(second).toEqual([
      "Total · all other modelsSet for the keyBalanced",
      "1,200 tokensof 1,000,000 tokens1 token held by running requestsNeeded800 tokensat most 2,000 tokens",
      "800 tokensat most 2,000 tokens",
      "Passed",
    ]);
    expect(screen.getAllByRole("row").map((row) => row.hasAttribute("data-selected"))).toEqual([false, true, false]);
  });

  test("says a block without amounts", () => {
    const none = { cap: null, used: null, held: null, estimate: null, left: null, boost: 0, resetsAt: null };
    const blocked: Denial = { ...denial, ...none, reason: "blocked", code: "model_group_blocked" };
    const decision = deniedDecision({ configVersion: 7 }, new AppError(blocked.code, blocked), []);
    renderScreen(<RequestDecision request={{ params: blocked, decision } as unknown as RequestDetail} />);
    expect(screen.getByText("Calls to these models are blocked.")).toBeTruthy();
    expect(rows()).toEqual([["Daily · frontierSet for a user groupBalanced", "", "", "RefusedModels blocked"]]);
  });

  test("does not repeat the numbers of a limit as parameters", () => {
    renderScreen(<RequestDecision request={requestOf([judged()])} />);
    expect(screen.queryByText("limitId")).toBeNull();
  });

  test("of a refusal by something else shows its parameters and no table", () => {
    const request = { params: { model: "x" }, decision: { v: 1, outcome: "denied", code: "model_not_found" } };
    renderScreen(<RequestDecision request={request as unknown as RequestDetail} />);
    expect(screen.queryByRole("table")).toBeNull();
    expect(screen.getByText("model")).toBeTruthy();
  });

  test("of a refusal by a rate shows every rate with its numbers, and when one more fits", () => {
    renderScreen(<RequestDecision request={ratedRequest("group")} />);
    const [first, second] = screen.getAllByRole("listitem").map((item) => item.textContent);
    expect(first).toBe("Requests per minuteSet for a user group3 of 5in 1 minPassed");
    expect(second).toBe("Requestsgpt-5Set for a user group5 of 5in 10 minRefusedone more fits after 42 sec");
    expect(screen.queryByText("retryAfterMs")).toBeNull();
  });

  test.each(LOCALES)("has words for every rate and its source in %s", (locale) => {
    const sources = ["user", "group", "override", "key", "default"] as const;
    for (const source of sources) {
      const { unmount } = renderScreen(<RequestDecision request={ratedRequest(source)} />, { locale });
      for (const code of [...RATE_METRICS, source]) expect(screen.queryByText(code)).toBeNull();
      unmount();
    }
  });

  test.each(LOCALES)("has words for every window, source, way and reason in %s", (locale) => {
    const windows = ["total", "monthly", "weekly", "daily", "5h"] as const;
    const sources = ["user", "user_group", "key", "user", "key"] as const;
    const ways = ["strict", "balanced", "lenient", "shadow", "balanced"] as const;
    const verdicts = ["exhausted", "too_large", "contended", "exhausted", "fits"] as const;
    const limits = windows.map((window, index) =>
      judged({
        window,
        limitId: 12 + index,
        source: { kind: sources[index] ?? "user", id: 1 },
        enforcement: ways[index] ?? "balanced",
        verdict: verdicts[index] ?? "fits",
        target: "№",
      }),
    );
    const { container } = renderScreen(<RequestDecision request={requestOf(limits)} />, { locale });
    expect(rows()).toHaveLength(5);
    expect(container.textContent).not.toMatch(/requests\.limits|user_group|too_large|would_refuse/);
    if (locale !== "en") expect(container.textContent).not.toMatch(/\b(strict|balanced|lenient|shadow|exhausted)\b/i);
  });
});
