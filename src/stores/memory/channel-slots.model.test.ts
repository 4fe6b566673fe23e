import { fakeClock } from "@test/fake-clock";
import { test } from "vitest";
import { checkSlotsModel } from "@/core/channels/channel-slots-model.contract";
import { memoryChannelSlots } from "./channel-slots";

const RUNS = 10_000;
const SEED = Date.now() % 1_000_000_000;

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

test(`in any order of events the memory store does what the model does (seed ${SEED})`, {
  timeout: 190_000,
}, async () => {
  const open = async () => {
    const clock = fakeClock();
    const slots = memoryChannelSlots({ clock, replica: "r1" });
    return {
      ...{ replicas: [slots], loseLease: null, settle, close: () => slots.close() },
      advance: async (ms: number) => clock.advance(ms),
    };
  };
  await checkSlotsModel(open, { numRuns: RUNS, seed: SEED });
});
