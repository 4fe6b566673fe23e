import { expect, test } from "vitest";
import type { HealthFacts } from "./channel-health";
import { healthWord } from "./health-word";

const WELL: HealthFacts = {
  isAuthFailed: false,
  trippedUntil: 0,
  isProbing: false,
  recent: { attempts: 20, failures: 0 },
};
const ON = { isOn: true, isCooling: false };

test.each([
  ["off", { ...WELL, isAuthFailed: true }, { ...ON, isOn: false }],
  ["auth_failed", { ...WELL, isAuthFailed: true, trippedUntil: 5 }, ON],
  ["tripped", { ...WELL, trippedUntil: 5 }, { ...ON, isCooling: true }],
  ["cooling", { ...WELL, isProbing: true }, { ...ON, isCooling: true }],
  ["probing", { ...WELL, isProbing: true, recent: { attempts: 10, failures: 10 } }, ON],
  ["degraded", { ...WELL, recent: { attempts: 10, failures: 1 } }, ON],
  ["ok", { ...WELL, recent: { attempts: 9, failures: 9 } }, ON],
  ["ok", { ...WELL, recent: { attempts: 101, failures: 10 } }, ON],
  ["unknown", { ...WELL, recent: { attempts: 0, failures: 0 } }, ON],
  ["ok", WELL, ON],
] as const)("%s", (word, facts, beside) => {
  expect(healthWord(facts, beside)).toBe(word);
});
