import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createRedisConnection, judgeServer, type RedisConnection } from "./client";

let server: ChildProcess | null = null;
let connection: RedisConnection | null = null;
afterEach(async () => {
  await connection?.close();
  server?.kill("SIGKILL");
  server = null;
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

async function startRedis(...settings: readonly string[]): Promise<number> {
  const port = await freePort();
  const child = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", "", ...settings]);
  server = child;
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.stdout.on("data", (chunk: Buffer) => chunk.includes("Ready to accept connections") && resolve());
  });
  return port;
}

const check = (url: string) => {
  connection = createRedisConnection(url);
  return connection.check();
};

test("a server of today with noeviction is ready", async () => {
  const port = await startRedis();
  expect(await check(`redis://127.0.0.1:${port}`)).toEqual({ kind: "ready" });
  expect(connection?.isUp()).toBe(true);
});

test("a wrong password and a missing one are wrong configuration, and are not told", async () => {
  const port = await startRedis("--requirepass", "right");
  const wrong = await check(`redis://:hunter2@127.0.0.1:${port}`);
  expect(wrong).toMatchObject({ kind: "wrong", line: expect.stringContaining("REDIS_URL") });
  expect(JSON.stringify(wrong)).not.toContain("hunter2");
  await connection?.close();
  expect(await check(`redis://127.0.0.1:${port}`)).toMatchObject({ kind: "wrong" });
});

test("a server that evicts keys is wrong configuration", async () => {
  const port = await startRedis("--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru");
  expect(await check(`redis://127.0.0.1:${port}`)).toMatchObject({
    kind: "wrong",
    line: expect.stringContaining("allkeys-lru"),
  });
});

test("a server that does not listen is down, and comes back by itself", async () => {
  const port = await freePort();
  expect(await check(`redis://127.0.0.1:${port}`)).toEqual({ kind: "down" });
  expect(connection?.isUp()).toBe(false);
  const child = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", ""]);
  server = child;
  await expect.poll(() => connection?.isUp(), { timeout: 10_000 }).toBe(true);
});

test("a host that does not exist is wrong configuration", async () => {
  expect(await check("redis://no-such-host.invalid:6379")).toMatchObject({ kind: "wrong" });
});

test.each([
  ["redis_version:6.2.14\r\nmaxmemory_policy:noeviction\r\n", "wrong"],
  ["redis_version:7.2.4\r\nmaxmemory_policy:noeviction\r\n", "ready"],
  ["redis_version:8.0.1\r\n", "ready"],
  ["", "wrong"],
])("INFO %j is %s", (info, kind) => {
  expect(judgeServer(info).kind).toBe(kind);
});
