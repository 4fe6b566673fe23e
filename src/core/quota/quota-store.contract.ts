import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type {
  BucketAsk,
  BucketRef,
  DomainConfig,
  EndAsk,
  HeldBucket,
  OpenHold,
  QuotaStore,
  RebuildAsk,
  ReserveAsk,
  Seed,
} from "./quota-store";

/** A store under test and its time. */
export type QuotaHarness = {
  readonly store: QuotaStore;
  /** The store's time, epoch ms. */
  now(): Promise<number>;
  /** Resolves when the store's time is `ms` later; a real clock waits. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
};

const DAY = 86_400;
const CONFIG: DomainConfig = { version: 1, keyId: 3, user: "fu", key: "fk" };
const AMOUNTS = { cap: 1_000, est: 100, worst: 200, enforcement: "balanced" } as const;

/** Instances around `second` of one bucket of each kind. */
export function refsAround(second: number): Readonly<Record<BucketRef["kind"], BucketRef>> {
  const start = second - (second % DAY) - DAY;
  return {
    total: { id: "u7:0:usd:total", kind: "total", start: 0, end: 0 },
    calendar: { id: `u7:0:usd:weekly:${start}`, kind: "calendar", start, end: start + 7 * DAY },
    rolling: { id: "k3:5:usd:daily:rolling", kind: "rolling", start: 1_800, end: 48 },
    fixed: { id: "k3:5:tokens:5h:fixed", kind: "fixed", start: 18_000, end: 300 },
  };
}

/** The demands on a `QuotaStore` (quota.md sections 3-6, tests 16-24 of section 12). */
export function describeQuotaStore(name: string, open: () => Promise<QuotaHarness>): void {
  describe(name, () => {
    let harness: QuotaHarness;
    let nextUser = 100;
    /** The store's time as last told. */
    let instant = 0;
    beforeAll(async () => {
      harness = await open();
    });
    afterAll(() => harness.close());

    const rebuilt = async (extra: Partial<RebuildAsk> = {}, userId = nextUser++) => {
      instant = await harness.now();
      const begun = await harness.store.beginRebuild(userId);
      const token = begun?.token ?? "";
      const base = { definitions: { user: ["du"], key: ["dk"] }, seeds: [], holds: [], closed: [] };
      expect(await harness.store.rebuild({ userId, token, config: CONFIG, ...base, ...extra })).toBe(true);
      return userId;
    };
    const refs = async () => refsAround(Math.floor((await harness.now()) / 1000));
    const fiveKinds = async (): Promise<readonly BucketAsk[]> =>
      Object.values(await refs()).map((ref) => ({ ...ref, ...AMOUNTS }));
    const asking = (userId: number, holdId: string, buckets: readonly BucketAsk[]): ReserveAsk => ({
      ...{ userId, holdId, buckets, ttlMs: 45_000, config: CONFIG, record: `record of ${holdId}` },
    });
    const admitted = async (ask: ReserveAsk) => {
      const reply = await harness.store.reserve(ask);
      if (reply.kind !== "admitted") throw new Error(`not admitted: ${JSON.stringify(reply)}`);
      instant = reply.at;
      return reply;
    };
    const placed = (buckets: readonly BucketRef[], lines: readonly { slot: number }[]): readonly HeldBucket[] =>
      buckets.map(({ id, kind, start, end }, at) => ({ id, kind, start, end, slot: lines[at]?.slot ?? 0 }));
    const ending = (ask: ReserveAsk, lines: readonly { slot: number }[], amount?: number): EndAsk => ({
      ...{ userId: ask.userId, holdId: ask.holdId, at: instant, buckets: placed(ask.buckets, lines) },
      actual: amount === undefined ? [] : ask.buckets.map(() => amount),
    });
    const counters = async (userId: number, buckets: readonly BucketAsk[], config = CONFIG) =>
      (await harness.store.peek({ userId, config, buckets }))?.lines.map(({ settled, held, worst }) => [
        settled,
        held,
        worst,
      ]);

    test("a domain that nothing is known of asks to be rebuilt, and nothing is written before", async () => {
      const { store } = harness;
      const ask = asking(nextUser++, "a.1", await fiveKinds());
      expect(await store.reserve(ask)).toEqual({ kind: "rebuild" });
      expect(await store.settle(ending(ask, [], 5))).toEqual({ kind: "rebuild" });
      expect(await store.void(ending(ask, []))).toEqual({ kind: "rebuild" });
      expect(await store.renew([{ userId: ask.userId, holdId: "a.1", ttlMs: 1, ceilingNanoUsd: 1 }])).toEqual([
        "rebuild",
      ]);
      expect(await store.peek(ask)).toBeNull();
      await rebuilt({}, ask.userId);
      expect(await counters(ask.userId, ask.buckets)).toEqual(ask.buckets.map(() => [0, 0, 0]));
    });

    test("a hold is placed in all buckets, and the lines tell what was there before it", async () => {
      const buckets = await fiveKinds();
      const userId = await rebuilt();
      const first = await admitted(asking(userId, "a.1", buckets));
      expect(first.lines.map((line) => [line.settled, line.held, line.worst, line.verdict])).toEqual(
        buckets.map(() => [0, 0, 0, "fits"]),
      );
      const second = await admitted(asking(userId, "b.1", buckets));
      expect(second.lines.map((line) => [line.settled, line.held, line.worst])).toEqual(
        buckets.map(() => [0, 100, 200]),
      );
      expect(second).toMatchObject({ epoch: first.epoch, sequence: first.sequence + 1 });
    });

    test("a settlement replaces what was held by the actual amounts, once", async () => {
      const { store } = harness;
      const ask = asking(await rebuilt(), "a.1", await fiveKinds());
      const { lines, sequence, epoch } = await admitted(ask);
      const end = ending(ask, lines, 321);
      expect(await store.settle(end)).toMatchObject({ kind: "ended", epoch, sequence: sequence + 1 });
      expect(await store.settle(end)).toEqual({ kind: "duplicate", state: "settled" });
      expect(await store.void(end)).toEqual({ kind: "duplicate", state: "settled" });
      expect(await counters(ask.userId, ask.buckets)).toEqual(ask.buckets.map(() => [321, 0, 0]));
      expect(await store.reserve(ask)).toMatchObject({ kind: "duplicate", state: "settled", slots: [] });
    });

    test("a void gives all back, and shuts out a reserve that comes later", async () => {
      const { store } = harness;
      const ask = asking(await rebuilt(), "a.1", await fiveKinds());
      const { lines } = await admitted(ask);
      expect((await store.void(ending(ask, lines))).kind).toBe("ended");
      expect(await counters(ask.userId, ask.buckets)).toEqual(ask.buckets.map(() => [0, 0, 0]));
      const late = { ...ask, holdId: "b.1" };
      expect((await store.void(ending(late, lines))).kind).toBe("ended");
      expect(await store.reserve(late)).toMatchObject({ kind: "duplicate", state: "voided" });
      expect(await store.settle(ending(late, lines, 5))).toEqual({ kind: "duplicate", state: "voided" });
      expect(await counters(ask.userId, ask.buckets)).toEqual(ask.buckets.map(() => [0, 0, 0]));
    });

    test("a reserve whose reply was lost is a duplicate with the slots of its hold, and places nothing", async () => {
      const ask = asking(await rebuilt(), "a.1", await fiveKinds());
      const first = await admitted(ask);
      expect(await harness.store.reserve(ask)).toEqual({
        ...{ kind: "duplicate", state: "open", at: first.at },
        slots: first.lines.map(({ slot }) => slot),
      });
      expect(await counters(ask.userId, ask.buckets)).toEqual(ask.buckets.map(() => [0, 100, 200]));
    });

    test("a settlement of an unknown hold adds its amounts once; a correction may be negative", async () => {
      const { store } = harness;
      const ask = asking(await rebuilt(), "x.1", await fiveKinds());
      const slots = (await store.peek(ask))?.lines ?? [];
      expect((await store.settle(ending(ask, slots, 70))).kind).toBe("ended");
      expect(await store.settle(ending(ask, slots, 70))).toEqual({ kind: "duplicate", state: "settled" });
      expect((await store.settle(ending({ ...ask, holdId: "x.1c1" }, slots, -30))).kind).toBe("ended");
      expect(await counters(ask.userId, ask.buckets)).toEqual(ask.buckets.map(() => [40, 0, 0]));
    });

    test("amounts for an instance that is gone change nothing", async () => {
      const { store } = harness;
      const all = await refs();
      const userId = await rebuilt();
      const buckets: readonly BucketAsk[] = [all.fixed, all.rolling, all.total].map((ref) => ({ ...ref, ...AMOUNTS }));
      await admitted(asking(userId, "a.1", buckets));
      const gone = [{ slot: 1_000 }, { slot: 1_000 }, { slot: 5 }];
      const end = { ...ending(asking(userId, "old.1", buckets), gone, 70), at: 1_000_000 };
      expect((await store.settle(end)).kind).toBe("ended");
      expect(await counters(userId, buckets)).toEqual(buckets.map(() => [0, 100, 200]));
    });

    test.each([
      ["strict", 200, 5],
      ["balanced", 200, 5],
      ["lenient", 200, 10],
      ["shadow", 200, 64],
    ] as const)(
      "64 callers race for a cap of 1,000 in %s, est 100, worst %i: %i are admitted",
      async (...[enforcement, worst, count]) => {
        const userId = await rebuilt();
        const buckets = (await fiveKinds()).map((bucket) => ({ ...bucket, enforcement, worst }));
        const replies = await Promise.all(
          Array.from({ length: 64 }, (_, at) => harness.store.reserve(asking(userId, `${at}.1`, buckets))),
        );
        expect(replies.filter(({ kind }) => kind === "admitted")).toHaveLength(count);
        expect(await counters(userId, buckets)).toEqual(buckets.map(() => [0, count * 100, count * worst]));
      },
    );

    test.each([
      ["balanced", { est: 100, worst: 200 }, 1_000, "exhausted"],
      ["balanced", { est: 100, worst: 200 }, 950, "too_large"],
      ["balanced", { est: 100, worst: 1_500 }, 850, "contended"],
      ["strict", { est: 100, worst: 200 }, 850, "too_large"],
      ["strict", { est: 10, worst: 100 }, 850, "contended"],
      ["lenient", { est: 100, worst: 200 }, 900, "contended"],
    ] as const)(
      "in %s a request of %j over %i settled beside a hold of 100 is %s?",
      async (...[enforcement, amounts, settled, reason]) => {
        const { store } = harness;
        const userId = await rebuilt();
        const [bucket] = await fiveKinds();
        const roomy = { ...(bucket as BucketAsk), cap: 1_000_000, est: 100, worst: 200 };
        const seed = asking(userId, "seed.1", [roomy]);
        await store.settle(ending(seed, (await store.peek(seed))?.lines ?? [], settled));
        await admitted(asking(userId, "held.1", [{ ...roomy, enforcement: "lenient" }]));
        const reply = await store.reserve(asking(userId, "a.1", [{ ...roomy, cap: 1_000, ...amounts, enforcement }]));
        expect(reply).toMatchObject({ kind: "refused", reason, bucket: 0 });
      },
    );

    test("of several the gravest reason is named, of equals the first bucket, a shadow bucket never", async () => {
      const { store } = harness;
      const all = await refs();
      const userId = await rebuilt();
      const settled = asking(userId, "s.1", [{ ...all.total, ...AMOUNTS }]);
      await store.settle(ending(settled, [{ slot: 0 }], 500));
      await admitted(asking(userId, "h.1", [{ ...all.calendar, ...AMOUNTS }]));
      const contended: BucketAsk = { ...all.calendar, ...AMOUNTS, cap: 150 };
      const tooLarge: BucketAsk = { ...all.rolling, ...AMOUNTS, cap: 50 };
      const exhausted: BucketAsk = { ...all.total, ...AMOUNTS, cap: 400 };
      const ask = (...buckets: BucketAsk[]) => store.reserve(asking(userId, "a.1", buckets));
      expect(await ask(contended, tooLarge, exhausted)).toMatchObject({ reason: "exhausted", bucket: 2 });
      expect(await ask(contended, tooLarge, { ...all.fixed, ...AMOUNTS, cap: 50 })).toMatchObject({
        ...{ reason: "too_large", bucket: 1 },
        lines: [{ verdict: "contended" }, { verdict: "too_large" }, { verdict: "too_large" }],
      });
      expect(await ask(contended, { ...exhausted, enforcement: "shadow" })).toMatchObject({
        ...{ reason: "contended", bucket: 0 },
        lines: [{ verdict: "contended" }, { verdict: "exhausted" }],
      });
    });

    test("a refusal changes no counter of any bucket and leaves no hold", async () => {
      const { store } = harness;
      const buckets = (await fiveKinds()).map((bucket, at) => (at === 3 ? { ...bucket, cap: 50 } : bucket));
      const ask = asking(await rebuilt(), "a.1", buckets);
      expect(await store.reserve(ask)).toMatchObject({ kind: "refused", reason: "too_large", bucket: 3 });
      expect(await counters(ask.userId, buckets)).toEqual(buckets.map(() => [0, 0, 0]));
      expect(await store.renew([{ userId: ask.userId, holdId: "a.1", ttlMs: 9, ceilingNanoUsd: 1 }])).toEqual([
        "unknown",
      ]);
    });

    test.each([
      ["est", Number.NaN],
      ["est", -1],
      ["worst", 0.5],
      ["cap", Number.POSITIVE_INFINITY],
      ["est", 201],
    ])("a reserve with %s %d in the second bucket throws and touches no bucket", async (field, value) => {
      const userId = await rebuilt();
      const buckets = (await fiveKinds()).map((bucket, at) => (at === 1 ? { ...bucket, [field]: value } : bucket));
      const ask = asking(userId, "a.1", buckets);
      await expect((async () => harness.store.reserve(ask))()).rejects.toThrow();
      expect(await counters(userId, await fiveKinds())).toEqual(buckets.map(() => [0, 0, 0]));
      expect((await harness.store.reserve(asking(userId, "a.1", await fiveKinds()))).kind).toBe("admitted");
    });

    test("a settlement of NaN throws and leaves the hold open", async () => {
      const ask = asking(await rebuilt(), "a.1", await fiveKinds());
      const { lines } = await admitted(ask);
      const bad = { ...ending(ask, lines, 5), actual: [5, Number.NaN, 5, 5] };
      await expect((async () => harness.store.settle(bad))()).rejects.toThrow();
      expect(await counters(ask.userId, ask.buckets)).toEqual(ask.buckets.map(() => [0, 100, 200]));
    });

    test("a settlement of other buckets than those of the hold throws and changes nothing", async () => {
      const ask = asking(await rebuilt(), "a.1", await fiveKinds());
      const { lines } = await admitted(ask);
      const fewer = ending({ ...ask, buckets: ask.buckets.slice(1) }, lines, 5);
      await expect((async () => harness.store.settle(fewer))()).rejects.toThrow();
      const swapped = ending({ ...ask, buckets: [...ask.buckets].reverse() }, [...lines].reverse(), 5);
      await expect((async () => harness.store.settle(swapped))()).rejects.toThrow();
      expect(await counters(ask.userId, ask.buckets)).toEqual(ask.buckets.map(() => [0, 100, 200]));
    });

    test("buckets behind those of the hold held nothing: they take their actual amounts, or nothing", async () => {
      const { store } = harness;
      const ask = asking(await rebuilt(), "a.1", await fiveKinds());
      const all = (await store.peek(ask))?.lines ?? [];
      const some = (holdId: string) => ({ ...ask, holdId, buckets: ask.buckets.slice(0, 2) });
      await admitted(some("a.1"));
      expect((await store.settle(ending(ask, all, 5))).kind).toBe("ended");
      expect(await counters(ask.userId, ask.buckets)).toEqual(ask.buckets.map(() => [5, 0, 0]));
      await admitted(some("b.1"));
      expect((await store.void(ending({ ...ask, holdId: "b.1" }, all))).kind).toBe("ended");
      expect(await counters(ask.userId, ask.buckets)).toEqual(ask.buckets.map(() => [5, 0, 0]));
    });

    test("two holds of $4,000,000.000000001 are exact to the last digit", async () => {
      const { store } = harness;
      const big = { cap: 9_007_199_000_000_000, est: 4_000_000_000_000_001, worst: 4_000_000_000_000_001 };
      const buckets = (await fiveKinds()).map((bucket) => ({ ...bucket, ...big }));
      const userId = await rebuilt();
      const { lines } = await admitted(asking(userId, "a.1", buckets));
      await admitted(asking(userId, "b.1", buckets));
      expect(await counters(userId, buckets)).toEqual(
        buckets.map(() => [0, 8_000_000_000_000_002, 8_000_000_000_000_002]),
      );
      await store.settle(ending(asking(userId, "a.1", buckets), lines, 4_000_000_000_000_001));
      expect(await counters(userId, buckets)).toEqual(buckets.map(() => [big.est, big.est, big.est]));
    });

    test("100 callers settle 10 times each while the caps are edited: the sum is exact", async () => {
      const { store } = harness;
      const userId = await rebuilt();
      const buckets = await fiveKinds();
      const call = async (caller: number) => {
        for (let round = 0; round < 10; round++) {
          const cap = 1_000_000_000 + caller * 1_000 + round;
          const ask = asking(
            userId,
            `${caller}-${round}.1`,
            buckets.map((bucket) => ({ ...bucket, cap })),
          );
          await store.settle(ending(ask, (await admitted(ask)).lines, 7));
        }
      };
      await Promise.all(Array.from({ length: 100 }, (_, caller) => call(caller)));
      expect(await counters(userId, buckets)).toEqual(buckets.map(() => [7_000, 0, 0]));
    });

    test("a calendar window that the store's time lies outside of is stale, whatever the caller's clock says", async () => {
      const { store } = harness;
      const userId = await rebuilt();
      const second = Math.floor((await harness.now()) / 1000);
      const [first] = await fiveKinds();
      const calendar = (start: number, end: number): BucketAsk => ({
        ...{ id: `u7:0:usd:daily:${start}`, kind: "calendar", start, end, ...AMOUNTS },
      });
      for (const stale of [calendar(second - 7_200, second - 3_600), calendar(second + 3_600, second + 7_200)]) {
        const reply = await store.reserve(asking(userId, "a.1", [first as BucketAsk, stale]));
        expect(reply).toMatchObject({ kind: "stale_window", bucket: 1 });
        expect(Math.abs((reply as { at: number }).at - second * 1_000)).toBeLessThan(60_000);
      }
      expect(await counters(userId, [first as BucketAsk])).toEqual([[0, 0, 0]]);
    });

    test("a fixed window begins with the first admission, on its grid, and its end is told", async () => {
      const all = await refs();
      const userId = await rebuilt();
      const { at, lines } = await admitted(asking(userId, "a.1", [{ ...all.fixed, ...AMOUNTS }]));
      const second = Math.floor(at / 1000);
      const slot = second - (second % 300);
      expect(lines[0]).toMatchObject({ slot, resetsAt: (slot + 18_000) * 1_000 });
    });

    test("windows of a second end by themselves: usage ages out, and a late settlement belongs to the old instance", async () => {
      const { store } = harness;
      const userId = await rebuilt();
      const fixed: BucketAsk = { id: "k3:5:usd:5h:fixed", kind: "fixed", start: 1, end: 1, ...AMOUNTS };
      const rolling: BucketAsk = { id: "k3:5:usd:5h:rolling", kind: "rolling", start: 1, end: 1, ...AMOUNTS };
      const ask = asking(userId, "a.1", [fixed, rolling]);
      const { lines } = await admitted(ask);
      await store.settle(ending({ ...ask, holdId: "b.1" }, lines, 900));
      const full = await store.reserve({ ...ask, holdId: "c.1" });
      await harness.pass(2_100);
      expect(full.kind === "refused" && (full.lines[1]?.resetsAt ?? 0) > full.at).toBe(true);
      const next = await admitted({ ...ask, holdId: "c.1" });
      expect(next.lines.map(({ settled, held, worst }) => [settled, held, worst])).toEqual([
        [0, 0, 0],
        [0, 0, 0],
      ]);
      await store.settle(ending(ask, lines, 900));
      const after = await store.reserve({ ...ask, holdId: "d.1" });
      expect("lines" in after && after.lines.map(({ settled }) => settled)).toEqual([0, 0]);
    });

    test("a rolling refusal tells the slice boundary at which the request fits by ageing alone; null when it never fits", async () => {
      const { store } = harness;
      const userId = await rebuilt();
      const { rolling } = await refs();
      const ask = asking(userId, "a.1", [{ ...rolling, ...AMOUNTS, worst: 100 }]);
      const slot = (await store.peek(ask))?.lines[0]?.slot ?? 0;
      await store.settle(ending({ ...ask, holdId: "s.1" }, [{ slot: slot - 40 }], 400));
      await store.settle(ending({ ...ask, holdId: "s.2" }, [{ slot: slot - 10 }], 300));
      await store.settle(ending({ ...ask, holdId: "s.3" }, [{ slot }], 300));
      const boundary = (of: number) => (of + 1 + 48) * 1_800_000;
      expect(await store.reserve(ask)).toMatchObject({
        reason: "exhausted",
        lines: [{ resetsAt: boundary(slot - 40) }],
      });
      const larger = { ...ask, buckets: [{ ...rolling, ...AMOUNTS, est: 600, worst: 600 }] };
      expect(await store.reserve(larger)).toMatchObject({ lines: [{ resetsAt: boundary(slot - 10) }] });
      const never = { ...ask, buckets: [{ ...rolling, ...AMOUNTS, est: 1_001, worst: 1_001 }] };
      expect(await store.reserve(never)).toMatchObject({ lines: [{ resetsAt: null }] });
    });

    test("a newer config with another fingerprint asks for a fill with what is known; an older or equal one never does", async () => {
      const { store } = harness;
      const userId = await rebuilt({ config: { ...CONFIG, version: 5 } });
      const buckets = await fiveKinds();
      const ask = (config: Partial<DomainConfig>) =>
        store.reserve({ ...asking(userId, "a.1", buckets), config: { ...CONFIG, ...config } });
      const known = { user: ["du"], key: ["dk"] };
      expect(await ask({ version: 6, user: "other" })).toEqual({ kind: "fill", known });
      expect(await ask({ version: 6, key: "" })).toEqual({ kind: "fill", known });
      expect(await ask({ version: 6, keyId: 4, key: "new" })).toEqual({ kind: "fill", known: { ...known, key: [] } });
      expect((await ask({ version: 5, user: "other" })).kind).toBe("admitted");
      expect((await ask({ version: 6, keyId: 4, key: "" })).kind).toBe("duplicate");
    });

    test("an equal fingerprint under a newer version keeps that version: nothing older fills any more", async () => {
      const { store } = harness;
      const userId = await rebuilt();
      const buckets = await fiveKinds();
      await admitted({ ...asking(userId, "a.1", buckets), config: { ...CONFIG, version: 9 } });
      const older = { ...asking(userId, "b.1", buckets), config: { ...CONFIG, version: 8, user: "older" } };
      expect((await store.reserve(older)).kind).toBe("admitted");
      const fill = { userId, config: older.config, definitions: { user: [], key: [] }, seeds: [] };
      expect(await store.fill(fill)).toBe(false);
    });

    test("a fill writes settled sums, keeps what is held, and is done once per version", async () => {
      const { store } = harness;
      const all = await refs();
      const userId = await rebuilt();
      const buckets = await fiveKinds();
      const { lines } = await admitted(asking(userId, "a.1", buckets));
      const slotOf = (kind: BucketRef["kind"]) => lines[buckets.findIndex((bucket) => bucket.kind === kind)]?.slot ?? 0;
      const idx = slotOf("rolling");
      const seeds: readonly Seed[] = [
        { ...all.total, slot: 0, settled: 11, slices: [] },
        { ...all.calendar, slot: all.calendar.start, settled: 22, slices: [] },
        {
          ...all.rolling,
          slot: 0,
          settled: 33,
          slices: [
            [idx - 3, 30],
            [idx, 3],
          ],
        },
        { ...all.fixed, slot: slotOf("fixed"), settled: 44, slices: [] },
      ];
      const config = { ...CONFIG, version: 2, user: "fu2", key: "fk2" };
      const fill = { userId, config, definitions: { user: ["nu"], key: ["nk"] }, seeds };
      expect(await store.fill(fill)).toBe(true);
      expect(await store.fill(fill)).toBe(false);
      const by = (kind: BucketRef["kind"]) => counters(userId, [{ ...all[kind], ...AMOUNTS }], config);
      expect(await by("total")).toEqual([[11, 100, 200]]);
      expect(await by("calendar")).toEqual([[22, 100, 200]]);
      expect(await by("rolling")).toEqual([[33, 100, 200]]);
      expect(await by("fixed")).toEqual([[44, 100, 200]]);
      expect(
        await store.reserve({ ...asking(userId, "b.1", buckets), config: { ...config, version: 3, user: "x" } }),
      ).toEqual({
        ...{ kind: "fill", known: { user: ["nu"], key: ["nk"] } },
      });
      await store.settle(ending(asking(userId, "a.1", buckets), lines, 5));
      expect(await by("rolling")).toEqual([[38, 0, 0]]);
    });

    test("a fill of one axis leaves the buckets of the other alone", async () => {
      const { store } = harness;
      const all = await refs();
      const userId = await rebuilt();
      const config = { ...CONFIG, version: 2, user: "fu2" };
      const seeds: readonly Seed[] = [
        { ...all.total, slot: 0, settled: 11, slices: [] },
        { ...all.rolling, slot: 0, settled: 0, slices: [] },
        { ...all.fixed, slot: Math.floor((await harness.now()) / 1_000) - 100, settled: 44, slices: [] },
      ];
      expect(await store.fill({ userId, config, definitions: { user: ["nu"], key: ["dk"] }, seeds })).toBe(true);
      const buckets = [all.total, all.fixed].map((ref) => ({ ...ref, ...AMOUNTS }));
      expect(await counters(userId, buckets, config)).toEqual([
        [11, 0, 0],
        [0, 0, 0],
      ]);
    });

    test("a restart of a total begins at zero; what was held before counts to the old one", async () => {
      const { store } = harness;
      const all = await refs();
      const userId = await rebuilt();
      const before = asking(userId, "a.1", [{ ...all.total, ...AMOUNTS }]);
      const { lines } = await admitted(before);
      const restart = await harness.now();
      const total: BucketAsk = { ...all.total, start: restart, ...AMOUNTS };
      const config = { ...CONFIG, version: 2, user: "restarted" };
      const seeds: readonly Seed[] = [{ ...all.total, start: restart, slot: restart, settled: 0, slices: [] }];
      expect(await store.fill({ userId, config, definitions: { user: [], key: [] }, seeds })).toBe(true);
      expect(await counters(userId, [total], config)).toEqual([[0, 0, 0]]);
      await store.settle(ending(before, lines, 500));
      expect(await counters(userId, [total], config)).toEqual([[0, 0, 0]]);
      const older = await store.reserve(asking(userId, "b.1", [{ ...all.total, ...AMOUNTS }]));
      expect(older).toMatchObject({ kind: "admitted", lines: [{ slot: restart }] });
    });

    test("a hold that is not renewed goes into limbo and is told with its record; it counts until it is ended", async () => {
      const { store } = harness;
      const buckets = (await fiveKinds()).map((bucket) => ({ ...bucket, est: 90 }));
      const userId = await rebuilt();
      const ask = { ...asking(userId, "a.1", buckets), ttlMs: 40 };
      const first = await admitted(ask);
      expect((await store.expired(100)).filter((hold) => hold.userId === userId)).toEqual([]);
      await harness.pass(60);
      const limbo = {
        ...{ userId, holdId: "a.1", at: first.at, expiredAt: first.at + 40, record: "record of a.1" },
        ...{ ceilingNanoUsd: 90, buckets: placed(buckets, first.lines), replica: "r1" },
      };
      for (let round = 0; round < 2; round++)
        expect((await store.expired(100)).filter((hold) => hold.userId === userId)).toEqual([limbo]);
      expect(await store.reserve(ask)).toMatchObject({ kind: "duplicate", state: "limbo" });
      expect(await counters(userId, buckets)).toEqual(buckets.map(() => [0, 90, 200]));
      const renewal = { userId, holdId: "a.1", ttlMs: 40, ceilingNanoUsd: 777 };
      expect(await store.renew([renewal])).toEqual(["renewed"]);
      expect(await store.reserve(ask)).toMatchObject({ kind: "duplicate", state: "open" });
      await harness.pass(60);
      expect((await store.expired(100)).filter((hold) => hold.userId === userId)).toMatchObject([
        { ceilingNanoUsd: 777 },
      ]);
      expect((await store.settle(ending(ask, first.lines, 40))).kind).toBe("ended");
      expect((await store.expired(100)).filter((hold) => hold.userId === userId)).toEqual([]);
      expect(await counters(userId, buckets)).toEqual(buckets.map(() => [40, 0, 0]));
      expect(await store.renew([renewal, { ...renewal, holdId: "no.1" }])).toEqual(["settled", "unknown"]);
    });

    test("expired holds come oldest first, at most as many as asked for", async () => {
      const { store } = harness;
      const [bucket] = await fiveKinds();
      const users = [await rebuilt(), await rebuilt()];
      for (const [at, ttlMs] of [3, 1, 2].entries())
        await admitted({ ...asking(users[at % 2] as number, `${ttlMs}.1`, [bucket as BucketAsk]), ttlMs });
      await harness.pass(20);
      const mine = async (limit: number) => {
        const expired = await store.expired(limit);
        expect(expired.length).toBeLessThanOrEqual(limit);
        expect([...expired].sort((a, b) => a.expiredAt - b.expiredAt)).toEqual(expired);
        return expired.filter(({ userId }) => users.includes(userId));
      };
      expect(await mine(100)).toHaveLength(3);
      expect((await mine(2)).length).toBeLessThanOrEqual(2);
      for (const hold of await mine(100)) await store.void({ ...hold, actual: [] });
      expect(await mine(100)).toHaveLength(0);
    });

    test("one leader rebuilds; meanwhile nothing is written, and a lost lock writes nothing", async () => {
      const { store } = harness;
      const buckets = await fiveKinds();
      const userId = await rebuilt();
      const ask = asking(userId, "a.1", buckets);
      const { lines } = await admitted(ask);
      await store.renew([{ userId, holdId: "a.1", ttlMs: 45_000, ceilingNanoUsd: 12 }]);
      const begun = await store.beginRebuild(userId);
      expect(await store.beginRebuild(userId)).toBeNull();
      expect(begun?.holds).toMatchObject([
        { userId, holdId: "a.1", replica: "r1", record: "record of a.1", ceilingNanoUsd: 12 },
      ]);
      expect(begun?.holds[0]?.buckets).toMatchObject(lines.map(({ slot }) => ({ slot, est: 100, worst: 200 })));
      expect(await store.settle(ending(ask, lines, 5))).toEqual({ kind: "rebuild" });
      expect(await store.reserve(ask)).toEqual({ kind: "rebuild" });
      const empty = { userId, config: CONFIG, definitions: { user: [], key: [] }, seeds: [], holds: [], closed: [] };
      expect(await store.fill(empty)).toBe(false);
      expect(await store.rebuild({ ...empty, token: "another" })).toBe(false);
      expect(await store.rebuild({ ...empty, token: begun?.token ?? "", holds: begun?.holds ?? [] })).toBe(true);
      expect(await store.rebuild({ ...empty, token: begun?.token ?? "" })).toBe(false);
      expect(await counters(userId, buckets)).toEqual(buckets.map(() => [0, 100, 200]));
      expect((await store.settle(ending(ask, lines, 5))).kind).toBe("ended");
      expect(await counters(userId, buckets)).toEqual(buckets.map(() => [5, 0, 0]));
    });

    test("a rebuild sets absolute values: what the old epoch counted does not exist, and a closed hold beats an open one", async () => {
      const { store } = harness;
      const all = await refs();
      const buckets = await fiveKinds();
      const userId = await rebuilt();
      const first = asking(userId, "a.1", buckets);
      const { lines, epoch } = await admitted(first);
      await admitted(asking(userId, "b.1", buckets));
      await store.settle(ending(asking(userId, "z.1", buckets), lines, 77));
      const begun = await store.beginRebuild(userId);
      const seeds: readonly Seed[] = [
        { ...all.total, slot: 0, settled: 500, slices: [] },
        { ...all.rolling, slot: 0, settled: 30, slices: [[(lines[2]?.slot ?? 0) - 1, 30]] },
      ];
      await store.rebuild({
        ...{ userId, token: begun?.token ?? "", config: CONFIG, definitions: { user: ["du"], key: ["dk"] }, seeds },
        ...{ holds: begun?.holds ?? [], closed: [{ holdId: "a.1", state: "settled" }] },
      });
      const settled = buckets.map(({ kind }) => (kind === "total" ? 500 : kind === "rolling" ? 30 : 0));
      expect(await counters(userId, buckets)).toEqual(settled.map((amount) => [amount, 100, 200]));
      expect(await store.settle(ending(first, lines, 5))).toEqual({ kind: "duplicate", state: "settled" });
      expect(await store.reserve(first)).toMatchObject({ kind: "duplicate", state: "settled" });
      const after = await admitted({
        ...asking(
          userId,
          "c.1",
          buckets.map((bucket) => ({ ...bucket, cap: 9_999 })),
        ),
      });
      expect(after.epoch).not.toBe(epoch);
      expect(await store.settle(ending(asking(userId, "z.1", buckets), lines, 1))).toMatchObject({ kind: "ended" });
    });

    test("a late replica announces its holds: those that are known or closed stay as they are", async () => {
      const { store } = harness;
      const buckets = await fiveKinds();
      const userId = await rebuilt();
      const { lines, at } = await admitted(asking(userId, "known.1", buckets));
      await store.void({ userId, holdId: "closed.1", at, buckets: placed(buckets, lines), actual: [] });
      const hold = (holdId: string): OpenHold => ({
        ...{ userId, holdId, replica: "r2", at, expiresAt: at + 45_000, record: "r", ceilingNanoUsd: 1 },
        buckets: placed(buckets, lines).map((bucket) => ({ ...bucket, est: 30, worst: 50 })),
      });
      const late = [hold("known.1"), hold("closed.1"), hold("late.1")];
      await store.announce(late);
      await store.announce(late);
      expect(await counters(userId, buckets)).toEqual(buckets.map(() => [0, 130, 250]));
      await store.settle(ending(asking(userId, "late.1", buckets), lines, 9));
      expect(await counters(userId, buckets)).toEqual(buckets.map(() => [9, 100, 200]));
    });

    test("an announced hold of an instance that is gone holds nothing, and its settlement takes nothing", async () => {
      const { store } = harness;
      const all = await refs();
      const userId = await rebuilt();
      const buckets: readonly BucketAsk[] = [all.total, all.fixed, all.rolling].map((ref) => ({ ...ref, ...AMOUNTS }));
      await admitted(asking(userId, "a.1", buckets));
      const at = 5_000;
      const gone = [{ slot: 5 }, { slot: 5 }, { slot: 5 }];
      const held = placed(buckets, gone).map((bucket) => ({ ...bucket, est: 30, worst: 50 }));
      const hold = {
        userId,
        holdId: "old.1",
        replica: "r2",
        at,
        expiresAt: at + 45_000,
        record: "r",
        ceilingNanoUsd: 1,
      };
      await store.announce([{ ...hold, buckets: held }]);
      expect(await counters(userId, buckets)).toEqual(buckets.map(() => [0, 100, 200]));
      expect((await store.settle({ ...ending(asking(userId, "old.1", buckets), gone, 9), at })).kind).toBe("ended");
      expect(await counters(userId, buckets)).toEqual(buckets.map(() => [0, 100, 200]));
    });

    describe("a fixed window that was lost and began anew", () => {
      /** A user whose window of 10 s began 3 s ago, and what was placed in the one before, which began 2 s earlier. */
      const anew = async () => {
        const second = Math.floor((await harness.now()) / 1_000);
        const fixed: BucketAsk = { id: "u7:0:usd:5h:fixed", kind: "fixed", start: 10, end: 1, ...AMOUNTS };
        const seeds: readonly Seed[] = [{ ...fixed, slot: second - 3, settled: 50, slices: [] }];
        const userId = await rebuilt({ seeds });
        const before = { ...fixed, slot: second - 5 };
        const hold = (holdId: string, at: number): OpenHold => ({
          ...{ userId, holdId, replica: "r2", at, expiresAt: at + 45_000, record: "r", ceilingNanoUsd: 1 },
          buckets: [{ ...before, est: 30, worst: 60 }],
        });
        const end = (holdId: string, at: number, amount: number): EndAsk => ({
          ...{ userId, holdId, at, buckets: [before], actual: [amount] },
        });
        const shown = () => counters(userId, [fixed]);
        return { inside: (second - 2) * 1_000, outside: (second - 4) * 1_000, hold, end, shown };
      };

      test("takes what was admitted since it began, whichever window that was placed in", async () => {
        const { inside, outside, end, shown } = await anew();
        await harness.store.settle(end("outside.1", outside, 7));
        expect(await shown()).toEqual([[50, 0, 0]]);
        await harness.store.settle(end("inside.1", inside, 9));
        expect(await shown()).toEqual([[59, 0, 0]]);
      });

      test("holds what is announced of that time, and gives it back", async () => {
        const { inside, outside, hold, end, shown } = await anew();
        await harness.store.announce([hold("outside.1", outside), hold("inside.1", inside), hold("void.1", inside)]);
        expect(await shown()).toEqual([[50, 60, 120]]);
        await harness.store.settle(end("outside.1", outside, 7));
        expect(await shown()).toEqual([[50, 60, 120]]);
        await harness.store.settle(end("inside.1", inside, 9));
        expect(await shown()).toEqual([[59, 30, 60]]);
        await harness.store.void({ ...end("void.1", inside, 0), actual: [] });
        expect(await shown()).toEqual([[59, 0, 0]]);
      });
    });

    test("users do not share counters", async () => {
      const buckets = await fiveKinds();
      const [one, other] = [await rebuilt(), await rebuilt()];
      await admitted(asking(one, "a.1", buckets));
      expect(await counters(other, buckets)).toEqual(buckets.map(() => [0, 0, 0]));
    });
  });
}
