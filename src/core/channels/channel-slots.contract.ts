import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AcquireReply, ChannelSlots, LimitedChannel, Slot, SlotAsk } from "./channel-slots";
import { type ChannelLimiter, NO_LIMITER } from "./limiter";

/** A store under test and the clock of its replica. */
export type SlotsHarness = {
  readonly slots: ChannelSlots;
  /** Moves the replica's clock on; resolves when what fell due is done. */
  advance(ms: number): Promise<void>;
  /** Resolves when all calls so far have taken effect. */
  settle(): Promise<void>;
  close(): Promise<void>;
};

/** A limiter of mode queue. */
export function queueOf(capacity: number, queueSize: number, queueTimeoutMs: number): ChannelLimiter {
  return { mode: "queue", capacity, queueSize, queueTimeoutMs, maxWaitingPerKey: null };
}

/** A limiter without a queue. */
export function limiterOf(mode: "observe" | "reject", capacity: number): ChannelLimiter {
  return { ...NO_LIMITER, mode, capacity };
}

/** The reply to an ask, once there is one. */
export type Asked = { reply: AcquireReply | null };

/** Asks without waiting for the reply. */
export function askOf(slots: ChannelSlots, ask: Partial<SlotAsk> & { readonly channelId: number }): Asked {
  const asked: Asked = { reply: null };
  const given = slots.acquire({ keyId: 1, deadlineMs: 600_000, ...ask });
  if (given instanceof Promise) given.then((reply) => Object.assign(asked, { reply })).catch(() => {});
  else asked.reply = given;
  return asked;
}

/** What an ask has come to: the kind, with the reason where it is full, or `waits`. */
export function outcomeOf({ reply }: Asked): string {
  if (reply === null) return "waits";
  return reply.kind === "full" ? `full(${reply.reason})` : reply.kind;
}

/** The slot of an ask that was granted. */
export function slotOf({ reply }: Asked): Slot {
  if (reply?.kind !== "granted") throw new Error(`no slot: ${JSON.stringify(reply)}`);
  return reply.slot;
}

/** The demands on `ChannelSlots` (channels-and-rates.md 2.2, tests 1, 8-11 of section 9). */
export function describeChannelSlots(name: string, open: () => Promise<SlotsHarness>): void {
  describe(name, () => {
    let harness: SlotsHarness;
    let version = 0;
    let nextId = 1;
    const channels = new Map<number, LimitedChannel>();
    beforeAll(async () => {
      harness = await open();
    });
    afterAll(() => harness.close());

    const configure = async (id: number, change: Partial<LimitedChannel> | null, at = ++version) => {
      if (change === null) channels.delete(id);
      else channels.set(id, { ...(channels.get(id) ?? { id, isOpen: true, limiter: NO_LIMITER }), ...change });
      harness.slots.configure([...channels.values()], at);
      await harness.settle();
    };
    const channelOf = async (limiter: ChannelLimiter) => {
      const id = nextId++;
      await configure(id, { limiter });
      return id;
    };
    const ask = async (channelId: number, extra: Partial<SlotAsk> = {}) => {
      const asked = askOf(harness.slots, { channelId, ...extra });
      await harness.settle();
      return asked;
    };
    const asks = async (channelId: number, count: number, extra: Partial<SlotAsk> = {}) => {
      const all = Array.from({ length: count }, () => askOf(harness.slots, { channelId, ...extra }));
      await harness.settle();
      return all;
    };
    const release = async (...all: readonly Asked[]) => {
      for (const asked of all) slotOf(asked).release();
      await harness.settle();
    };
    const counts = async (channelId: number) => {
      const [row] = await harness.slots.stats([channelId]);
      return row === undefined ? null : [row.inFlight, row.capacity, row.waiting, row.queueSize];
    };

    test("of eight requests at (2, 3, 1500), four are served, one waits in vain and three are refused at once", async () => {
      const id = await channelOf(queueOf(2, 3, 1_500));
      const all = await asks(id, 8);
      expect(all.map(outcomeOf)).toEqual([
        ...["granted", "granted", "waits", "waits", "waits"],
        ...["full(queue)", "full(queue)", "full(queue)"],
      ]);
      expect(await counts(id)).toEqual([2, 2, 3, 3]);
      await harness.advance(1_000);
      await release(...all.slice(0, 2));
      expect(all.slice(2, 5).map(outcomeOf)).toEqual(["granted", "granted", "waits"]);
      expect(await counts(id)).toEqual([2, 2, 1, 3]);
      await harness.advance(499);
      expect(all.slice(4, 5).map(outcomeOf)).toEqual(["waits"]);
      await harness.advance(1);
      expect(all[4]?.reply).toMatchObject({ kind: "timeout", waitedMs: 1_500, channelId: id, waiting: 0, capacity: 2 });
      await release(...all.slice(2, 4));
      expect(await counts(id)).toEqual([0, 2, 0, 3]);
    });

    test("at a glance a channel stands as the store said last", async () => {
      const id = await channelOf(queueOf(1, 3, 1_000));
      expect(harness.slots.glance(999_999)).toBeNull();
      const [running, next] = await asks(id, 3);
      expect(harness.slots.glance(id)).toMatchObject({
        ...{ channelId: id, mode: "queue", inFlight: 1, capacity: 1, waiting: 2, queueSize: 3 },
      });
      await release(running ?? { reply: null });
      await release(next ?? { reply: null });
      expect(harness.slots.glance(id)).toMatchObject({ inFlight: 1, waiting: 0 });
      await harness.advance(1_000);
    });

    test("who has waited before has so much less of the queue timeout left, and tells of the whole wait", async () => {
      const id = await channelOf(queueOf(1, 3, 1_000));
      const first = await ask(id, { waitedMs: 300 });
      expect(first.reply).toMatchObject({ kind: "granted", waitedMs: 300 });
      const again = await ask(id, { waitedMs: 600 });
      const inVain = await ask(id, { waitedMs: 900 });
      await harness.advance(99);
      expect(outcomeOf(inVain)).toBe("waits");
      await harness.advance(1);
      expect(inVain.reply).toMatchObject({ kind: "timeout", waitedMs: 1_000 });
      await release(first);
      expect(again.reply).toMatchObject({ kind: "granted", waitedMs: 700 });
      await release(again);
      expect(await counts(id)).toEqual([0, 1, 0, 3]);
    });

    test("waiters start in the order of arrival, and no newcomer starts before one of them", async () => {
      const id = await channelOf(queueOf(1, 20, 10_000));
      const first = await ask(id);
      const waiting = await asks(id, 20);
      let holder = first;
      for (const next of waiting) {
        slotOf(holder).release();
        const newcomers = await asks(id, 10);
        expect(outcomeOf(next)).toBe("granted");
        expect(newcomers.some((asked) => outcomeOf(asked) === "granted")).toBe(false);
        expect((await harness.slots.tryAcquire(id)).kind).toBe("busy");
        holder = next;
        await harness.advance(10);
      }
      await harness.advance(10_000);
      await release(holder);
      expect(await counts(id)).toEqual([0, 1, 0, 20]);
    });

    test("a slot is given back once, whoever holds another one by then", async () => {
      const id = await channelOf(queueOf(1, 2, 5_000));
      const [first, second, third] = await asks(id, 3);
      await release(first as Asked, first as Asked, first as Asked);
      expect([second, third].map((asked) => outcomeOf(asked as Asked))).toEqual(["granted", "waits"]);
      await release(first as Asked, second as Asked, second as Asked);
      expect(await counts(id)).toEqual([1, 1, 0, 2]);
      await release(third as Asked, third as Asked);
      expect(await counts(id)).toEqual([0, 1, 0, 2]);
    });

    test("a key has its share of the queue, and others still find room", async () => {
      const id = await channelOf({ ...queueOf(1, 5, 5_000), maxWaitingPerKey: 2 });
      const own = await asks(id, 4, { keyId: 7 });
      expect(own.map(outcomeOf)).toEqual(["granted", "waits", "waits", "full(key_share)"]);
      const other = await ask(id, { keyId: 8 });
      expect(outcomeOf(other)).toBe("waits");
      await release(own[0] as Asked);
      expect(outcomeOf(await ask(id, { keyId: 7 }))).toBe("waits");
      await harness.advance(5_000);
      await release(own[1] as Asked);
      expect(outcomeOf(await ask(id, { keyId: 7 }))).toBe("granted");
    });

    test("observe counts above the capacity and refuses nobody; reject refuses at once what does not fit", async () => {
      const observed = await channelOf(limiterOf("observe", 2));
      const all = await asks(observed, 10);
      expect(all.map(outcomeOf)).toEqual(Array(10).fill("granted"));
      expect(await counts(observed)).toEqual([10, 2, 0, null]);
      await release(...all);
      expect(await counts(observed)).toEqual([0, 2, 0, null]);
      const strict = await channelOf(limiterOf("reject", 2));
      const some = await asks(strict, 5);
      expect(some.map(outcomeOf)).toEqual(["granted", "granted", ...Array(3).fill("full(capacity)")]);
      expect(some[4]?.reply).toMatchObject({ waitedMs: 0, channelId: strict, waiting: 0, capacity: 2, holdMs: 1_000 });
      await release(some[0] as Asked);
      expect(outcomeOf(await ask(strict))).toBe("granted");
    });

    test("without a limiter requests are counted and none is refused", async () => {
      const id = await channelOf(NO_LIMITER);
      const all = await asks(id, 50);
      expect(all.map(outcomeOf)).toEqual(Array(50).fill("granted"));
      expect((await harness.slots.tryAcquire(id)).kind).toBe("granted");
      expect(harness.slots.own().find(({ channelId }) => channelId === id)).toMatchObject({ inFlight: 51, waiting: 0 });
      await release(...all);
      expect(harness.slots.own().find(({ channelId }) => channelId === id)).toMatchObject({ inFlight: 1 });
    });

    test("tryAcquire never waits", async () => {
      const id = await channelOf(queueOf(1, 5, 5_000));
      expect((await harness.slots.tryAcquire(id)).kind).toBe("granted");
      expect(await harness.slots.tryAcquire(id)).toEqual({
        ...{ kind: "busy", channelId: id, waiting: 0, capacity: 1, holdMs: 1_000 },
      });
      expect(await counts(id)).toEqual([1, 1, 0, 5]);
    });

    test("the request's deadline and a client that leaves end a wait as cancelled, and the place is free at once", async () => {
      const id = await channelOf(queueOf(1, 2, 5_000));
      const held = await ask(id);
      const leaving = new AbortController();
      const late = await ask(id, { deadlineMs: 300 });
      const left = await ask(id, { signal: leaving.signal });
      expect([late, left, await ask(id)].map(outcomeOf)).toEqual(["waits", "waits", "full(queue)"]);
      await harness.advance(200);
      leaving.abort();
      await harness.settle();
      expect(left.reply).toMatchObject({ kind: "cancelled", waitedMs: 200 });
      expect(await counts(id)).toEqual([1, 1, 1, 2]);
      await harness.advance(100);
      expect(late.reply).toMatchObject({ kind: "cancelled", waitedMs: 300 });
      expect(outcomeOf(await ask(id, { signal: leaving.signal }))).toBe("cancelled");
      expect(outcomeOf(await ask(id, { deadlineMs: 0 }))).toBe("cancelled");
      await release(held);
      expect(await counts(id)).toEqual([0, 1, 0, 2]);
    });

    test("a slot that is freed when the head of the queue leaves goes to the next", async () => {
      const id = await channelOf(queueOf(1, 3, 5_000));
      const leaving = new AbortController();
      const held = await ask(id);
      const head = await ask(id, { signal: leaving.signal });
      const next = await ask(id);
      leaving.abort();
      slotOf(held).release();
      await harness.settle();
      expect([head, next].map(outcomeOf)).toEqual(["cancelled", "granted"]);
      expect(await counts(id)).toEqual([1, 1, 0, 3]);
    });

    test("a client that leaves when its slot was freed just now gets the slot or nothing, and never keeps one back", async () => {
      const id = await channelOf(queueOf(1, 3, 5_000));
      const leaving = new AbortController();
      const held = await ask(id);
      const head = await ask(id, { signal: leaving.signal });
      const next = await ask(id);
      slotOf(held).release();
      leaving.abort();
      await harness.settle();
      if (outcomeOf(head) === "granted") await release(head);
      expect([outcomeOf(next), await counts(id)]).toEqual(["granted", [1, 1, 0, 3]]);
    });

    test("other edits of a channel leave its limiter alone", async () => {
      const id = await channelOf(queueOf(1, 3, 50_000));
      const held = await ask(id);
      for (let edit = 0; edit < 20; edit++) await configure(id, {});
      const second = await ask(id);
      expect([outcomeOf(second), await counts(id)]).toEqual(["waits", [1, 1, 1, 3]]);
      await release(held);
      expect(outcomeOf(second)).toBe("granted");
    });

    test("a lower capacity cuts nothing and grants nothing until there is room; a higher one grants at once", async () => {
      const id = await channelOf(queueOf(4, 3, 50_000));
      const running = await asks(id, 4);
      const waiting = await asks(id, 3);
      await configure(id, { limiter: queueOf(2, 3, 50_000) });
      await release(running[0] as Asked, running[1] as Asked);
      expect([waiting.map(outcomeOf), await counts(id)]).toEqual([Array(3).fill("waits"), [2, 2, 3, 3]]);
      await release(running[2] as Asked);
      expect(waiting.map(outcomeOf)).toEqual(["granted", "waits", "waits"]);
      await configure(id, { limiter: queueOf(4, 3, 50_000) });
      expect(waiting.map(outcomeOf)).toEqual(Array(3).fill("granted"));
    });

    test("an older configuration changes nothing", async () => {
      const id = await channelOf(queueOf(4, 1, 50_000));
      await configure(id, { limiter: queueOf(1, 1, 50_000) });
      const newest = version;
      await configure(id, { limiter: queueOf(4, 1, 50_000) }, newest - 1);
      expect((await asks(id, 3)).map(outcomeOf)).toEqual(["granted", "waits", "full(queue)"]);
      await configure(id, { limiter: queueOf(1, 1, 50_000) });
    });

    test("a smaller queue keeps who is in it with the timeout they came with, and newcomers wait for room", async () => {
      const id = await channelOf(queueOf(1, 3, 2_000));
      const held = await ask(id);
      const waiting = await asks(id, 3);
      await configure(id, { limiter: queueOf(1, 1, 60_000) });
      expect([waiting.map(outcomeOf), outcomeOf(await ask(id))]).toEqual([Array(3).fill("waits"), "full(queue)"]);
      await harness.advance(1_999);
      expect(waiting.map(outcomeOf)).toEqual(Array(3).fill("waits"));
      await harness.advance(1);
      expect(waiting.map(outcomeOf)).toEqual(Array(3).fill("timeout"));
      expect(outcomeOf(await ask(id))).toBe("waits");
      await release(held);
    });

    test.each([
      ["observe", limiterOf("observe", 1)],
      ["off", NO_LIMITER],
    ])("all who wait start when the mode becomes %s", async (_mode, limiter) => {
      const id = await channelOf(queueOf(1, 5, 50_000));
      const all = await asks(id, 6);
      await configure(id, { limiter });
      expect(all.map(outcomeOf)).toEqual(Array(6).fill("granted"));
      expect((await counts(id))?.[0]).toBe(6);
      await release(...all);
      expect((await counts(id))?.[0]).toBe(0);
    });

    test("who waits when the mode becomes reject is still served; newcomers are refused", async () => {
      const id = await channelOf(queueOf(1, 5, 50_000));
      const [held, first, second] = await asks(id, 3);
      await configure(id, { limiter: limiterOf("reject", 1) });
      expect(outcomeOf(await ask(id))).toBe("full(capacity)");
      await release(held as Asked);
      expect([outcomeOf(first as Asked), outcomeOf(await ask(id))]).toEqual(["granted", "full(capacity)"]);
      await release(first as Asked);
      expect(outcomeOf(second as Asked)).toBe("granted");
      await release(second as Asked);
      expect(outcomeOf(await ask(id))).toBe("granted");
    });

    test("requests that ran without a limiter are counted by the one that is set: nothing starts until there is room", async () => {
      const id = await channelOf(NO_LIMITER);
      const running = await asks(id, 5);
      await configure(id, { limiter: queueOf(2, 1, 50_000) });
      const waiting = await ask(id);
      expect([outcomeOf(waiting), await counts(id)]).toEqual(["waits", [5, 2, 1, 1]]);
      await release(...running.slice(0, 3));
      expect([outcomeOf(waiting), await counts(id)]).toEqual(["waits", [2, 2, 1, 1]]);
      await release(running[3] as Asked);
      expect([outcomeOf(waiting), await counts(id)]).toEqual(["granted", [2, 2, 0, 1]]);
    });

    test.each([
      ["disabled", { isOpen: false }],
      ["deleted", null],
    ])("a channel that is %s tells its waiters that it is gone, and its slots run on", async (_what, change) => {
      const id = await channelOf(queueOf(1, 3, 50_000));
      const [held, ...waiting] = await asks(id, 4);
      await harness.advance(40);
      await configure(id, change);
      expect(waiting.map(outcomeOf)).toEqual(Array(3).fill("gone"));
      expect(waiting[0]?.reply).toMatchObject({ waitedMs: 40, channelId: id });
      expect([outcomeOf(await ask(id)), (await harness.slots.tryAcquire(id)).kind]).toEqual(["gone", "gone"]);
      expect((await counts(id))?.[0]).toBe(1);
      await release(held as Asked);
      expect((await counts(id))?.[0] ?? null).toBe(change === null ? null : 0);
    });

    test("a channel that is enabled again takes requests", async () => {
      const id = await channelOf(queueOf(1, 3, 50_000));
      await configure(id, { isOpen: false });
      await configure(id, { isOpen: true });
      expect((await asks(id, 2)).map(outcomeOf)).toEqual(["granted", "waits"]);
    });

    test("an unknown channel is gone and has no row; an idle one shows its capacity, and none once its limiter is removed", async () => {
      expect(outcomeOf(await ask(999_999))).toBe("gone");
      const idle = [await channelOf(queueOf(3, 2, 1_000)), await channelOf(limiterOf("reject", 5))];
      const rows = await harness.slots.stats([999_999, ...idle]);
      expect(rows).toEqual([
        {
          ...{ channelId: idle[0], mode: "queue", inFlight: 0, capacity: 3, waiting: 0, queueSize: 2 },
          ...{ oldestWaitMs: 0, holdMs: 1_000 },
        },
        {
          ...{ channelId: idle[1], mode: "reject", inFlight: 0, capacity: 5, waiting: 0, queueSize: null },
          ...{ oldestWaitMs: 0, holdMs: 1_000 },
        },
      ]);
      await configure(idle[0] as number, { limiter: NO_LIMITER });
      expect(await counts(idle[0] as number)).toEqual([0, null, 0, null]);
    });

    test("the mean time that a slot is held follows what is released, a fifth at a time", async () => {
      const id = await channelOf(queueOf(1, 1, 50_000));
      const long = await ask(id);
      await harness.advance(6_000);
      await release(long);
      const short = await ask(id);
      expect((await harness.slots.stats([id]))[0]?.holdMs).toBeCloseTo(2_000);
      await release(short);
      const [row] = await harness.slots.stats([id]);
      expect(row?.holdMs).toBeCloseTo(1_600);
      const [, , refused] = await asks(id, 3);
      expect(refused?.reply).toMatchObject({ kind: "full", waiting: 1, capacity: 1, holdMs: row?.holdMs });
    });

    test("a slot that was granted elsewhere counts, above the capacity too, until it is given back", async () => {
      const id = await channelOf(queueOf(1, 1, 50_000));
      const held = await ask(id);
      const adopted = harness.slots.adopt(id);
      const waiting = await ask(id);
      expect(await counts(id)).toEqual([2, 1, 1, 1]);
      await release(held);
      expect(outcomeOf(waiting)).toBe("waits");
      adopted.release();
      adopted.release();
      await harness.settle();
      expect([outcomeOf(waiting), await counts(id)]).toEqual(["granted", [1, 1, 0, 1]]);
    });

    test("a slot that is free when the timeout comes has one owner", async () => {
      const id = await channelOf(queueOf(1, 2, 1_000));
      const held = await ask(id);
      const first = await ask(id);
      slotOf(held).release();
      await harness.advance(1_000);
      const second = await ask(id);
      if (outcomeOf(first) === "granted") {
        expect([outcomeOf(second), await counts(id)]).toEqual(["waits", [1, 1, 1, 2]]);
        await release(first);
      }
      expect([outcomeOf(second), await counts(id)]).toEqual(["granted", [1, 1, 0, 2]]);
    });

    test("tokens are never minted twice", async () => {
      const id = await channelOf(limiterOf("observe", 1));
      const all = await asks(id, 20);
      expect(new Set(all.map((asked) => slotOf(asked).token)).size).toBe(20);
    });
  });
}
