import { freePort, startRedis as startServer } from "@test/setup/start-redis";
import { startRedisCluster, type TestRedisCluster } from "@test/setup/start-redis-cluster";
import { afterEach, expect, test } from "vitest";
import { createRedisConnection, judgeServer, type RedisConnection } from "./client";

let stops: (() => void)[] = [];
let connection: RedisConnection | null = null;
afterEach(async () => {
  await connection?.close();
  for (const stop of stops) stop();
  stops = [];
});

async function startRedis(...settings: readonly string[]): Promise<number> {
  const { url, stop } = await startServer(...settings);
  stops.push(stop);
  return Number(new URL(url).port);
}

async function startCluster(...settings: readonly string[]): Promise<TestRedisCluster> {
  const cluster = await startRedisCluster(...settings);
  stops.push(cluster.stop);
  return cluster;
}

const check = (...urls: readonly string[]) => {
  connection = createRedisConnection(urls);
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
  await startRedis("--port", String(port));
  await expect.poll(() => connection?.isUp(), { timeout: 10_000 }).toBe(true);
});

test("a host that does not exist is wrong configuration", async () => {
  expect(await check("redis://no-such-host.invalid:6379")).toMatchObject({ kind: "wrong" });
});

test("a cluster is ready when two of its nodes are named, and finds the others", async () => {
  const { urls, onEach } = await startCluster();
  expect(await check(...urls.slice(0, 2))).toEqual({ kind: "ready" });
  const keys = Array.from({ length: 30 }, (_, index) => `sl:test:${index}`);
  await Promise.all(keys.map((key) => connection?.client.set(key, "1", "EX", 60)));
  const sizes = await onEach((node) => node.dbsize());
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(keys.length);
  expect(sizes.every((size) => size > 0)).toBe(true);
});

test("one node of a cluster alone is wrong configuration, and so are servers that are no cluster", async () => {
  const { urls } = await startCluster();
  expect(await check(...urls.slice(0, 1))).toMatchObject({ kind: "wrong", line: expect.stringContaining("cluster") });
  await connection?.close();
  const ports = [await startRedis(), await startRedis()];
  const several = ports.map((port) => `redis://127.0.0.1:${port}`);
  expect(await check(...several)).toMatchObject({ kind: "wrong", line: expect.stringContaining("no cluster") });
});

test("a wrong password of a cluster and a node that evicts keys are wrong configuration", async () => {
  const { urls } = await startCluster("--requirepass", "right", "--maxmemory-policy", "allkeys-lru");
  const named = (password: string) => urls.map((url) => url.replace("//", `//:${password}@`));
  const wrong = await check(...named("hunter2"));
  expect(wrong).toMatchObject({ kind: "wrong", line: expect.stringContaining("password") });
  expect(JSON.stringify(wrong)).not.toContain("hunter2");
  await connection?.close();
  expect(await check(...named("right"))).toMatchObject({ kind: "wrong", line: expect.stringContaining("allkeys-lru") });
});

test("a cluster of which no node listens is down", async () => {
  const urls = [`redis://127.0.0.1:${await freePort()}`, `redis://127.0.0.1:${await freePort()}`];
  expect(await check(...urls)).toEqual({ kind: "down" });
  expect(connection?.isUp()).toBe(false);
});

test.each([
  ["redis_version:6.2.14\r\nmaxmemory_policy:noeviction\r\n", "wrong"],
  ["redis_version:7.2.4\r\nmaxmemory_policy:noeviction\r\n", "ready"],
  ["redis_version:8.0.1\r\n", "ready"],
  ["", "wrong"],
])("INFO %j is %s", (info, kind) => {
  expect(judgeServer(info).kind).toBe(kind);
});
