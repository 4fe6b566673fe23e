import type { Stage } from "@test/setup/open-stage";
import { codes, counted, expectMix, openSlotStage, together, untilCounted } from "@test/setup/slot-stage";
import type { RunningProcess } from "@test/setup/start-process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

// The slots of channels over two processes on a Redis Cluster (channels-and-rates.md section 9, tests 2 and 6). Leases expire after 30 s.
describe("two gateways on a cluster", () => {
  let stage: Stage;
  let a: RunningProcess;
  let b: RunningProcess;
  beforeAll(async () => {
    stage = await openSlotStage({ redis: "cluster" });
    [a, b] = [await stage.start("a"), await stage.start("b")];
  });
  afterAll(() => stage.close());

  test("eight calls at two places and three in the queue have the same end each time", async () => {
    await expectMix(stage);
    expect(await stage.cluster.crossedSlots()).toBe(0);
  }, 60_000);

  test("what a killed replica held is free when its leases expire, and one that starts meanwhile changes nothing", async () => {
    const cut = together([a], { model: "killed", count: 2, script: "delayMs=60000" });
    await untilCounted(stage, "killed", [2, 0]);
    await a.end("SIGKILL");
    stage.gateways.splice(stage.gateways.indexOf(a), 1);
    expect(codes(await cut)).toEqual(["broken", "broken"]);
    const waiting = together([b], { model: "killed", count: 1, script: "" });
    await untilCounted(stage, "killed", [2, 1]);
    await stage.start("c");
    expect(await counted(stage, "killed")).toEqual([2, 1]);
    expect(codes(await waiting)).toEqual(["200"]);
    await untilCounted(stage, "killed", [0, 0]);
  }, 90_000);
});
