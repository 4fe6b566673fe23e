import { seededRandom } from "@test/seeded-random";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BucketAsk, EndAsk, ReserveAsk } from "./quota-store";
import type { QuotaHarness } from "./quota-store.contract";
import type { RateAsk, RatesAsk } from "./rate-ask";
import { exactLog } from "./rate-log.contract";

const CONFIG = { version: 1, keyId: 3, user: "", key: "" };
const MINUTE = 60_000;

const rpm = (limit: number, given: Partial<RateAsk> = {}): RateAsk => ({
  ...{ id: "u7:rpm:all:60000", metric: "rpm", limit, burst: null, periodMs: MINUTE, ...given },
});
const total = (limit: number): RateAsk => rpm(limit, { id: "u7:total:all:60000", metric: "total" });
const successful = (limit: number): RateAsk => rpm(limit, { id: "u7:successful:all:60000", metric: "successful" });

/** The demands of channels-and-rates.md 6.2 and A11 on a `QuotaStore`. Time passes only where a test is told that it may be slow. */
export function describeRates(name: string, open: () => Promise<QuotaHarness>): void {
  describe(name, () => {
    let harness: QuotaHarness;
    let nextUser = 9_000;
    let nextHold = 0;
    beforeAll(async () => {
      harness = await open();
    });
    afterAll(() => harness.close());

    const rebuilt = async (userId = nextUser++) => {
      const begun = await harness.store.beginRebuild(userId);
      const nothing = { definitions: { user: [], key: [] }, seeds: [], closed: [] };
      const ask = { userId, token: begun?.token ?? "", config: CONFIG, ...nothing, holds: begun?.holds ?? [] };
      expect(await harness.store.rebuild(ask)).toBe(true);
      return userId;
    };
    const asking = (userId: number, rates: RatesAsk, buckets: readonly BucketAsk[] = []): ReserveAsk => ({
      ...{ userId, holdId: `h${nextHold++}.1`, ttlMs: 45_000, config: CONFIG, record: "", buckets, rates },
    });
    const counters = (...list: readonly RateAsk[]): RatesAsk => ({ counters: list, concurrency: null });
    const running = (requestId: string, caps: { user?: number; key?: number }, keyId = 3): RatesAsk => ({
      counters: [],
      concurrency: { requestId, keyId, user: caps.user ?? null, key: caps.key ?? null },
    });
    const reserve = (ask: ReserveAsk) => harness.store.reserve(ask);
    const used = async (userId: number, ...list: readonly RateAsk[]) =>
      (await harness.store.readRates(userId, list)).lines.map((line) => line.used);
    const ended = async (ask: ReserveAsk, failed?: boolean): Promise<EndAsk> => {
      const at = await harness.now();
      const end = { userId: ask.userId, holdId: ask.holdId, at, buckets: [], actual: [] };
      return failed === undefined ? end : { ...end, failed };
    };

    test("of 100 at once exactly as many pass as the rate says, and refused ones take nothing", async () => {
      const userId = await rebuilt();
      const replies = await Promise.all(Array.from({ length: 100 }, () => reserve(asking(userId, counters(rpm(10))))));
      expect(replies.filter(({ kind }) => kind === "admitted")).toHaveLength(10);
      const refused = replies.filter((reply) => reply.kind === "limited");
      expect(refused).toHaveLength(90);
      for (const reply of refused) {
        expect(reply).toMatchObject({ by: 0, used: 10 });
        expect(reply.waitMs).toBeGreaterThan(0);
        expect(reply.waitMs).toBeLessThanOrEqual(MINUTE);
      }
      expect(await used(userId, rpm(10))).toEqual([10]);
    });

    test("all pass or none is taken: with a total of 5 beside it a rate of 10 shows 5", async () => {
      const userId = await rebuilt();
      const rates = counters(rpm(10), total(5));
      const replies = await Promise.all(Array.from({ length: 20 }, () => reserve(asking(userId, rates))));
      expect(replies.filter(({ kind }) => kind === "admitted")).toHaveLength(5);
      expect(await used(userId, rpm(10), total(5))).toEqual([5, 5]);
      expect(await reserve(asking(userId, rates))).toMatchObject({ kind: "limited", by: 1, used: 5 });
    });

    test("the first failing rule is named with the longest wait of all that fail", async () => {
      const userId = await rebuilt();
      const long = rpm(1, { id: "u7:total:all:600000", metric: "total", periodMs: 10 * MINUTE });
      await reserve(asking(userId, counters(rpm(1), long)));
      const reply = await reserve(asking(userId, counters(rpm(1), long)));
      if (reply.kind !== "limited") throw new Error(`not limited: ${reply.kind}`);
      expect(reply.by).toBe(0);
      expect(reply.waitMs).toBeGreaterThan(9 * MINUTE);
      expect(reply.rates.map(({ waitMs }) => waitMs > 9 * MINUTE)).toEqual([false, true]);
    });

    test("a request that a bucket refuses takes no unit, and one that a rate refuses holds nothing", async () => {
      const userId = await rebuilt();
      const bucket = { id: "u7:0:usd:total", kind: "total", start: 0, end: 0, enforcement: "strict" } as const;
      const tooMuch = { ...bucket, cap: 10, est: 20, worst: 20 };
      expect(await reserve(asking(userId, counters(rpm(1)), [tooMuch]))).toMatchObject({
        ...{ kind: "refused", reason: "too_large" },
        rates: [{ used: 0, waitMs: 0 }],
      });
      expect(await used(userId, rpm(1))).toEqual([0]);
      const small = { ...bucket, cap: 10, est: 1, worst: 1 };
      await reserve(asking(userId, counters(rpm(1)), [small]));
      expect(await reserve(asking(userId, counters(rpm(1)), [small]))).toMatchObject({ kind: "limited" });
      const peeked = await harness.store.peek({ userId, config: CONFIG, buckets: [small] });
      expect(peeked?.lines[0]).toMatchObject({ held: 1 });
    });

    test("a void gives all units back, a failed settlement those of successful, a good one none; each once", async () => {
      const userId = await rebuilt();
      const list = [rpm(10), total(10), successful(10)];
      const asks = [0, 1, 2].map(() => asking(userId, counters(...list)));
      for (const ask of asks) await reserve(ask);
      const [first, second, third] = asks as [ReserveAsk, ReserveAsk, ReserveAsk];
      expect(await used(userId, ...list)).toEqual([3, 3, 3]);
      for (const _ of [1, 2]) await harness.store.void(await ended(first));
      expect(await used(userId, ...list)).toEqual([2, 2, 2]);
      for (const _ of [1, 2]) await harness.store.settle(await ended(second, true));
      expect(await used(userId, ...list)).toEqual([2, 2, 1]);
      await harness.store.settle(await ended(third));
      expect(await used(userId, ...list)).toEqual([2, 2, 1]);
    });

    test("a reserve whose answer was lost takes no second unit", async () => {
      const userId = await rebuilt();
      const ask = asking(userId, counters(rpm(10)));
      await reserve(ask);
      expect(await reserve(ask)).toMatchObject({ kind: "duplicate", state: "open" });
      expect(await used(userId, rpm(10))).toEqual([1]);
    });

    test("units outlive a rebuild, and a hold that is known again gives its own back", async () => {
      const userId = await rebuilt();
      const ask = asking(userId, counters(rpm(10), successful(10)));
      await reserve(ask);
      await reserve(asking(userId, counters(rpm(10), successful(10))));
      await rebuilt(userId);
      expect(await used(userId, rpm(10), successful(10))).toEqual([2, 2]);
      await harness.store.settle(await ended(ask, true));
      expect(await used(userId, rpm(10), successful(10))).toEqual([2, 1]);
    });

    test("a bucket of 60 a minute with a burst of 10 passes 10 at once, and the 11th after a second", async () => {
      const userId = await rebuilt();
      const bucket = rpm(60, { id: "u7:b1:60000", burst: 10 });
      const replies = await Promise.all(Array.from({ length: 11 }, () => reserve(asking(userId, counters(bucket)))));
      expect(replies.filter(({ kind }) => kind === "admitted")).toHaveLength(10);
      const refused = replies.find((reply) => reply.kind === "limited");
      expect(refused?.waitMs).toBeGreaterThan(0);
      expect(refused?.waitMs).toBeLessThanOrEqual(1_000);
      expect(await used(userId, bucket)).toEqual([10]);
    });

    test("after the wait that it was told a request passes, and the window never holds more than N", async () => {
      const userId = await rebuilt();
      const fast = rpm(3, { id: "u7:rpm:all:600", periodMs: 600 });
      const rates = counters(fast);
      for (let passed = 0; passed < 12; ) {
        const reply = await reserve(asking(userId, rates));
        if (reply.kind === "admitted") passed++;
        else if (reply.kind === "limited") await harness.pass(reply.waitMs);
        expect((await used(userId, fast))[0]).toBeLessThanOrEqual(3);
      }
    });

    const SHORT = [
      rpm(12, { id: "u7:rpm:all:600", periodMs: 600 }),
      rpm(8, { id: "u7:successful:all:600", metric: "successful", periodMs: 600 }),
    ] as const;
    /** Perhaps gives a unit back, then asks for one. */
    const play = async (log: ReturnType<typeof exactLog>, userId: number, refunds: boolean) => {
      const given = refunds ? log.open(await harness.now()) : undefined;
      const kinds: string[] = [];
      if (given !== undefined) {
        kinds.push((await harness.store.settle(await ended(given.ask, true))).kind);
        log.giveBack(given, await harness.now());
      }
      const ask = asking(userId, counters(...SHORT));
      const reply = await reserve(ask);
      log.check(reply, ask);
      return [...kinds, reply.kind];
    };

    test("over a random trace with refunds every decision, count and wait is that of an exact log in slices (test 25)", async () => {
      const userId = await rebuilt();
      const log = exactLog(SHORT);
      const draw = seededRandom(25);
      const seen: string[] = [];
      for (let step = 0; step < 250; step++) {
        await harness.pass(draw(30));
        seen.push(...(await play(log, userId, draw(3) === 0)));
      }
      const counts = [...Map.groupBy(seen, String)].map(([kind, list]) => [kind, list.length > 20]);
      expect(Object.fromEntries(counts)).toEqual({ admitted: true, ended: true, limited: true });
    }, 30_000);

    test("at most as many requests run at once as user and key may; one that leaves makes room at once", async () => {
      const userId = await rebuilt();
      const caps = { user: 3, key: 2 };
      const begin = (id: string, keyId = 3) => reserve(asking(userId, running(id, caps, keyId)));
      expect([(await begin("a")).kind, (await begin("b")).kind]).toEqual(["admitted", "admitted"]);
      expect(await begin("c")).toMatchObject({ kind: "limited", by: "key", used: 2, waitMs: 0 });
      expect((await begin("d", 4)).kind).toBe("admitted");
      expect(await begin("e", 4)).toMatchObject({ kind: "limited", by: "user", used: 3 });
      expect((await begin("a")).kind).toBe("admitted");
      await harness.store.leave({ userId, keyId: 3, requestId: "a" });
      await harness.store.leave({ userId, keyId: 3, requestId: "a" });
      expect((await begin("e", 4)).kind).toBe("admitted");
    });

    test("100 requests at once with room for 7: exactly 7 run", async () => {
      const userId = await rebuilt();
      const replies = await Promise.all(
        Array.from({ length: 100 }, (_, at) => reserve(asking(userId, running(`r${at}`, { user: 7 })))),
      );
      expect(replies.filter(({ kind }) => kind === "admitted")).toHaveLength(7);
    });

    test("who takes a place and nothing else leaves no hold behind", async () => {
      const userId = await rebuilt();
      const ask = { ...asking(userId, running("a", { user: 1 })), ttlMs: 1 };
      expect((await reserve(ask)).kind).toBe("admitted");
      await harness.pass(5);
      expect((await harness.store.expired(100)).filter((hold) => hold.userId === userId)).toEqual([]);
    });

    test("places that were lost are taken again by the next beat", async () => {
      const userId = await rebuilt();
      await harness.store.stayRunning([
        { userId, keyId: 3, requestId: "a" },
        { userId, keyId: 3, requestId: "b" },
      ]);
      expect(await reserve(asking(userId, running("c", { user: 2 })))).toMatchObject({ by: "user", used: 2 });
    });

    test("a rate that refuses is named before the number of requests at once", async () => {
      const userId = await rebuilt();
      const concurrency = { requestId: "x", keyId: 3, user: 1, key: null };
      await reserve(asking(userId, { counters: [rpm(1)], concurrency }));
      const again = { counters: [rpm(1)], concurrency: { ...concurrency, requestId: "y" } };
      expect(await reserve(asking(userId, again))).toMatchObject({ kind: "limited", by: 0 });
    });

    test("a domain that nothing is known of takes no unit", async () => {
      const userId = nextUser++;
      expect(await reserve(asking(userId, counters(rpm(1))))).toEqual({ kind: "rebuild" });
      expect(await used(userId, rpm(1))).toEqual([0]);
    });
  });
}
