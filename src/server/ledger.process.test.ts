import { setTimeout as sleep } from "node:timers/promises";
import { COST_NANO_USD } from "@test/setup/burst";
import { openStage, type Stage } from "@test/setup/open-stage";
import { type FinishedCall, startTraffic } from "@test/setup/traffic";
import { beforeEach, expect, test } from "vitest";

// Real processes: the built gateway, a PostgreSQL of its own, the scripted upstream as the truth. $2.50 and $10 per million tokens:
// 100 tokens in and 50 out cost 750,000 nano-USD.
const KEY = "sk-sluice-processprocessprocessprocessprocess00";

type LedgerRow = { id: string; attempt: number; outcome: string; cost_nusd: string; requests: number };

let stage: Stage;
beforeEach(async () => {
  stage = await openStage({ keys: [KEY] });
  return () => stage.close();
});

const startGateway = () => stage.start("data");

async function readLedger(): Promise<{ rows: LedgerRow[]; rollupNanoUsd: bigint; rollupEntries: bigint }> {
  return stage.sql(async (sql) => {
    const rows = await sql<LedgerRow[]>`
      select replace(id::text, '-', '') as id, attempt, outcome, cost_nusd::text, requests from usage_ledger`;
    const [sums] = await sql<{ cost: string; entries: string }[]>`
      select coalesce(sum(cost_nusd), 0)::text as cost, coalesce(sum(entries), 0)::text as entries from usage_rollup`;
    return { rows: [...rows], rollupNanoUsd: BigInt(sums?.cost ?? 0), rollupEntries: BigInt(sums?.entries ?? 0) };
  });
}

/**
 * Every call that a client read to its end has exactly one entry, and the rollup is the sum of the entries. The entry has the exact cost,
 * except for at most `cut` calls whose last byte had left when the kill came before their SETTLE frame: those are billed at
 * their ceiling (reliability-and-security.md F4).
 */
async function expectExact(finished: readonly FinishedCall[], cut = 0): Promise<LedgerRow[]> {
  const { rows, rollupNanoUsd, rollupEntries } = await readLedger();
  const byId = new Map(rows.map((row) => [row.id, row]));
  expect(byId.size).toBe(rows.length);
  const entries = finished.map((call) => byId.get(call.requestId.replace("req_", "")));
  const isExact = (row: LedgerRow) =>
    row.outcome === "ok" && row.cost_nusd === String(COST_NANO_USD) && row.requests === 1;
  expect(entries.filter((row) => row === undefined || !(isExact(row) || row.outcome === "interrupted"))).toEqual([]);
  expect(entries.filter((row) => row?.outcome === "interrupted").length).toBeLessThanOrEqual(cut);
  expect(rollupNanoUsd).toBe(rows.reduce((sum, row) => sum + BigInt(row.cost_nusd), 0n));
  expect(rollupEntries).toBe(BigInt(rows.length));
  expect(await stage.runEntry("verify-ledger", "data")).toContain("The ledger is sound");
  return rows;
}

async function untilServed(count: number): Promise<void> {
  while (stage.upstream.served.length < count) await sleep(10);
}

test("kill -9 under traffic loses no settled entry and counts none twice", async () => {
  const finished: FinishedCall[] = [];
  const connections = 16;
  let gateway = await startGateway();
  for (let round = 1; round <= 3; round++) {
    const traffic = startTraffic({ url: gateway.url, key: KEY, connections, script: "chunks=6;intervalMs=3" });
    await untilServed(round * 300);
    await gateway.end("SIGKILL");
    await traffic.stop();
    finished.push(...traffic.finished.filter((call) => call.status === 200));
    gateway = await startGateway();
  }
  await gateway.end("SIGTERM");
  const rows = await expectExact(finished, 3 * connections);
  expect(finished.length).toBeGreaterThan(600);
  // Each call the upstream saw has an entry: finished ones at their cost, cut ones as interrupted. A kill between the ceiling and
  // the dispatch may leave an entry for a call that never arrived, at most one per connection and kill.
  expect(rows.length).toBeGreaterThanOrEqual(stage.upstream.served.length);
  expect(rows.length).toBeLessThanOrEqual(stage.upstream.served.length + 3 * connections);
}, 120_000);

test("a PostgreSQL that stops under traffic loses no entry and counts none twice", async () => {
  const gateway = await startGateway();
  const traffic = startTraffic({ url: gateway.url, key: KEY, connections: 8, script: "chunks=4;intervalMs=2" });
  await untilServed(200);
  await stage.stopDatabase();
  const before = stage.upstream.served.length;
  await untilServed(before + 500);
  await stage.startDatabase();
  await untilServed(before + 800);
  await traffic.stop();
  await gateway.end("SIGTERM");
  expect(traffic.finished.filter((call) => call.status !== 200)).toEqual([]);
  expect(traffic.broken()).toBe(0);
  const rows = await expectExact(traffic.finished);
  expect(rows).toHaveLength(stage.upstream.served.length);
}, 120_000);

test("a stop of the process lets running streams end and leaves nothing unsettled", async () => {
  const gateway = await startGateway();
  const traffic = startTraffic({ url: gateway.url, key: KEY, connections: 4, script: "chunks=40;intervalMs=25" });
  await untilServed(4);
  const ended = gateway.end("SIGTERM");
  await traffic.stop();
  expect(await ended).toBe(0);
  const finished = traffic.finished.filter((call) => call.status === 200);
  expect(finished.length).toBeGreaterThanOrEqual(4);
  const rows = await expectExact(finished);
  expect(rows).toHaveLength(stage.upstream.served.length);
}, 60_000);
