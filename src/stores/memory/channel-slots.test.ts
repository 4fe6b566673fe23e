import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import {
  askOf,
  describeChannelSlots,
  limiterOf,
  outcomeOf,
  queueOf,
  slotOf,
} from "@/core/channels/channel-slots.contract";
import { memoryChannelSlots } from "./channel-slots";

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describeChannelSlots("the memory store", async () => {
  const clock = fakeClock();
  const slots = memoryChannelSlots({ clock, replica: "r1" });
  return {
    ...{ slots, settle },
    async advance(ms) {
      clock.advance(ms);
      await settle();
    },
    close: () => slots.close(),
  };
});

function open(limiter = queueOf(1, 5, 1_000)) {
  const clock = fakeClock();
  const slots = memoryChannelSlots({ clock, replica: "r1" });
  slots.configure([{ id: 7, isOpen: true, limiter }], 1);
  return { clock, slots };
}

test("a slot that is free is a value in the same turn, and makes no timer", () => {
  const { clock, slots } = open();
  const ask = { channelId: 7, keyId: 1, deadlineMs: 60_000, signal: new AbortController().signal };
  const reply = slots.acquire(ask);
  expect(reply).toMatchObject({ kind: "granted", waitedMs: 0 });
  expect(slots.tryAcquire(7)).toMatchObject({ kind: "busy" });
  expect(clock.pending()).toBe(0);
});

test("refusals are values in the same turn", () => {
  const { clock, slots } = open(limiterOf("reject", 1));
  const ask = { channelId: 7, keyId: 1, deadlineMs: 60_000 };
  expect(slots.acquire(ask)).toMatchObject({ kind: "granted" });
  expect(slots.acquire(ask)).toMatchObject({ kind: "full", reason: "capacity" });
  expect(slots.acquire({ ...ask, channelId: 8 })).toMatchObject({ kind: "gone" });
  expect(clock.pending()).toBe(0);
});

test("waiters share one timer, which goes with the last of them", async () => {
  const { clock, slots } = open();
  const held = askOf(slots, { channelId: 7 });
  const waiting = [1, 2, 3].map(() => askOf(slots, { channelId: 7 }));
  expect(clock.pending()).toBe(1);
  slotOf(held).release();
  await settle();
  expect(waiting.map(outcomeOf)).toEqual(["granted", "waits", "waits"]);
  clock.advance(600);
  expect(slots.stats([7])).toMatchObject([{ waiting: 2, oldestWaitMs: 600 }]);
  clock.advance(400);
  await settle();
  expect(waiting.map(outcomeOf)).toEqual(["granted", "timeout", "timeout"]);
  expect(clock.pending()).toBe(0);
});

test("a client that leaves after its wait is over changes nothing", async () => {
  const { slots } = open();
  const client = new AbortController();
  const held = askOf(slots, { channelId: 7 });
  const waiting = askOf(slots, { channelId: 7, signal: client.signal });
  slotOf(held).release();
  client.abort();
  await settle();
  expect(outcomeOf(waiting)).toBe("granted");
  expect(slots.stats([7])).toMatchObject([{ inFlight: 1, waiting: 0 }]);
});

test("who waits when the store closes is cancelled", async () => {
  const { clock, slots } = open();
  const all = [1, 2, 3].map(() => askOf(slots, { channelId: 7 }));
  await slots.close();
  await settle();
  expect(all.map(outcomeOf)).toEqual(["granted", "cancelled", "cancelled"]);
  expect(clock.pending()).toBe(0);
});
