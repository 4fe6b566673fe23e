import { setTimeout as sleep } from "node:timers/promises";
import type { Stage } from "@test/setup/open-stage";
import { codes, expectMix, metric, openSlotStage, SECOND, together, untilCounted } from "@test/setup/slot-stage";
import type { RunningProcess } from "@test/setup/start-process";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

// The slots of channels in one process and over two on a Redis (channels-and-rates.md section 9, tests 1, 2, 6 and 28).
test("one gateway: eight calls at two places and three in the queue have the same end each time", async () => {
  const stage = await openSlotStage({});
  try {
    await stage.start("alone");
    await expectMix(stage);
  } finally {
    await stage.close();
  }
}, 60_000);

describe("two gateways on a Redis", () => {
  let stage: Stage;
  let a: RunningProcess;
  let b: RunningProcess;
  beforeAll(async () => {
    stage = await openSlotStage({ redis: true });
    [a, b] = [await stage.start("a"), await stage.start("b")];
  });
  afterAll(() => stage.close());

  test("eight calls at two places and three in the queue have the same end each time", () => expectMix(stage), 60_000);

  test("scripts that Redis forgets under load are given to it again: everybody is served, and never more at once than there are places", async () => {
    const calls = together([a, b], { model: "scripts", count: 400, script: "delayMs=100" });
    for (let flush = 0; flush < 10; flush++) {
      await stage.redis.run((client) => client.script("FLUSH"));
      await sleep(150);
    }
    expect(codes(await calls)).toEqual(Array(400).fill("200"));
    expect(stage.upstream.most("scripts")).toBe(20);
    await untilCounted(stage, "scripts", [0, 0]);
  }, 60_000);

  test("after FLUSHALL what runs is counted again within ten seconds, and at once by the replica that is asked next", async () => {
    const running = together([a, b], { model: "flushed", count: 2, script: "delayMs=12000" });
    await untilCounted(stage, "flushed", [2, 0]);
    await stage.redis.run((client) => client.flushall());
    await untilCounted(stage, "flushed", [2, 0]);
    expect(codes(await running)).toEqual(["200", "200"]);
    const own = together([a], { model: "flushed", count: 2, script: "delayMs=2000" });
    await untilCounted(stage, "flushed", [2, 0]);
    await stage.redis.run((client) => client.flushall());
    const next = together([a], { model: "flushed", count: 1, script: "" });
    await untilCounted(stage, "flushed", [2, 1]);
    expect(codes([...(await own), ...(await next)])).toEqual(["200", "200", "200"]);
    expect(stage.upstream.most("flushed")).toBe(2);
  }, 60_000);

  test("a replica that is stopped serves on what runs, and its slots go to those who wait", async () => {
    const own = together([a], { model: "stopped", count: 2, script: SECOND });
    await untilCounted(stage, "stopped", [2, 0]);
    const waiting = together([b], { model: "stopped", count: 2, script: "" });
    await untilCounted(stage, "stopped", [2, 2]);
    const ended = a.end("SIGTERM");
    stage.gateways.splice(stage.gateways.indexOf(a), 1);
    expect(codes(await own)).toEqual(["200", "200"]);
    expect(codes(await waiting)).toEqual(["200", "200"]);
    expect(await ended).toBe(0);
    await untilCounted(stage, "stopped", [0, 0]);
  }, 60_000);

  test("while Redis answers nobody each of two runs its half, and tells of it; with the other policy nothing is sent", async () => {
    await a.end("SIGTERM");
    a = await stage.start("d", { MODEL_RATE_LIMIT_FAIL_OPEN: "false" });
    await sleep(6_000); // Replicas see each other with the next beat.
    stage.redis.pause();
    try {
      // Two run, one waits for its turn: half of (4, 2).
      const told = await together([b], { model: "away", count: 4, script: SECOND });
      expect(codes(told).sort()).toEqual(["200", "200", "200", "channel_queue_full"]);
      expect(stage.upstream.most("away")).toBe(2);
      expect(codes(await together([a], { model: "away", count: 2 }))).toEqual(Array(2).fill("limits_unavailable"));
      expect(await metric(b, "sluice_rate_store_errors_total", "admitted")).toBe(3);
      expect(await metric(a, "sluice_rate_store_errors_total", "denied")).toBe(2);
    } finally {
      stage.redis.resume();
    }
    await vi.waitFor(async () => {
      const rows = await stage.sql((sql) => sql`select fail_open from usage_ledger where model = 'away'`);
      expect(rows.map((row) => row.fail_open)).toEqual([true, true, true]);
    }, 10_000);
    await vi.waitFor(
      async () =>
        expect(codes(await together([a, b], { model: "away", count: 2, script: "" }))).toEqual(["200", "200"]),
      10_000,
    );
    await untilCounted(stage, "away", [0, 0]);
  }, 60_000);
});
