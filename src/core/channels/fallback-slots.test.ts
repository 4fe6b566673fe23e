import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import { memoryChannelSlots } from "@/stores/memory/channel-slots";
import type { ChannelSlots } from "./channel-slots";
import { askOf, limiterOf, outcomeOf, queueOf, slotOf } from "./channel-slots.contract";
import { fallbackSlots } from "./fallback-slots";
import { NO_LIMITER } from "./limiter";

const ID = 7;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function open(isFailOpen = true, replicas = 2) {
  const clock = fakeClock();
  const store = memoryChannelSlots({ clock, replica: "shared" });
  const state = { isDown: false, outages: 0, asked: 0, replicas, lose: () => {} };
  const lost = new Promise<never>((_, reject) => {
    state.lose = () => reject(new Error("no answer"));
  });
  lost.catch(() => {});
  const answer = <Reply>(reply: () => Reply | Promise<Reply>): Promise<Reply> => {
    state.asked++;
    // Those who wait are told when the store goes away.
    return state.isDown ? Promise.reject(new Error("no answer")) : Promise.race([lost, Promise.resolve(reply())]);
  };
  const shared: ChannelSlots = {
    ...store,
    acquire: (ask) => answer(() => store.acquire(ask)),
    tryAcquire: (channelId) => answer(() => store.tryAcquire(channelId)),
    stats: (channelIds) => answer(() => store.stats(channelIds)),
  };
  const slots = fallbackSlots({
    ...{ shared, local: memoryChannelSlots({ clock, replica: "local" }), clock },
    isFailOpen: () => isFailOpen,
    replicas: () => state.replicas,
    onOutage: () => void state.outages++,
  });
  slots.configure([{ id: ID, isOpen: true, limiter: queueOf(4, 4, 1_000) }], 1);
  const ask = async (count: number) => {
    const all = Array.from({ length: count }, () => askOf(slots, { channelId: ID }));
    await turn();
    return all;
  };
  return { slots, state, store, clock, ask };
}

test("while the store does not answer a replica grants and queues its share, and tells of the outage", async () => {
  const { state, ask, clock } = open();
  state.isDown = true;
  const all = await ask(5);
  expect(all.map(outcomeOf)).toEqual(["granted", "granted", "waits", "waits", "full(queue)"]);
  expect(state.outages).toBe(5);
  clock.advance(1_000);
  await turn();
  expect(all.map(outcomeOf)).toEqual(["granted", "granted", "timeout", "timeout", "full(queue)"]);
});

test("what was granted before the outage counts for the share, and what is granted meanwhile counts for the store", async () => {
  const { state, ask, store } = open();
  const before = await ask(1);
  state.isDown = true;
  const [granted, waiting] = await ask(2);
  expect([granted, waiting].map((asked) => outcomeOf(asked ?? { reply: null }))).toEqual(["granted", "waits"]);
  state.isDown = false;
  expect(store.stats([ID])).toMatchObject([{ inFlight: 2 }]);
  for (const asked of [...before, granted]) slotOf(asked ?? { reply: null }).release();
  await turn();
  expect(outcomeOf(waiting ?? { reply: null })).toBe("granted");
  expect(store.stats([ID])).toMatchObject([{ inFlight: 1 }]);
  slotOf(waiting ?? { reply: null }).release();
  expect(store.stats([ID])).toMatchObject([{ inFlight: 0 }]);
});

test("the share follows the number of replicas last seen, and is at least 1", async () => {
  const { state, ask } = open(true, 9);
  state.isDown = true;
  const all = await ask(3);
  expect(all.map(outcomeOf)).toEqual(["granted", "waits", "full(queue)"]);
  state.replicas = 1;
  expect([...(await ask(3)), ...all].map(outcomeOf)).toEqual([
    ...["granted", "granted", "waits"],
    ...["granted", "granted", "full(queue)"],
  ]);
});

test("with the other policy everything is refused as unavailable", async () => {
  const { state, slots, ask, clock } = open(false);
  state.isDown = true;
  expect((await ask(2)).map(outcomeOf)).toEqual(["unavailable", "unavailable"]);
  expect(await slots.tryAcquire(ID)).toMatchObject({ kind: "unavailable", channelId: ID });
  state.isDown = false;
  clock.advance(500);
  expect((await ask(1)).map(outcomeOf)).toEqual(["granted"]);
});

test("a request that waited in the shared queue has what is left of its time in this replica's", async () => {
  const { slots, state, ask, clock } = open();
  const running = await ask(4);
  const [queued, hasty] = [...(await ask(1)), askOf(slots, { channelId: ID, deadlineMs: 700 })];
  clock.advance(600);
  state.isDown = true;
  state.lose();
  await turn();
  expect([queued, hasty].map((asked) => outcomeOf(asked ?? { reply: null }))).toEqual(["waits", "waits"]);
  clock.advance(100);
  await turn();
  expect(hasty?.reply).toMatchObject({ kind: "cancelled", waitedMs: 700 });
  clock.advance(299);
  await turn();
  expect(outcomeOf(queued ?? { reply: null })).toBe("waits");
  clock.advance(1);
  await turn();
  expect(queued?.reply).toMatchObject({ kind: "timeout", waitedMs: 1_000 });
  for (const asked of running) slotOf(asked).release();
});

test("a slot that is granted alone says so, after a wait in the shared queue with the whole of it", async () => {
  const { slots, state, ask, clock } = open();
  const running = await ask(4);
  const [queued] = await ask(1);
  expect(running[0]?.reply).not.toHaveProperty("isAlone");
  clock.advance(400);
  state.isDown = true;
  state.lose();
  await turn();
  expect(slots.own()).toMatchObject([{ inFlight: 4, waiting: 2 }]);
  for (const asked of running) slotOf(asked).release();
  await turn();
  expect(queued?.reply).toMatchObject({ kind: "granted", isAlone: true, waitedMs: 400 });
});

test("a store that failed three times is not asked for half a second, and its silence ends without a request", async () => {
  const { slots, state, ask, clock } = open();
  state.isDown = true;
  for (let call = 0; call < 3; call++) await ask(1);
  expect(state.asked).toBe(3);
  await ask(1);
  expect(state.asked).toBe(3);
  clock.advance(500);
  await ask(1);
  expect(state.asked).toBe(4);
  expect(slots.silentMs()).toBe(500);
  expect(slots.glance(ID)).toMatchObject({ capacity: 2 });
  state.isDown = false;
  clock.advance(1_000);
  await turn();
  expect(slots.silentMs()).toBe(0);
  expect(slots.glance(ID)).toMatchObject({ capacity: 4 });
});

test("without a limiter nothing is asked of the store, and where nothing is refused no policy refuses either", async () => {
  const { slots, state, ask } = open(false);
  state.isDown = true;
  slots.configure([{ id: ID, isOpen: true, limiter: limiterOf("observe", 1) }], 2);
  expect((await ask(5)).map(outcomeOf)).toEqual(Array(5).fill("granted"));
  slots.configure([{ id: ID, isOpen: true, limiter: NO_LIMITER }], 3);
  const asked = state.asked;
  const given = (await slots.tryAcquire(ID)) as { readonly isAlone?: true };
  expect([asked, given.isAlone]).toEqual([state.asked - 1, undefined]);
});
