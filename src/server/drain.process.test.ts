import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEmptyDatabase, dropDatabase } from "@test/build-database";
import { type RunningProcess, runProcess, startProcess } from "@test/setup/start-process";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type ScriptedUpstream, startScriptedUpstream } from "../../bench/upstream/scripted-upstream";

// The built product under signals; role `gateway`, so that no pages have to load.
const KEY = "sk-sluice-drainingdrainingdrainingdrainingdrainin";

let folder = "";
let database = "";
let upstream: ScriptedUpstream;
let gateway: RunningProcess | null = null;

const env = (more: Record<string, string> = {}) => ({
  PORT: "0",
  SLUICE_HOST: "127.0.0.1",
  SLUICE_ROLE: "gateway",
  SLUICE_DATA_DIR: join(folder, "data"),
  SLUICE_CONFIG: join(folder, "sluice.json"),
  SLUICE_SECRET: "process-test-secret-process-test-secret-3",
  SLUICE_UPSTREAM_PRIVATE: "allow",
  DATABASE_URL: database,
  ...more,
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sluice-drain-"));
  upstream = await startScriptedUpstream({ defaults: { inputTokens: 100, outputTokens: 50 } });
  database = await createEmptyDatabase();
  const configuration = {
    channels: [
      { name: "up", protocols: ["openai-chat"], baseUrl: upstream.url, credential: "upstream", models: ["gpt-4o"] },
    ],
    users: [{ name: "load", role: "user" }],
    keys: [{ user: "load", name: "load", secret: KEY }],
  };
  writeFileSync(join(folder, "sluice.json"), JSON.stringify(configuration));
  expect(await runProcess({ entry: "migrate", env: env() })).toMatchObject({ code: 0 });
}, 60_000);
afterEach(async () => {
  await gateway?.end("SIGKILL");
  gateway = null;
});
afterAll(async () => {
  await upstream.close();
  await dropDatabase(database);
  rmSync(folder, { recursive: true, force: true });
});

async function start(more: Record<string, string> = {}): Promise<RunningProcess> {
  gateway = await startProcess({ env: env(more) });
  return gateway;
}

/** A streamed call, read to whatever end it takes. */
function call(url: string, script: string): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${KEY}`, "x-upstream-script": script },
    body: JSON.stringify({ model: "gpt-4o", stream: true, messages: [{ role: "user", content: "Hello" }] }),
  });
}

const untilClosed = (url: string) =>
  expect.poll(async () => (await fetch(`${url}/healthz`).catch(() => null))?.status ?? "closed").toBe("closed");

const LONG = "chunks=400;intervalMs=50";
const signal = (name: NodeJS.Signals) => process.kill(gateway?.pid ?? 0, name);

test("the delay of SIGTERM serves on while /readyz already says draining", { timeout: 30_000 }, async () => {
  const { url, ended } = await start({ SLUICE_DRAIN_DELAY_MS: "1500" });
  signal("SIGTERM");
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(503);
  expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: "draining", codes: ["draining"] });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  const reply = await call(url, "chunks=2;intervalMs=1");
  expect(await reply.text()).toContain("[DONE]");
  expect(await ended()).toBe(0);
});

test("SIGINT knows no delay, and lets a running stream end", { timeout: 30_000 }, async () => {
  const { url, ended } = await start({ SLUICE_DRAIN_DELAY_MS: "20000" });
  const reply = await call(url, "chunks=20;intervalMs=40");
  signal("SIGINT");
  expect(await reply.text()).toContain("[DONE]");
  expect(await ended()).toBe(0);
});

test("what outlasts SLUICE_DRAIN_MS is ended by an error event, never by a cut that looks complete", {
  timeout: 30_000,
}, async () => {
  const { url, ended, output } = await start({ SLUICE_DRAIN_MS: "500" });
  const reply = await call(url, LONG);
  signal("SIGTERM");
  const text = await reply.text();
  expect(text).toContain("shutting_down");
  expect(text).not.toContain("[DONE]");
  expect(await ended()).toBe(0);
  expect(output()).toContain("Cutting 1 running requests");
});

test("a second signal ends the waiting, a third ends the process", { timeout: 30_000 }, async () => {
  const first = await start({ SLUICE_DRAIN_MS: "60000" });
  const reply = await call(first.url, LONG);
  signal("SIGTERM");
  await untilClosed(first.url);
  signal("SIGTERM");
  expect(await reply.text()).toContain("shutting_down");
  expect(await first.ended()).toBe(0);

  const second = await start({ SLUICE_DRAIN_DELAY_MS: "60000" });
  signal("SIGTERM");
  await expect.poll(async () => (await fetch(`${second.url}/readyz`)).status).toBe(503);
  // Signals of one kind merge while they are pending: different ones do not.
  signal("SIGHUP");
  signal("SIGINT");
  expect(await second.ended()).toBe(130);
});

test("a new call on an open connection is refused while the process drains", { timeout: 30_000 }, async () => {
  const { url, ended } = await start();
  const running = await call(url, "chunks=30;intervalMs=50");
  signal("SIGTERM");
  await untilClosed(url);
  await expect(call(url, "chunks=1")).rejects.toThrow();
  expect(await running.text()).toContain("[DONE]");
  expect(await ended()).toBe(0);
});

test("Redis that does not answer leaves the replica ready and degraded", { timeout: 30_000 }, async () => {
  const { url } = await start({ REDIS_URL: "redis://127.0.0.1:1" });
  expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: "degraded", codes: ["redis_down"] });
  expect(await (await call(url, "chunks=1;intervalMs=0")).text()).toContain("[DONE]");
});
