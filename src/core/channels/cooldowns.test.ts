import { expect, test } from "vitest";
import { cooldownMs, createCooldowns } from "./cooldowns";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const RULES = { defaultMs: 0, maxMs: 900_000 };

test.each([
  [{ "retry-after-ms": "2500", "retry-after": "9" }, 2_500],
  [{ "retry-after": "3" }, 3_000],
  [{ "retry-after": "0.2" }, 1_000],
  [{ "retry-after": "Sat, 21 Nov 2026 12:00:45 GMT" }, 45_000],
  [{ "retry-after": "Sat, 21 Nov 2026 11:00:00 GMT" }, 1_000],
  [{ "retry-after": "86400" }, 900_000],
  [{ "retry-after": ["7"] }, 7_000],
  [{ "retry-after-ms": "soon", "retry-after": "4" }, 4_000],
  [{ "retry-after": "soon" }, null],
  [{}, null],
])("of %j the cooldown is %s", (headers, expected) => {
  expect(cooldownMs(headers, RULES, NOW)).toBe(expected);
});

test("without a header the default counts", () => {
  expect(cooldownMs({}, { defaultMs: 5_000, maxMs: 900_000 }, NOW)).toBe(5_000);
});

test("a pair of channel and model cools by itself, and the later deadline wins", () => {
  let now = 0;
  const cooldowns = createCooldowns(() => now);
  const pair = { channelId: 1, model: "gpt-4o" };
  expect(cooldowns.cool(pair, 3_000)).toBe(true);
  expect(cooldowns.cool(pair, 2_000)).toBe(false);
  expect(cooldowns.cool(pair, 4_000)).toBe(true);
  expect(cooldowns.eligibleAt(1, "gpt-4o")).toBe(4_000);
  expect([cooldowns.eligibleAt(1, "gpt-4o-mini"), cooldowns.eligibleAt(2, "gpt-4o")]).toEqual([0, 0]);
  now = 3_999;
  expect(cooldowns.eligibleAt(1, "gpt-4o")).toBe(4_000);
  now = 4_000;
  expect(cooldowns.eligibleAt(1, "gpt-4o")).toBe(0);
  expect(cooldowns.cool(pair, 4_500)).toBe(true);
});
