import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import { describeQuotaStore, refsAround } from "@/core/quota/quota-store.contract";
import { memoryQuotaStore } from "./quota-store";

describeQuotaStore("the memory store", async () => {
  const clock = fakeClock();
  const store = memoryQuotaStore({ clock, replica: "r1" });
  return {
    store,
    now: async () => clock.now(),
    pass: async (ms) => clock.advance(ms),
    close: async () => store.close(),
  };
});
