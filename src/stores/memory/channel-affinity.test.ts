import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import { channelAffinityContract } from "@/core/channels/channel-affinity.contract";
import { memoryChannelAffinity } from "./channel-affinity";

channelAffinityContract("memory", async () => ({
  affinity: memoryChannelAffinity(fakeClock()),
  settle: async () => {},
}));

test("a preference ends an hour after the last turn, a home after 30 days", () => {
  const clock = fakeClock();
  const affinity = memoryChannelAffinity(clock);
  affinity.prefer("one", [1]);
  clock.advance(3_000_000);
  affinity.prefer("one", [1]);
  affinity.keepHome("resp_1", { channelId: 1, userId: 7, model: "gpt-4o" });
  clock.advance(3_599_999);
  expect(affinity.preferred("one")).toEqual([1]);
  clock.advance(1);
  expect(affinity.preferred("one")).toEqual([]);
  clock.advance(30 * 86_400_000 - 3_600_001);
  expect(affinity.homeOf("resp_1")).not.toBeNull();
  clock.advance(1);
  expect(affinity.homeOf("resp_1")).toBeNull();
});
