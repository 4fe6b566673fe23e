import { buildPlan } from "@test/build-caller";
import { buildLimit, buildQuota, buildQuotaStore, historyOf } from "@test/build-quota";
import { buildStoredEntry } from "@test/build-stored-rows";
import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import { asNanoUsd } from "@/lib/money";
import { DEFAULT_SETTINGS, type Settings } from "../settings/settings";
import { previewReserve } from "./preview-reserve";
import type { QuotaStore } from "./quota-store";

const USD = 1_000_000_000;

/** A request of 10 cents under a limit of $5 a day, of which the ledger has `spent`. */
function preview(given: { spent?: number; isLedgerUp?: boolean; isAway?: boolean; settings?: Partial<Settings> }) {
  const { spent = 0, isLedgerUp = true, isAway = true, settings } = given;
  const clock = fakeClock("2026-11-21T12:00:00Z");
  const own = buildQuotaStore(clock);
  const down = () => Promise.reject(new Error("no answer"));
  const written: string[] = [];
  const noting = new Proxy(own, {
    get(target, name: keyof QuotaStore) {
      if (name !== "peek") written.push(name);
      return target[name];
    },
  });
  const store = isAway ? { ...own, peek: down } : noting;
  const flags = { countedInUserGlobal: true, countedInKeyGlobal: true, modelGroupId: null };
  const row = { userId: 7, keyId: 3, admittedAt: clock.now() - 60_000, costNanoUsd: asNanoUsd(spent), ...flags };
  const history = isLedgerUp ? historyOf(() => [buildStoredEntry(row)]) : { read: down };
  const { degraded } = buildQuota({ clock, store, history, isLedgerUp: () => isLedgerUp });
  const amounts = { usd: USD / 10, tokens: 10, requests: 1 };
  const plan = buildPlan({ limits: [buildLimit()] });
  const ask = {
    plan,
    config: { version: 1, keyId: 3, user: plan.user.fingerprint, key: plan.key.fingerprint },
    target: { modelGroupId: null, isFree: false },
    rules: { ...DEFAULT_SETTINGS, ...settings },
    demand: () => ({ est: amounts, worst: amounts, strictWorst: amounts }),
  };
  const deps = { store, history, degraded, now: clock.now, onFault() {} };
  return { written, judge: () => previewReserve(ask, deps) };
}

test("while the counters do not answer it passes within the allowance, however often it is asked", async () => {
  const { judge } = preview({ spent: USD });
  for (let time = 0; time < 3; time++)
    expect(await judge()).toMatchObject({ kind: "alone", asks: [{ est: USD / 10 }] });
});

test.each([
  ["with fail-open off", { settings: { failOpen: false } }],
  ["when the ledger is away too", { isLedgerUp: false }],
  ["without room under the cap", { spent: 4.95 * USD }],
])("%s it is unavailable", async (_name, given) => {
  expect(await preview(given).judge()).toMatchObject({ kind: "unavailable", bucket: 0 });
});

test("counters that nobody has built yet are judged as the next request would find them, and stay unbuilt", async () => {
  const { judge, written } = preview({ spent: 2 * USD, isAway: false });
  expect(await judge()).toMatchObject({ kind: "passes", lines: [{ settled: 2 * USD }] });
  expect(written).toEqual([]);
  const full = preview({ spent: 5 * USD, isAway: false });
  expect(await full.judge()).toMatchObject({ kind: "refused", reason: "exhausted" });
});
