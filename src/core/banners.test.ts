import { expect, test } from "vitest";
import { bannersOf } from "./banners";

const NOW = Date.parse("2026-01-01T12:00:00Z");
const facts = { database: "external", counters: "redis", fixedSettings: {} } as const;
const embedded = { database: "embedded", counters: "memory", fixedSettings: {} } as const;
const healthy = { databaseSilentMs: 4_000, ledgerLagMs: 30, countersSilentMs: 0 };
const settings = { modelGroupLimits: true, failOpen: true };
const allDown = { databaseSilentMs: 90_000, ledgerLagMs: 80_000, countersSilentMs: 70_000 };
const noGroupLimits = { ...settings, modelGroupLimits: false };

const banners = (given: Partial<Parameters<typeof bannersOf>[0]>) =>
  bannersOf({ facts, state: healthy, settings, isAdmin: true, now: NOW, ...given });

test.each([
  ["nothing is told while all is well", {}, []],
  ["one lost question is no outage", { state: { ...healthy, databaseSilentMs: 10_999 } }, []],
  ["a silent database is told", { state: { ...healthy, databaseSilentMs: 11_000 } }, ["database_down"]],
  ["a minute of waiting spend is not told yet", { state: { ...healthy, ledgerLagMs: 60_000 } }, []],
  ["more than a minute is", { state: { ...healthy, ledgerLagMs: 60_001 } }, ["ledger_behind"]],
  ["the embedded database with counters in memory is one replica", { facts: embedded }, ["single_replica"]],
  ["which users cannot change", { facts: embedded, isAdmin: false }, []],
  ["shared counters or a shared database are not", { facts: { ...embedded, counters: "redis" as const } }, []],
  ["counters that lost one command are not away", { state: { ...healthy, countersSilentMs: 1_999 } }, []],
  ["counters that do not answer are", { state: { ...healthy, countersSilentMs: 2_000 } }, ["counters_down"]],
  ["limits that are switched off are told", { settings: noGroupLimits }, ["model_group_limits_off"]],
  ["to users too", { settings: noGroupLimits, isAdmin: false }, ["model_group_limits_off"]],
  [
    "the gravest stands first",
    { facts: embedded, state: allDown, settings: noGroupLimits },
    ["database_down", "counters_down", "ledger_behind", "model_group_limits_off", "single_replica"],
  ],
] as const)("%s", (_, given, expected) => {
  expect(banners(given).map(({ code }) => code)).toEqual(expected);
});

test("an outage is dated by the last answer, a lag by the oldest row that waits", () => {
  const state = { ...healthy, databaseSilentMs: 90_000, ledgerLagMs: 75_000 };
  expect(banners({ facts: embedded, state })).toEqual([
    { code: "database_down", params: {}, since: NOW - 90_000 },
    { code: "ledger_behind", params: {}, since: NOW - 75_000 },
    { code: "single_replica", params: {}, since: null },
  ]);
});

test.each([
  ["calls pass within the allowance", {}, true],
  ["or are refused, as the setting says", { settings: { ...settings, failOpen: false } }, false],
  ["and are refused without the ledger too", { state: allDown }, false],
] as const)("while the counters do not answer %s", (_, given, admits) => {
  const state = { ...healthy, countersSilentMs: 70_000 };
  expect(banners({ state, ...given })).toContainEqual({
    code: "counters_down",
    params: { admits },
    since: NOW - 70_000,
  });
});

test("the variable that switches limits off is told to admins", () => {
  const fixed = { ...facts, fixedSettings: { modelGroupLimits: "ENABLE_MODEL_RATE_LIMIT" } };
  const paramsFor = (isAdmin: boolean) => banners({ facts: fixed, settings: noGroupLimits, isAdmin })[0]?.params;
  expect(paramsFor(true)).toEqual({ variable: "ENABLE_MODEL_RATE_LIMIT" });
  expect(paramsFor(false)).toEqual({});
});
