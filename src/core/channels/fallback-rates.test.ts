import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import { memoryChannelRates } from "@/stores/memory/channel-rates";
import type { ChannelRates } from "./channel-rates";
import { fallbackRates } from "./fallback-rates";

test("a replica counts its part while the shared store does not answer, or refuses", async () => {
  const clock = fakeClock();
  const down: ChannelRates = {
    take: () => Promise.reject(new Error("down")),
    usedUpForMs: () => 0,
    counts: () => ({ rpmUsed: 3, tpmUsed: 0 }),
  };
  const outages: unknown[] = [];
  const local = memoryChannelRates({ clock });
  const policy = { isOpen: true };
  const rates = fallbackRates({
    ...{ shared: down, local, isFailOpen: () => policy.isOpen, replicas: () => 3 },
    onOutage: (error) => outages.push(error),
  });
  const take = async () => (await rates.take({ channelId: 1, rpm: 8, tpm: null, tokens: 0 })).kind;
  expect([await take(), await take(), await take()]).toEqual(["taken", "taken", "rate_limited"]);
  const little = { channelId: 2, rpm: 2, tpm: null, tokens: 0 };
  expect([(await rates.take(little)).kind, (await rates.take(little)).kind]).toEqual(["taken", "rate_limited"]);
  expect(outages).toHaveLength(5);
  policy.isOpen = false;
  expect((await rates.take({ ...little, channelId: 3 })).kind).toBe("unavailable");
  expect(rates.counts(1)).toEqual({ rpmUsed: 3, tpmUsed: 0 });
});
