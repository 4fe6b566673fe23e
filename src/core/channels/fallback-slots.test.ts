import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import { memoryChannelSlots } from "@/stores/memory/channel-slots";
import type { ChannelSlots } from "./channel-slots";
import { askOf, outcomeOf, queueOf, slotOf } from "./channel-slots.contract";
import { fallbackSlots } from "./fallback-slots";

const ID = 7;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function open(isFailOpen = true, replicas = 2) {
  const clock = fakeClock();
  const store = memoryChannelSlots({ clock, replica: "shared" });
  const state = { isDown: false, outages: 0, replicas };
  const answer = <Reply>(reply: () => Reply | Promise<Reply>): Promise<Reply> =>
    state.isDown ? Promise.reject(new Error("no answer")) : Promise.resolve(reply());
  const shared: ChannelSlots = {
    ...store,
    acquire: (ask) => answer(() => store.acquire(ask)),
    tryAcquire: (channelId) => answer(() => store.tryAcquire(channelId)),
  };
  const slots = fallbackSlots({
    ...{ shared, local: memoryChannelSlots({ clock, replica: "local" }) },
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
  const { state, slots, ask } = open(false);
  state.isDown = true;
  expect((await ask(2)).map(outcomeOf)).toEqual(["unavailable", "unavailable"]);
  expect(await slots.tryAcquire(ID)).toMatchObject({ kind: "unavailable", channelId: ID });
  state.isDown = false;
  expect((await ask(1)).map(outcomeOf)).toEqual(["granted"]);
});
