import { buildPlan } from "@test/build-caller";
import { buildLimit } from "@test/build-quota";
import { fakeClock } from "@test/fake-clock";
import { describe, expect, test } from "vitest";
import { memoryQuotaStore } from "@/stores/memory/quota-store";
import { type BringDeps, createBringUser } from "./bring-user";
import { createHoldBook } from "./hold-book";
import type { LimitRow } from "./limit";
import type { LimitPlan } from "./limit-plans";
import type { OpenHold } from "./quota-store";
import { allBuckets } from "./resolve-limits";
import type { SeedAsk } from "./usage-history";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const DAILY = buildLimit({ id: 1, amount: 1_000 });
const WEEKLY = buildLimit({ id: 2, amount: 1_000, window: "weekly" });

function open({ limits = [DAILY], ...given }: Partial<BringDeps> & { readonly limits?: readonly LimitRow[] } = {}) {
  const clock = fakeClock();
  const store = memoryQuotaStore({ clock: { ...clock, after: () => () => {} }, replica: "one" });
  const book = createHoldBook();
  const read: (readonly SeedAsk[])[] = [];
  const events: unknown[] = [];
  const ledger = { settled: 300, closed: [] as { holdId: string; state: "settled" }[] };
  const bring = createBringUser({
    ...{ store, book, clock, replica: "one", ttlMs: 45_000, onBrought: (event) => void events.push(event) },
    history: {
      async read({ buckets }) {
        read.push(buckets);
        const seeds = buckets.map((ask) => ({ ...ask, slot: ask.start, settled: ledger.settled, slices: [] }));
        return { seeds, closed: ledger.closed };
      },
    },
    peers: { collect: async () => ({ holds: [], answered: [] }) },
    ...given,
  });
  const plan = buildPlan({ limits });
  const askOf = (asked: LimitPlan, version = 1) => {
    const config = { version, keyId: 3, user: asked.user.fingerprint, key: asked.key.fingerprint };
    return { userId: 7, plan: asked, config, at: clock.now() };
  };
  const linesOf = async (asked: LimitPlan, version = 1) => {
    const buckets = allBuckets(asked, clock.now()).map(({ cell, ...ref }) => ({
      ...{ ...ref, est: 0, worst: 0, enforcement: cell.enforcement },
    }));
    const seen = await store.peek({ userId: 7, config: askOf(asked, version).config, buckets });
    return seen?.lines.map(({ settled, held, worst }) => [settled, held, worst]) ?? null;
  };
  const hold = (holdId: string, held: Partial<OpenHold> = {}): OpenHold => {
    const buckets = allBuckets(plan, clock.now()).map(({ id, kind, start, end }) => ({
      ...{ id, kind, start, end, slot: start, est: 10, worst: 20 },
    }));
    return {
      userId: 7,
      holdId,
      replica: "two",
      at: clock.now(),
      record: "",
      ceilingNanoUsd: 0,
      expiresAt: 0,
      buckets,
      ...held,
    };
  };
  const own = (id: string) => {
    const { buckets } = hold(id);
    book.open({ id, requestId: id.slice(0, -2), no: 1, userId: 7, at: clock.now(), record: "", buckets });
  };
  return { clock, store, book, bring, read, events, ledger, plan, askOf, linesOf, hold, own };
}

describe("a rebuild (quota.md Q49)", () => {
  test("counters are the ledger and the open holds, whatever they were", async () => {
    const { bring, plan, askOf, linesOf, own, events } = open();
    own("a.1");
    await bring.rebuild(askOf(plan));
    expect(await linesOf(plan)).toEqual([[300, 10, 20]]);
    await bring.rebuild(askOf(plan));
    expect(await linesOf(plan)).toEqual([[300, 10, 20]]);
    expect(events).toEqual(Array(2).fill({ kind: "rebuild", userId: 7, isDone: true }));
  });

  test("own holds, those of replicas that answered, and the records of silent ones count once each", async () => {
    const scene = open();
    const { bring, plan, askOf, linesOf, own, hold, store } = scene;
    await bring.rebuild(askOf(plan));
    await store.announce([
      ...[hold("silent.1", { replica: "silent", at: 0 }), hold("a.1", { replica: "one", at: 0 })],
      ...[hold("told.1", { at: 0 }), hold("gone.1", { at: 0 }), hold("own-gone.1", { replica: "one", at: 0 })],
    ]);
    own("a.1");
    const peers = { collect: async () => ({ holds: [hold("told.1", { at: 0 })], answered: ["two"] }) };
    const { bring: other } = { bring: createBringUser({ ...depsOf(scene), peers }) };
    await other.rebuild(askOf(plan));
    expect(await linesOf(plan)).toEqual([[300, 30, 60]]);
    const states = await store.renew(
      ["silent.1", "a.1", "told.1", "gone.1", "own-gone.1"].map((holdId) => ({
        ...{ userId: 7, holdId, ttlMs: 1, ceilingNanoUsd: 0 },
      })),
    );
    expect(states).toEqual(["renewed", "renewed", "renewed", "unknown", "unknown"]);
  });

  test("a hold that was just placed stays, though its owner does not know the answer yet", async () => {
    const { bring, plan, askOf, linesOf, store, hold, clock } = open();
    await bring.rebuild(askOf(plan));
    await store.announce([hold("fresh.1", { replica: "one", at: clock.now() - 1_999 })]);
    await bring.rebuild(askOf(plan));
    expect(await linesOf(plan)).toEqual([[300, 10, 20]]);
  });

  test("a hold whose rows are in the ledger is closed, whoever thinks it open", async () => {
    const { bring, plan, askOf, linesOf, own, ledger, store, hold } = open();
    own("a.1");
    ledger.closed = [{ holdId: "a.1", state: "settled" }];
    await bring.rebuild(askOf(plan));
    expect(await linesOf(plan)).toEqual([[300, 0, 0]]);
    const late = await store.settle({
      userId: 7,
      holdId: "a.1",
      at: hold("a.1").at,
      buckets: hold("a.1").buckets,
      actual: [5],
    });
    expect(late).toEqual({ kind: "duplicate", state: "settled" });
  });

  test("what had ended is told again afterwards", async () => {
    const { bring, plan, askOf, book, own } = open();
    own("a.1");
    const booked = book.end("a.1", { kind: "settled", actual: [5], endedAt: 0 });
    if (booked !== null) book.answered(booked);
    await bring.rebuild(askOf(plan));
    expect(book.unanswered()).toHaveLength(1);
  });

  test("all who ask at once share one", async () => {
    const { bring, plan, askOf, read } = open();
    await Promise.all([1, 2, 3].map(() => bring.rebuild(askOf(plan))));
    expect(read).toHaveLength(1);
  });

  test("another one's rebuild is waited for", async () => {
    const { bring, plan, askOf, store, clock, linesOf } = open();
    const begun = await store.beginRebuild(7);
    let isDone = false;
    const waiting = bring.rebuild(askOf(plan)).then(() => {
      isDone = true;
    });
    for (let step = 0; step < 10; step++) {
      await turn();
      clock.advance(25);
    }
    expect(isDone).toBe(false);
    const { config } = askOf(plan);
    const definitions = { user: plan.user.definitions, key: plan.key.definitions };
    const token = begun?.token ?? "";
    await store.rebuild({ userId: 7, token, config, definitions, seeds: [], holds: [], closed: [] });
    for (let step = 0; step < 2; step++) {
      await turn();
      clock.advance(25);
    }
    await waiting;
    expect(await linesOf(plan)).toEqual([[0, 0, 0]]);
  });

  test("one that takes more than a second is an error", async () => {
    const { bring, plan, askOf, store, clock } = open();
    await store.beginRebuild(7);
    const waiting = expect(bring.rebuild(askOf(plan))).rejects.toThrow("too long");
    for (let step = 0; step < 41; step++) {
      await turn();
      clock.advance(25);
    }
    await waiting;
  });
});

describe("a fill (quota.md Q50)", () => {
  test("only what is newly defined is read from the ledger, and what is held there stays", async () => {
    const { bring, plan, askOf, linesOf, own, read, ledger } = open();
    own("a.1");
    await bring.rebuild(askOf(plan));
    ledger.settled = 700;
    const both = buildPlan({ limits: [DAILY, WEEKLY] });
    await bring.fill(askOf(both, 2), { user: plan.user.definitions, key: plan.key.definitions });
    expect(read[1]?.map(({ id }) => id.split(":")[3])).toEqual(["weekly"]);
    expect(await linesOf(both, 2)).toEqual([
      [700, 0, 0],
      [300, 10, 20],
    ]);
  });

  test("a limit that went and came back includes the time between", async () => {
    const { bring, plan, askOf, linesOf, ledger } = open();
    await bring.rebuild(askOf(plan));
    const none = buildPlan();
    await bring.fill(askOf(none, 2), { user: plan.user.definitions, key: [] });
    ledger.settled = 900;
    expect(await linesOf(plan, 3)).toBeNull();
    await bring.fill(askOf(plan, 3), { user: none.user.definitions, key: [] });
    expect(await linesOf(plan, 3)).toEqual([[900, 0, 0]]);
  });

  test("an older configuration fills nothing", async () => {
    const { bring, plan, askOf, linesOf, events } = open();
    const both = buildPlan({ limits: [DAILY, WEEKLY] });
    await bring.rebuild(askOf(both, 5));
    await bring.fill(askOf(plan, 4), { user: [], key: [] });
    expect(events[1]).toEqual({ kind: "fill", userId: 7, isDone: false });
    expect(await linesOf(both, 5)).toHaveLength(2);
  });
});

function depsOf({ store, book, clock }: ReturnType<typeof open>): BringDeps {
  return {
    ...{ store, book, clock, replica: "one", ttlMs: 45_000, onBrought() {} },
    history: {
      async read({ buckets }) {
        return { seeds: buckets.map((ask) => ({ ...ask, slot: ask.start, settled: 300, slices: [] })), closed: [] };
      },
    },
    peers: { collect: async () => ({ holds: [], answered: [] }) },
  };
}
