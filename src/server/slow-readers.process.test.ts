import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  FLOOD_HEADER,
  FLOOD_TOKENS,
  type FloodUpstream,
  floodOf,
  startFloodUpstream,
  untilBlocked,
} from "@test/setup/flood-upstream";
import { openStage, type Stage } from "@test/setup/open-stage";
import { openSlowReader, type SlowReader } from "@test/setup/slow-reader";
import type { RunningProcess } from "@test/setup/start-process";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";

// Back-pressure through a whole process (protocols-and-pricing.md T4, T15, acceptance test 16). No clock paces a client: each takes its next bite
// once its upstream is stopped by what it has not taken yet.
const KEY = "sk-sluice-slowslowslowslowslowslowslowslowslowslow1";
const KIB = 1024;
const MIB = 1024 * KIB;
const READERS = 200;
/** What one client may cost that takes less than its upstream gives (acceptance test 16). */
const GROWTH_OF_ONE_MIB = 32;
/** What 200 may cost. Streams that do not wait for their ceilings took 300, those that wait for nothing all they were sent. */
const GROWTH_OF_ALL_MIB = 220;

/** However busy the machine is, no client of these tests has stalled. */
const PATIENT = { SLUICE_CLIENT_STALL_MS: "3600000" };

type Row = { readonly outcome: string; readonly source: string; readonly tokens: number };

let stage: Stage;
let upstream: FloodUpstream;
let gateway: RunningProcess;
/** Entries of the tests before. */
let earlier = 0;

beforeAll(async () => {
  upstream = await startFloodUpstream();
  stage = await openStage({ keys: [KEY] });
  const channel = { name: "up", protocols: ["openai-chat"], baseUrl: upstream.url, credential: "upstream" };
  await stage.provision({ channels: [{ ...channel, models: ["gpt-4o"], onDisconnect: "abort" }] });
}, 60_000);
afterAll(async () => {
  await stage.close();
  await upstream.close();
});
beforeEach(async () => {
  upstream.forget();
  earlier = 0;
  earlier = (await rows()).length;
});
afterEach(() => gateway.end("SIGTERM"));

const open = (kib: number, stream = true): Promise<SlowReader> =>
  openSlowReader({
    url: `${gateway.url}/v1/chat/completions`,
    headers: { authorization: `Bearer ${KEY}`, [FLOOD_HEADER]: String(kib) },
    body: JSON.stringify({
      ...{ model: "gpt-4o", max_tokens: 100_000_000, messages: [{ role: "user", content: "All of it, please." }] },
      ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
    }),
  });

/** Resident memory of the gateway, MiB. */
const rssMib = () =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${gateway.pid}/status`, "utf8"))?.[1] ?? Number.NaN) / KIB;

function digestOf(kib: number, stream = true): string {
  const hash = createHash("sha256");
  for (const part of floodOf(kib, stream)) hash.update(part);
  return hash.digest("hex");
}

/** What the ledger says of this test. */
const rows = (): Promise<readonly Row[]> =>
  stage.sql(
    (sql) => sql<Row[]>`
      select outcome, cost_source as source, tokens::int as tokens from usage_ledger order by id offset ${earlier}`,
  );
const untilRows = (count: number) =>
  vi.waitFor(async () => expect(await rows()).toHaveLength(count), { timeout: 30_000, interval: 100 });
const PAID: Row = { outcome: "ok", source: "upstream", tokens: FLOOD_TOKENS.input + FLOOD_TOKENS.output };

/** A client that keeps up, so that the process has the memory that it works with; returns the most that was seen, MiB. */
async function warmUp(kib: number, stream = true): Promise<number> {
  const reader = await open(kib, stream);
  let most = 0;
  while (reader.end === "open") {
    await reader.take(MIB);
    most = Math.max(most, rssMib());
  }
  expect(reader.end).toBe("whole");
  return most;
}

/** Takes all of the last reply bite by bite, each when the upstream has stopped; returns the most memory that was seen, MiB. */
async function takeSlowly(reader: SlowReader): Promise<number> {
  const reply = upstream.replies.at(-1);
  if (reply === undefined) throw new Error("nothing was asked of the upstream");
  let most = 0;
  while (reader.end === "open") {
    await untilBlocked(reply);
    expect(reply.sent - reader.taken).toBeLessThan(GROWTH_OF_ONE_MIB * MIB);
    most = Math.max(most, rssMib());
    await reader.take(MIB);
  }
  return most;
}

const ONE = [
  { what: "200 MiB of a stream pass", kib: 200 * KIB, stream: true },
  { what: "60 MiB of a plain reply pass, charged by the usage at its end (T15),", kib: 60 * KIB, stream: false },
];
test.each(ONE)(
  "a client that is slower than its upstream makes that wait: $what through 32 MiB without a loss",
  async ({ kib, stream }) => {
    gateway = await stage.start("data", PATIENT);
    const idle = await warmUp(kib, stream);
    const reader = await open(kib, stream);
    const most = await takeSlowly(reader);
    expect(reader.digest()).toBe(digestOf(kib, stream));
    expect(most - idle).toBeLessThan(GROWTH_OF_ONE_MIB);
    await untilRows(2);
    expect(await rows()).toEqual([PAID, PAID]);
  },
  180_000,
);

test("two hundred slow clients at once cost what their streams may keep, and each gets all of it", async () => {
  const kib = 6 * KIB;
  gateway = await stage.start("data", PATIENT);
  const idle = await warmUp(16 * KIB);
  const readers = await Promise.all(Array.from({ length: READERS }, () => open(kib)));
  let most = 0;
  for (let open = readers; open.length > 0; open = open.filter(({ end }) => end === "open")) {
    await Promise.all(upstream.replies.slice(1).map(untilBlocked));
    most = Math.max(most, rssMib());
    await Promise.all(open.map((reader) => reader.take(MIB)));
  }
  expect(new Set(readers.map(({ end }) => end))).toEqual(new Set(["whole"]));
  expect(new Set(readers.map((reader) => reader.digest()))).toEqual(new Set([digestOf(kib)]));
  expect(most - idle).toBeLessThan(GROWTH_OF_ALL_MIB);
  await untilRows(READERS + 1);
  expect(await rows()).toEqual(Array(READERS + 1).fill(PAID));
}, 300_000);

test("a client that takes nothing for SLUICE_CLIENT_STALL_MS is cut and counts as one that left", async () => {
  gateway = await stage.start("data", { SLUICE_CLIENT_STALL_MS: "1000" });
  const reader = await open(64 * KIB);
  await untilRows(1);
  expect(await rows()).toMatchObject([{ outcome: "client_aborted", source: "estimated" }]);
  await vi.waitFor(() => expect(upstream.replies).toMatchObject([{ isClosed: true, isComplete: false }]));
  await reader.take(Number.POSITIVE_INFINITY);
  expect(reader.end).toBe("broken");
  expect(reader.taken).toBeLessThan(64 * MIB);
}, 60_000);
