import { expect, test } from "vitest";
import { bannersOf } from "./banners";

const NOW = Date.parse("2026-01-01T12:00:00Z");
const facts = { database: "external", counters: "redis" } as const;
const embedded = { database: "embedded", counters: "memory" } as const;
const healthy = { databaseSilentMs: 4_000, ledgerLagMs: 30 };

const codes = (given: Partial<Parameters<typeof bannersOf>[0]>) =>
  bannersOf({ facts, state: healthy, isAdmin: true, now: NOW, ...given }).map(({ code }) => code);

test.each([
  ["nothing is told while all is well", {}, []],
  ["one lost question is no outage", { state: { ...healthy, databaseSilentMs: 10_999 } }, []],
  ["a silent database is told", { state: { ...healthy, databaseSilentMs: 11_000 } }, ["database_down"]],
  ["a minute of waiting spend is not told yet", { state: { ...healthy, ledgerLagMs: 60_000 } }, []],
  ["more than a minute is", { state: { ...healthy, ledgerLagMs: 60_001 } }, ["ledger_behind"]],
  ["the embedded database with counters in memory is one replica", { facts: embedded }, ["single_replica"]],
  ["which users cannot change", { facts: embedded, isAdmin: false }, []],
  ["shared counters or a shared database are not", { facts: { ...embedded, counters: "redis" as const } }, []],
  [
    "the gravest stands first",
    { facts: embedded, state: { databaseSilentMs: 90_000, ledgerLagMs: 80_000 } },
    ["database_down", "ledger_behind", "single_replica"],
  ],
] as const)("%s", (_, given, expected) => {
  expect(codes(given)).toEqual(expected);
});

test("an outage is dated by the last answer, a lag by the oldest row that waits", () => {
  const state = { databaseSilentMs: 90_000, ledgerLagMs: 75_000 };
  expect(bannersOf({ facts: embedded, state, isAdmin: true, now: NOW })).toEqual([
    { code: "database_down", since: NOW - 90_000 },
    { code: "ledger_behind", since: NOW - 75_000 },
    { code: "single_replica", since: null },
  ]);
});
