import { expect, test } from "vitest";
import { DENIAL_CODES, type Denial } from "@/core/quota/denial";
import { type LimitStanding, limitItem } from "@/core/quota/limit-standing";
import type { LimitFacts } from "../limit-headers";
import { openaiResponses } from "./adapter";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const CODEX = { originator: "codex_cli_rs" };

const standing = (given: Partial<Omit<LimitStanding, "item">>): LimitStanding => {
  const row = {
    ...({ limitId: 1, axis: "user", unit: "usd", window: "5h" } as const),
    ...{ cap: 1_000, used: 0, held: 0, resetsAt: NOW + 90_500 },
    ...given,
  };
  return { ...row, item: limitItem({ ...row, modelGroupId: null }, row.cap) };
};
const headers = (standings: readonly LimitStanding[], given: Partial<LimitFacts> = {}) =>
  openaiResponses.limitHeaders({
    ...{ standings, rate: null, modelGroup: null, denial: null, client: CODEX, now: NOW },
    ...given,
  });
const denial = (reason: "exhausted" | "contended" | "blocked", given: Partial<Denial> = {}) =>
  ({ reason, code: DENIAL_CODES[reason], targetType: "group", target: "Frontier models", ...given }) as Denial;

test("a Codex client sees its two windows, each the fullest of its length", () => {
  const seen = headers([
    standing({ used: 499, held: 1 }),
    standing({ used: 999, axis: "key", resetsAt: NOW + 1_000 }),
    standing({ window: "weekly", used: 2_000, unit: "requests", resetsAt: null }),
    standing({ window: "daily", used: 1_000 }),
  ]);
  expect(seen).toMatchObject({
    "x-codex-primary-used-percent": "99.9",
    "x-codex-primary-window-minutes": "300",
    "x-codex-primary-reset-at": String(NOW / 1_000 + 1),
    "x-codex-primary-reset-after-seconds": "1",
    "x-codex-secondary-used-percent": "100.0",
    "x-codex-secondary-window-minutes": "10080",
  });
  expect(seen).not.toHaveProperty("x-codex-secondary-reset-at");
  expect(headers([standing({ used: 500, held: 1 })])).toMatchObject({
    "x-codex-primary-used-percent": "50.1",
    "x-codex-primary-reset-after-seconds": "91",
  });
  expect(headers([standing({ cap: 3_000, used: 2_999 })])["x-codex-primary-used-percent"]).toBe("99.9");
});

test("other clients see what OpenAI's replies tell and nothing of Codex", () => {
  const tokens = standing({ unit: "tokens", cap: 100, used: 40 });
  const rate = { limit: 10, remaining: 9, resetMs: 6_000 } as LimitFacts["rate"];
  const seen = headers([tokens], { client: {}, rate });
  expect(seen).toMatchObject({
    "x-ratelimit-limit-tokens": "100",
    "x-ratelimit-remaining-tokens": "60",
    "x-ratelimit-reset-tokens": "1m31s",
    "x-ratelimit-limit-requests": "10",
    "x-ratelimit-reset-requests": "6s",
  });
  expect(Object.keys(seen).filter((name) => name.startsWith("x-codex"))).toEqual([]);
});

test("the group's name comes with the terminal denial of a group limit alone", () => {
  const name = (given: Partial<LimitFacts>) => headers([], given)["x-codex-limit-name"];
  expect(name({ denial: denial("exhausted") })).toBe("Frontier models");
  expect(name({ denial: denial("exhausted", { target: "Grüße\r\nx: y" }) })).toBe("Gr??e??x: y");
  expect(name({ denial: denial("exhausted", { targetType: "global", target: "global" }) })).toBeUndefined();
  expect(name({ denial: denial("contended") })).toBeUndefined();
  expect(name({ denial: denial("blocked") })).toBeUndefined();
  expect(name({ denial: denial("exhausted"), client: {} })).toBeUndefined();
  expect(name({})).toBeUndefined();
});
