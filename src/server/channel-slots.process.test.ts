import { setTimeout as sleep } from "node:timers/promises";
import { openStage, type Stage, type StageAsk } from "@test/setup/open-stage";
import type { RunningProcess } from "@test/setup/start-process";
import { Pool } from "undici";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

// The slots of channels over processes (channels-and-rates.md section 9, tests 1, 2, 6 and 28). Each channel serves a model of its own.
const KEY = "sk-sluice-slotsslotsslotsslotsslotsslotsslotsslots1";
const SECOND = "delayMs=1000";
const ROUNDS = 10;

type Limiter = {
  readonly mode: string;
  readonly capacity: number;
  readonly queueSize: number;
  readonly queueTimeoutMs: number;
};
const queueOf = (capacity: number, queueSize: number, queueTimeoutMs: number): Limiter => ({
  ...{ mode: "queue", capacity, queueSize, queueTimeoutMs },
});

const MIXED = Array.from({ length: ROUNDS }, (_, round) => [`mix-${round}`, queueOf(2, 3, 1_500)] as const);
const CHANNELS: Readonly<Record<string, Limiter>> = {
  ...Object.fromEntries(MIXED),
  ...{ scripts: queueOf(20, 500, 60_000), flushed: queueOf(2, 5, 60_000), killed: queueOf(2, 3, 60_000) },
  ...{ stopped: queueOf(2, 3, 60_000), away: queueOf(4, 2, 60_000) },
};

/** A stage with these channels on the scripted upstream. */
async function open(ask: Omit<StageAsk, "keys">): Promise<Stage> {
  const stage = await openStage({ keys: [KEY], ...ask });
  const channel = ([model, limiter]: readonly [string, Limiter]) => ({
    ...{ name: model, protocols: ["openai-chat"], baseUrl: stage.upstream.url, credential: "upstream" },
    ...{ models: [model], limiter },
  });
  const names = Object.keys(CHANNELS);
  await stage.provision({
    channels: Object.entries(CHANNELS).map(channel),
    prices: names.map((model) => ({ model, input: "1", output: "1" })),
  });
  return stage;
}

type Told = { readonly code: string; readonly ms: number };

/** Calls of one key at once, over the gateways in turn; in the order in which they were answered. */
async function together(
  gateways: readonly RunningProcess[],
  { model, count, script = SECOND }: { readonly model: string; readonly count: number; readonly script?: string },
): Promise<readonly Told[]> {
  const pools = gateways.map(({ url }) => new Pool(url, { connections: count, pipelining: 1, allowH2: false }));
  const told: Told[] = [];
  const one = async (pool: Pool) => {
    const startedAt = performance.now();
    const reply = await pool.request({
      ...{ path: "/v1/chat/completions", method: "POST" },
      headers: { "content-type": "application/json", authorization: `Bearer ${KEY}`, "x-upstream-script": script },
      body: JSON.stringify({ model, max_tokens: 5, messages: [{ role: "user", content: "Who is next?" }] }),
    });
    await reply.body.dump();
    const code = reply.headers["x-sluice-code"];
    told.push({
      code: code === undefined ? String(reply.statusCode) : String(code),
      ms: performance.now() - startedAt,
    });
  };
  const calls = Array.from({ length: count }, (_, index) =>
    one(pools[index % pools.length] as Pool).catch(() => void told.push({ code: "broken", ms: 0 })),
  );
  await Promise.all(calls);
  await Promise.all(pools.map((pool) => pool.destroy()));
  return told;
}

const codes = (told: readonly Told[]) => told.map(({ code }) => code);

/** How many slots and waiters of a channel all replicas have together, as Redis knows it. */
async function counted(stage: Stage, model: string): Promise<readonly [slots: number, waiting: number]> {
  const id = await stage.sql(async (sql) => (await sql`select id from channels where name = ${model}`)[0]?.id);
  return stage.redis.run(async (client) => {
    const [lease] = await client.keys(`sl:*{c:${id}}:lease`);
    const [queue] = await client.keys(`sl:*{c:${id}}:queue`);
    return [lease ? await client.zcard(lease) : 0, queue ? await client.zcard(queue) : 0] as const;
  });
}

const untilCounted = (stage: Stage, model: string, counts: readonly [number, number]) =>
  vi.waitFor(async () => expect(await counted(stage, model)).toEqual(counts), { timeout: 11_000, interval: 50 });

/** The sum of the lines of a metric with these labels. */
async function metric({ url }: RunningProcess, name: string, labels: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split("\n").filter((line) => line.startsWith(`${name}{`) && line.includes(labels));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}

/** Ten times eight calls at (2, 3, 1500), side by side: four served, one timed out, and three refused before anyone was answered otherwise. */
async function expectMix({ gateways, upstream }: Stage): Promise<void> {
  const rounds = await Promise.all(MIXED.map(([model]) => together(gateways, { model, count: 8 })));
  for (const [index, told] of rounds.entries()) {
    const mix = [
      ...Array(3).fill("channel_queue_full"),
      ...Array(2).fill("200"),
      "channel_queue_timeout",
      "200",
      "200",
    ];
    expect(codes(told), `round ${index}`).toEqual(mix);
    const timedOut = told.find(({ code }) => code === "channel_queue_timeout");
    expect(timedOut?.ms).toBeGreaterThanOrEqual(1_500);
    expect(upstream.most(`mix-${index}`)).toBe(2);
  }
  const sums = await Promise.all(
    gateways.map(async (gateway) => [
      await metric(gateway, "sluice_channel_queue_full_total", 'reason="queue",result="rejected"'),
      await metric(gateway, "sluice_channel_queue_timeout_total", 'result="rejected"'),
      (await metric(gateway, "sluice_channel_inflight", "")) +
        (await metric(gateway, "sluice_channel_queue_waiting", "")),
    ]),
  );
  expect([0, 1, 2].map((at) => sums.reduce((sum, each) => sum + (each[at] ?? 0), 0))).toEqual([30, 10, 0]);
}

test.each([
  ["one gateway", undefined, 1],
  ["two gateways on a cluster", "cluster", 2],
] as const)(
  "%s: eight calls at two places and three in the queue have the same end each time",
  async (...args) => {
    const [, redis, count] = args;
    const stage = await open(redis === undefined ? {} : { redis });
    try {
      for (let index = 0; index < count; index++) await stage.start(`gateway ${index}`);
      await expectMix(stage);
    } finally {
      await stage.close();
    }
  },
  120_000,
);

describe("two gateways on a Redis", () => {
  let stage: Stage;
  let a: RunningProcess;
  let b: RunningProcess;
  beforeAll(async () => {
    stage = await open({ redis: true });
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

  test("what a killed replica held is free when its leases expire, and one that starts meanwhile changes nothing", async () => {
    const cut = together([a], { model: "killed", count: 2, script: "delayMs=60000" });
    await untilCounted(stage, "killed", [2, 0]);
    await a.end("SIGKILL");
    stage.gateways.splice(stage.gateways.indexOf(a), 1);
    expect(codes(await cut)).toEqual(["broken", "broken"]);
    const waiting = together([b], { model: "killed", count: 1, script: "" });
    await untilCounted(stage, "killed", [2, 1]);
    a = await stage.start("c");
    expect(await counted(stage, "killed")).toEqual([2, 1]);
    expect(codes(await waiting)).toEqual(["200"]);
    await untilCounted(stage, "killed", [0, 0]);
  }, 90_000);

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
