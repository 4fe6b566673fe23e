import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import { memoryChannelSlots } from "@/stores/memory/channel-slots";
import { createChannelReadings } from "./channel-readings";
import { askOf, slotOf } from "./channel-slots.contract";
import { NO_LIMITER } from "./limiter";

test("every channel is read, idle ones too, and a deleted one by its name until its last slot is back", () => {
  const slots = memoryChannelSlots({ clock: fakeClock(), replica: "a" });
  let channelNames = new Map([
    [1, "one"],
    [2, "two"],
  ]);
  const read = createChannelReadings({ slots, config: { current: () => ({ channelNames }) } });
  const configure = (version: number) =>
    slots.configure(
      [...channelNames.keys()].map((id) => ({ id, isOpen: true, limiter: NO_LIMITER })),
      version,
    );
  configure(1);
  const slot = slotOf(askOf(slots, { channelId: 2 }));
  expect(read()).toEqual([
    { id: 1, name: "one", inFlight: 0, waiting: 0, leasesLost: 0 },
    { id: 2, name: "two", inFlight: 1, waiting: 0, leasesLost: 0 },
  ]);
  channelNames = new Map([[1, "uno"]]);
  configure(2);
  expect(read().map(({ name, inFlight }) => [name, inFlight])).toEqual([
    ["uno", 0],
    ["two", 1],
  ]);
  slot.release();
  expect(read().map(({ id }) => id)).toEqual([1]);
});
