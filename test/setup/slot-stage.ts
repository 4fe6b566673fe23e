import type { Redis } from "ioredis";
import { Pool } from "undici";
import { expect, vi } from "vitest";
import { openStage, type Stage, type StageAsk } from "./open-stage";
import type { RunningProcess } from "./start-process";

const KEY = "sk-sluice-slotsslotsslotsslotsslotsslotsslotsslots1";
/** A reply that takes a second. */
export const SECOND = "delayMs=1000";
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

/** A stage whose channels have limiters, each for a model of its own name. */
export async function openSlotStage(ask: Omit<StageAsk, "keys">): Promise<Stage> {
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

/** An answer: its status, or the code of its error, or `broken`; and the time it took. */
export type TimedAnswer = { readonly code: string; readonly ms: number };

/** Calls of one key at once, over the gateways in turn; in the order in which they were answered. */
export async function together(
  gateways: readonly RunningProcess[],
  { model, count, script = SECOND }: { readonly model: string; readonly count: number; readonly script?: string },
): Promise<readonly TimedAnswer[]> {
  const pools = gateways.map(({ url }) => new Pool(url, { connections: count, pipelining: 1, allowH2: false }));
  const told: TimedAnswer[] = [];
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

/** Codes of answers. */
export const codes = (told: readonly TimedAnswer[]) => told.map(({ code }) => code);

/** How many slots and waiters of a channel all replicas have together, as the servers know it. */
export async function counted(stage: Stage, model: string): Promise<readonly [slots: number, waiting: number]> {
  const id = await stage.sql(async (sql) => (await sql`select id from channels where name = ${model}`)[0]?.id);
  const load = async (node: Redis) => {
    const [lease] = await node.keys(`sl:*{c:${id}}:lease`);
    const [queue] = await node.keys(`sl:*{c:${id}}:queue`);
    return [lease ? await node.zcard(lease) : 0, queue ? await node.zcard(queue) : 0] as const;
  };
  const loads = stage.hasCluster ? await stage.cluster.onEach(load) : [await stage.redis.run(load)];
  return [sum(loads.map(([slots]) => slots)), sum(loads.map(([, waiting]) => waiting))];
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

/** Waits until a channel is used by so many. */
export const untilCounted = (stage: Stage, model: string, counts: readonly [number, number]) =>
  vi.waitFor(async () => expect(await counted(stage, model)).toEqual(counts), { timeout: 11_000, interval: 50 });

/** The sum of the lines of a metric with these labels. */
export async function metric({ url }: RunningProcess, name: string, labels: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split("\n").filter((line) => line.startsWith(`${name}{`) && line.includes(labels));
  return sum(lines.map((line) => Number(line.slice(line.lastIndexOf(" ") + 1))));
}

/** Ten times eight calls at (2, 3, 1500), side by side: four served, one timed out, and three refused before anyone was answered otherwise. */
export async function expectMix({ gateways, upstream }: Stage): Promise<void> {
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
  expect([0, 1, 2].map((at) => sum(sums.map((each) => each[at] ?? 0)))).toEqual([30, 10, 0]);
}
