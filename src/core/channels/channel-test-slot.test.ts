import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import { memoryChannelSlots } from "@/stores/memory/channel-slots";
import { takeTestSlot } from "./channel-test-slot";
import { NO_LIMITER } from "./limiter";

function open(isOpen = true) {
  const slots = memoryChannelSlots({ clock: fakeClock(), replica: "test" });
  slots.configure([{ id: 1, isOpen, limiter: { ...NO_LIMITER, mode: "reject", capacity: 1 } }], 1);
  const passed: number[] = [];
  const take = () => takeTestSlot(1, { slots, health: { passed: (id) => void passed.push(id) } });
  return { slots, passed, take };
}

test("a test takes a slot of its channel and never waits for one", async () => {
  const { slots, passed, take } = open();
  const slot = await take();
  expect(await slots.stats([1])).toMatchObject([{ inFlight: 1 }]);
  expect(await take()).toBeNull();
  slot?.end(false);
  expect(await slots.stats([1])).toMatchObject([{ inFlight: 0, waiting: 0 }]);
  expect(passed).toEqual([]);
});

test("a passed test is told; a channel that takes no requests is tested without a slot", async () => {
  const { passed, take } = open(false);
  (await take())?.end(true);
  expect(passed).toEqual([1]);
});
