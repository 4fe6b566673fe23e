import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DENIAL_CODES, type Denial } from "@/core/quota/denial";
import { type LimitStanding, limitItem, usedShareOf } from "@/core/quota/limit-standing";
import { type DenialReason, LIMIT_AXES, LIMIT_UNITS, LIMIT_WINDOWS } from "@/core/vocabulary";
import { anthropicMessages } from "./anthropic-messages/adapter";
import type { LimitFacts } from "./limit-headers";
import { openaiChat } from "./openai-chat/adapter";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const HOUR_MS = 3_600_000;
const IN_AN_HOUR = NOW + HOUR_MS;
const DOLLAR = 1_000_000_000;

type Given = Partial<Omit<LimitStanding, "item">> & { readonly modelGroupId?: number };

const standing = ({ modelGroupId, ...given }: Given = {}): LimitStanding => {
  const row = {
    ...({ limitId: 1, axis: "user", unit: "usd", window: "daily" } as const),
    ...{ cap: 10 * DOLLAR, used: 0, held: 0, resetsAt: IN_AN_HOUR },
    ...given,
  };
  return { ...row, item: limitItem({ ...row, modelGroupId: modelGroupId ?? null }, row.cap) };
};

const denialOf = (reason: DenialReason, given: Partial<Denial> = {}): Denial => ({
  reason,
  code: DENIAL_CODES[reason],
  axis: "user",
  subjectType: "user",
  targetType: "global",
  target: "global",
  unit: "usd",
  window: "daily",
  mode: "calendar",
  enforcement: "balanced",
  limitId: 99,
  cap: DOLLAR,
  boost: 0,
  used: DOLLAR,
  held: 0,
  estimate: 1,
  left: 0,
  affordableOutputTokens: null,
  resetsAt: IN_AN_HOUR,
  retryAfterMs: HOUR_MS,
  ...given,
});

const facts = (standings: readonly LimitStanding[], given: Partial<LimitFacts> = {}): LimitFacts => ({
  standings,
  rate: null,
  modelGroup: null,
  denial: null,
  client: {},
  now: NOW,
  ...given,
});
const chat = (standings: readonly LimitStanding[], given?: Partial<LimitFacts>) =>
  openaiChat.limitHeaders(facts(standings, given));
const messages = (standings: readonly LimitStanding[], given?: Partial<LimitFacts>) =>
  anthropicMessages.limitHeaders(facts(standings, given));
/** The headers of one family without its prefix. */
const family = (headers: Readonly<Record<string, string>>, prefix: string) =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
const unified = (headers: Readonly<Record<string, string>>) => family(headers, "anthropic-ratelimit-unified-");

describe.each([openaiChat, anthropicMessages])("headers of every protocol: $id", (protocol) => {
  test("are none without limits and groups", () => {
    expect(protocol.limitHeaders(facts([]))).toEqual({});
  });

  test("name the model group of the request by its slug", () => {
    expect(protocol.limitHeaders(facts([], { modelGroup: "frontier" }))).toEqual({
      "x-sluice-model-group": "frontier",
    });
  });

  test("list a limit with its amounts; the request's own hold counts, a limit without a reset says 0", () => {
    const list = (given: Given) => protocol.limitHeaders(facts([standing(given)]))["x-sluice-limits"];
    expect(list({ modelGroupId: 4, window: "5h", cap: 5 * DOLLAR, used: 4.9 * DOLLAR, held: 0.09 * DOLLAR })).toBe(
      "user;s=group;w=5h;u=usd;cap=5.000000000;rem=0.010000000;reset=1795266000",
    );
    expect(list({ axis: "key", unit: "tokens", window: "total", cap: 1_000, used: 1_200, resetsAt: null })).toBe(
      "key;s=global;w=total;u=tokens;cap=1000;rem=0;reset=0",
    );
    expect(list({ resetsAt: IN_AN_HOUR + 1 })).toContain("reset=1795266001");
  });

  test("list at most 12, highest utilisation first, equal ones as they come", () => {
    const any = fc.record({
      limitId: fc.nat(),
      axis: fc.constantFrom(...LIMIT_AXES),
      unit: fc.constantFrom(...LIMIT_UNITS),
      window: fc.constantFrom(...LIMIT_WINDOWS),
      cap: fc.integer({ min: 1, max: 1_000 }),
      used: fc.nat(1_000),
      held: fc.nat(1_000),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 30 }), (given) => {
        const standings = given.map((row) => standing(row));
        const text = protocol.limitHeaders(facts(standings))["x-sluice-limits"];
        const expected = standings
          .map((row, index) => ({ row, index }))
          .sort((a, b) => usedShareOf(b.row) - usedShareOf(a.row) || a.index - b.index)
          .slice(0, 12)
          .map(({ row }) => protocol.limitHeaders(facts([row]))["x-sluice-limits"]);
        expect(text?.split(", ") ?? []).toEqual(expected);
      }),
    );
  });
});

describe("the tokens family", () => {
  const tokens = (given: Partial<LimitStanding>) => standing({ unit: "tokens", cap: 1_000, ...given });

  test("is that of the token limit with least remaining, whatever is used most", () => {
    const rows = [
      tokens({ cap: 1_000_000, used: 999_000 }),
      tokens({ cap: 600, used: 80, held: 20, resetsAt: NOW + 360_000 }),
      standing({ cap: 100, used: 99 }),
    ];
    expect(family(chat(rows), "x-ratelimit-")).toEqual({
      "limit-tokens": "600",
      "remaining-tokens": "500",
      "reset-tokens": "6m0s",
    });
    expect(family(messages(rows), "anthropic-ratelimit-tokens-")).toEqual({
      limit: "600",
      remaining: "500",
      reset: "2026-11-21T12:06:00Z",
    });
  });

  test.each([
    [-5, "0s"],
    [0, "0s"],
    [120, "120ms"],
    [999.5, "1s"],
    [1_000, "1s"],
    [1_001, "2s"],
    [60_000, "1m0s"],
    [360_000, "6m0s"],
    [3_600_000, "1h0m0s"],
    [90_061_000, "25h1m1s"],
  ])("a reset in %d ms reads %s on OpenAI's routes", (ms, text) => {
    expect(chat([tokens({ resetsAt: NOW + ms })])["x-ratelimit-reset-tokens"]).toBe(text);
  });

  test("is absent without a token limit, and has no reset when there is none", () => {
    expect(family(chat([standing()]), "x-ratelimit-")).toEqual({});
    expect(family(messages([standing()]), "anthropic-")).toEqual({});
    const endless = [tokens({ window: "total", resetsAt: null })];
    expect(family(chat(endless), "x-ratelimit-")).toEqual({ "limit-tokens": "1000", "remaining-tokens": "1000" });
    expect(family(messages(endless), "anthropic-ratelimit-tokens-")).toEqual({ limit: "1000", remaining: "1000" });
  });
});

describe("the unified family", () => {
  const WEEK_END = NOW + 100 * HOUR_MS;
  const five = (used: number, given: Partial<LimitStanding> = {}) =>
    standing({ limitId: 5, window: "5h", cap: 10_000, used, ...given });
  const week = (used: number, given: Partial<LimitStanding> = {}) =>
    standing({ limitId: 7, window: "weekly", cap: 10_000, used, resetsAt: WEEK_END, ...given });

  test("shows both windows by their fullest limit over axes and units", () => {
    const rows = [five(100), five(7_999, { axis: "key", unit: "requests" }), week(8_000), week(10, { unit: "tokens" })];
    expect(unified(messages(rows))).toEqual({
      "5h-status": "allowed",
      "5h-reset": "1795266000",
      "5h-utilization": "0.7999",
      "7d-status": "allowed_warning",
      "7d-reset": String(WEEK_END / 1_000),
      "7d-utilization": "0.8000",
      status: "allowed_warning",
      reset: String(WEEK_END / 1_000),
      "representative-claim": "seven_day",
    });
  });

  test.each([
    [0, "0.0000", "allowed"],
    [1, "0.0001", "allowed"],
    [7_999, "0.7999", "allowed"],
    [8_000, "0.8000", "allowed_warning"],
    [10_000, "1.0000", "allowed_warning"],
    [12_345, "1.2345", "allowed_warning"],
  ])("%i of 10,000 is a utilisation of %s, which is %s", (used, utilization, status) => {
    expect(unified(messages([five(used)]))).toMatchObject({
      "5h-utilization": utilization,
      "5h-status": status,
      status,
    });
  });

  test("counts what is held, and rounds down", () => {
    const rows = [five(0, { cap: 30_000, used: 10_000, held: 13_999 })];
    expect(unified(messages(rows))).toMatchObject({ "5h-utilization": "0.7999", "5h-status": "allowed" });
  });

  test("is absent without a window of 5 hours or a week", () => {
    expect(unified(messages([standing({ used: 10 * DOLLAR }), standing({ window: "monthly" })]))).toEqual({});
  });

  test("of two equal states names the fuller one, of equally full ones the shorter", () => {
    expect(unified(messages([five(10), week(20)]))["representative-claim"]).toBe("seven_day");
    expect(unified(messages([five(20), week(20)]))["representative-claim"]).toBe("five_hour");
  });

  test("rejects in the window that caused a terminal denial", () => {
    const rows = [five(9_000), week(10_000)];
    const denial = denialOf("exhausted", { limitId: 7, window: "weekly", resetsAt: WEEK_END });
    expect(unified(messages(rows, { denial }))).toMatchObject({
      "5h-status": "allowed_warning",
      "7d-status": "rejected",
      status: "rejected",
      reset: String(WEEK_END / 1_000),
      "representative-claim": "seven_day",
    });
    expect(unified(messages(rows, { denial: { ...denial, limitId: 5, window: "5h" } }))).toMatchObject({
      "5h-status": "rejected",
      "7d-status": "allowed_warning",
      "representative-claim": "five_hour",
    });
  });

  test.each([
    ["daily", 5 * HOUR_MS, "five_hour"],
    ["daily", 5 * HOUR_MS + 1, "seven_day"],
    ["monthly", HOUR_MS, "five_hour"],
    ["weekly", HOUR_MS, "seven_day"],
    ["5h", 5 * HOUR_MS + 300_000, "five_hour"],
  ] as const)("a terminal denial by a %s limit that resets in %i ms claims %s", (window, ms, claim) => {
    const denial = denialOf("too_large", { window, resetsAt: NOW + ms });
    const expected = {
      status: "rejected",
      reset: String(Math.ceil((NOW + ms) / 1_000)),
      "representative-claim": claim,
    };
    expect(unified(messages([], { denial }))).toEqual(expected);
    expect(unified(messages([five(1)], { denial }))).toMatchObject({ ...expected, "5h-status": "allowed" });
  });

  test("of a terminal denial without a reset has none", () => {
    const denial = denialOf("exhausted", { window: "total", resetsAt: null, retryAfterMs: null });
    expect(unified(messages([], { denial }))).toEqual({ status: "rejected", "representative-claim": "seven_day" });
  });

  test("does not reject when running requests only hold the rest", () => {
    const denial = denialOf("contended", { limitId: 5, window: "5h" });
    expect(unified(messages([five(9_000)], { denial }))).toMatchObject({
      "5h-status": "allowed_warning",
      status: "allowed_warning",
    });
    expect(unified(messages([], { denial }))).toEqual({});
  });

  test("is Anthropic's alone", () => {
    expect(unified(chat([five(9_000)], { denial: denialOf("exhausted") }))).toEqual({});
  });
});
