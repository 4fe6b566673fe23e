import { buildPlan } from "@test/build-caller";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { QuotaHarness } from "./quota-store.contract";
import type { RateRow } from "./rate-row";
import { readRpmStatus } from "./rpm-status";

const CONFIG = { version: 1, keyId: 3, user: "", key: "" };
const VIP = { id: 2, name: "vip", joinedVersion: 1, costMultiplierPpm: null };
const PLAIN = { id: 3, name: "plain", joinedVersion: 1, costMultiplierPpm: null };
const TARGET = { modelGroupId: null, model: "m" };

/** What `rpm-status` tells must be what the counters enforce (channels-and-rates.md R14). */
export function describeRpmStatus(name: string, open: () => Promise<QuotaHarness>): void {
  describe(name, () => {
    let harness: QuotaHarness;
    let nextUser = 12_000;
    let nextHold = 0;
    beforeAll(async () => {
      harness = await open();
    });
    afterAll(() => harness.close());

    /** A user of two groups, of which `vip` and the user itself may have rates. */
    async function userWith(rowsOf: (userId: number) => readonly RateRow[]) {
      const userId = nextUser++;
      const begun = await harness.store.beginRebuild(userId);
      const nothing = { definitions: { user: [], key: [] }, seeds: [], closed: [], holds: [] };
      await harness.store.rebuild({ userId, token: begun?.token ?? "", config: CONFIG, ...nothing });
      const plan = buildPlan({ userId, userGroups: [VIP, PLAIN], rates: rowsOf(userId) });
      const rates = { counters: plan.ratesOf(TARGET), concurrency: null };
      const ask = { userId, ttlMs: 45_000, config: CONFIG, record: "", buckets: [], rates };
      const deps = { store: harness.store, now: () => 0, onFault() {} };
      return {
        status: () => readRpmStatus(plan, deps),
        /** How many of so many requests at once pass. */
        async pass(count: number) {
          const asks = Array.from({ length: count }, () => ({ ...ask, holdId: `s${nextHold++}.1` }));
          const replies = await Promise.all(asks.map((one) => harness.store.reserve(one)));
          return replies.filter(({ kind }) => kind === "admitted").length;
        },
      };
    }

    // Slow enough that nothing comes back while a test runs: 5 a minute is one every 12 s.
    const shapes = {
      window: { amount: 5, burst: null },
      bucket: { amount: 5, burst: 3 },
      wide: { amount: 5, burst: 5 },
      unlimited: { amount: null, burst: null },
    } as const;
    type Shape = keyof typeof shapes;
    const row = (subjectType: RateRow["subjectType"], shape: Shape, given: Partial<RateRow> = {}): RateRow => ({
      ...{ id: nextHold++ + 1, subjectType, userId: null, userGroupId: null, keyId: null, modelGroupId: null },
      ...{ model: null, metric: "rpm", ...shapes[shape], ...given },
    });

    test.each([
      { own: "window", group: "window", user: [2, 5], vip: [2, 5], left: 3 },
      { own: "window", group: "bucket", user: [2, 5], vip: [2, 3], left: 1 },
      { own: "bucket", group: "window", user: [2, 3], vip: [2, 5], left: 1 },
      { own: "bucket", group: "wide", user: [2, 3], vip: [2, 5], left: 1 },
      { own: "unlimited", group: "bucket", user: [2, null], vip: [2, 3], left: 1 },
    ] as const)("$own of the user and $group of a group tell what still passes", async ({ own, group, ...told }) => {
      const { user, vip, left } = told;
      const { status, pass } = await userWith((userId) => [
        row("user", own, { userId }),
        row("user_group", group, { userGroupId: VIP.id }),
      ]);
      expect(await pass(2)).toBe(2);
      const first = await status();
      expect([first.user, ...first.groups].map(({ used, limit }) => [used, limit])).toEqual([user, vip, [2, null]]);
      expect(first.effective).toMatchObject({ limit: 2 + left, remaining: left });
      expect(await pass(9)).toBe(left);
      const spent = await status();
      expect(spent.effective.remaining).toBe(0);
      expect(spent.effective.retryAfterSeconds).toBeGreaterThan(0);
      expect(spent.user.used).toBe(2 + left);
    });

    test("a bucket of everyone stands behind users without a rate", async () => {
      const { status, pass } = await userWith(() => [row("everyone", "bucket")]);
      await pass(2);
      const told = await status();
      expect(told.user).toEqual({ used: 2, limit: null });
      expect(told.effective).toMatchObject({ limit: 3, remaining: 1, source: "default" });
      expect(await pass(9)).toBe(1);
    });

    test("a bucket of one model tells its own", async () => {
      const { status, pass } = await userWith((userId) => [row("user", "bucket", { userId, model: "m" })]);
      await pass(2);
      expect((await status()).targets).toMatchObject([{ model: "m", used: 2, limit: 3, remaining: 1 }]);
      expect(await pass(9)).toBe(1);
    });

    test("a limit that was lowered keeps what was used, and nothing is left", async () => {
      const userId = nextUser;
      const { pass } = await userWith(() => [row("user", "window", { userId })]);
      await pass(4);
      const plan = buildPlan({ userId, rates: [row("user", "window", { userId, amount: 2 })] });
      const lowered = await readRpmStatus(plan, { store: harness.store, now: () => 0, onFault() {} });
      expect(lowered).toMatchObject({ user: { used: 4, limit: 2 }, effective: { limit: 2, remaining: 0 } });
    });
  });
}
