import { setTimeout as sleep } from "node:timers/promises";
import { openStage, type Stage } from "@test/setup/open-stage";
import { metric } from "@test/setup/slot-stage";
import type { RunningProcess } from "@test/setup/start-process";
import { Pool } from "undici";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

// Rates and running requests over two processes on a Redis (channels-and-rates.md section 9, tests 24, 28 and 37).
const secretOf = (name: string) => `sk-sluice-${name.padEnd(43, "k")}`;
const USERS = ["busy", "away", "alone"] as const;
type Name = (typeof USERS)[number];

let stage: Stage;
let gateways: readonly [RunningProcess, RunningProcess];
beforeAll(async () => {
  stage = await openStage({ keys: [secretOf("load")], redis: true });
  await stage.provision({
    users: [
      { name: "busy", role: "user", rpm: 10 },
      { name: "away", role: "user", rpm: 10 },
      { name: "alone", role: "user", maxConcurrent: 1 },
    ],
    keys: USERS.flatMap((user) => ["one", "two"].map((name) => ({ user, name, secret: secretOf(`${user}${name}`) }))),
  });
  gateways = [await stage.start("a"), await stage.start("b")];
}, 60_000);
afterAll(() => stage.close());

/** Calls of a user at once over these gateways and both keys in turn; how many had each answer. */
async function together(
  to: readonly RunningProcess[],
  { user, count, script = "" }: { readonly user: Name; readonly count: number; readonly script?: string },
): Promise<Readonly<Record<string, number>>> {
  const pools = to.map(({ url }) => new Pool(url, { connections: count, pipelining: 1, allowH2: false }));
  const told: Record<string, number> = {};
  const one = async (pool: Pool, key: string) => {
    const reply = await pool.request({
      ...{ path: "/v1/chat/completions", method: "POST" },
      headers: { "content-type": "application/json", authorization: `Bearer ${key}`, "x-upstream-script": script },
      body: JSON.stringify({ model: "gpt-4o", max_tokens: 5, messages: [{ role: "user", content: "How often?" }] }),
    });
    await reply.body.dump();
    return reply.statusCode === 200 ? "served" : String(reply.headers["x-sluice-code"]);
  };
  const calls = Array.from({ length: count }, async (_, index) => {
    const key = secretOf(`${user}${Math.floor(index / to.length) % 2 === 0 ? "one" : "two"}`);
    const answer = await one(pools[index % pools.length] as Pool, key).catch(() => "broken");
    told[answer] = (told[answer] ?? 0) + 1;
  });
  await Promise.all(calls);
  await Promise.all(pools.map((pool) => pool.destroy()));
  return told;
}

test("of 100 calls at once over two gateways and two keys of a user exactly 10 pass a rate of 10", async () => {
  expect(await together(gateways, { user: "busy", count: 100, script: "delayMs=200" })).toEqual({
    ...{ served: 10, rpm_exceeded: 90 },
  });
  expect(stage.upstream.served).toHaveLength(10);
  expect(await together(gateways, { user: "busy", count: 20 })).toEqual({ rpm_exceeded: 20 });
}, 60_000);

test("a call that outlives its lease keeps the only place of its user; kill -9 frees it when the lease is over", async () => {
  const [a, b] = gateways;
  const { length: before } = stage.upstream.served;
  const long = together([a], { user: "alone", count: 1, script: "delayMs=90000" });
  // Asked earlier, the other gateway could take the place first.
  await vi.waitFor(() => expect(stage.upstream.served).toHaveLength(before + 1), 10_000);
  expect(await together([b], { user: "alone", count: 1 })).toEqual({ user_concurrency_exceeded: 1 });
  for (let beat = 0; beat < 7; beat++) {
    await sleep(5_000); // 35 s: longer than a lease lives without its beat
    expect(await together([b], { user: "alone", count: 1 })).toEqual({ user_concurrency_exceeded: 1 });
  }
  await a.end("SIGKILL");
  stage.gateways.splice(stage.gateways.indexOf(a), 1);
  expect(await long).toEqual({ broken: 1 });
  await vi.waitFor(async () => expect(await together([b], { user: "alone", count: 1 })).toEqual({ served: 1 }), {
    ...{ timeout: 31_000, interval: 250 },
  });
}, 120_000);

test("while Redis answers nobody each of two passes its half of the rate, and tells of it", async () => {
  const two = [gateways[1], await stage.start("c")] as const;
  await sleep(6_000); // Replicas see each other with the next beat.
  stage.redis.pause();
  try {
    for (const gateway of two)
      expect(await together([gateway], { user: "away", count: 12 })).toEqual({ served: 5, rpm_exceeded: 7 });
    for (const gateway of two)
      expect(await metric(gateway, "sluice_rate_store_errors_total", "admitted")).toBeGreaterThanOrEqual(5);
  } finally {
    stage.redis.resume();
  }
  await vi.waitFor(async () => {
    const rows = await stage.sql(
      (sql) => sql`select fail_open from usage_ledger join users on users.id = user_id where users.name = 'away'`,
    );
    expect(rows.map((row) => row.fail_open)).toEqual(Array(10).fill(true));
  }, 10_000);
}, 60_000);
