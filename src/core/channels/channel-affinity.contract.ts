import { describe, expect, test } from "vitest";
import type { ChannelAffinity } from "./channel-affinity";

/** What the suite needs of an implementation. */
export type AffinityScene = {
  readonly affinity: ChannelAffinity;
  /** Lets what was kept arrive until `isDone`. */
  settle(isDone: () => Promise<boolean>): Promise<void>;
};

/** Every implementation of `ChannelAffinity` passes this. */
export function channelAffinityContract(name: string, openScene: () => Promise<AffinityScene>): void {
  describe(`channel affinity in ${name}`, () => {
    test("a conversation prefers what it was told last, and nothing before", async () => {
      const { affinity, settle } = await openScene();
      expect(await affinity.preferred("one")).toEqual([]);
      affinity.prefer("one", [3]);
      affinity.prefer("two", [4]);
      affinity.prefer("one", [5, 3]);
      await settle(async () => (await affinity.preferred("one")).length === 2);
      expect(await affinity.preferred("one")).toEqual([5, 3]);
      expect(await affinity.preferred("two")).toEqual([4]);
    });

    test("a response has a home; an unknown one has none", async () => {
      const { affinity, settle } = await openScene();
      affinity.keepHome("resp_1", { channelId: 2, userId: 7, model: "a model 4" });
      await settle(async () => (await affinity.homeOf("resp_1")) !== null);
      expect(await affinity.homeOf("resp_1")).toEqual({ channelId: 2, userId: 7, model: "a model 4" });
      expect(await affinity.homeOf("resp_2")).toBeNull();
    });
  });
}
