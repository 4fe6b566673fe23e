import { Agent, createServer, get, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createDrain, type Drain } from "./drain";

let server: Server;
const agents: Agent[] = [];
afterEach(() => {
  for (const agent of agents.splice(0)) agent.destroy();
  server.closeAllConnections();
  server.close();
});

/** A server whose calls end when the test says so. */
async function start(drainMs: number) {
  const running: ServerResponse[] = [];
  const lines: string[] = [];
  let idle: (() => void) | null = null;
  let isDraining = false;
  let aborted = 0;
  server = createServer((_request, response) => {
    if (isDraining) return void response.writeHead(503).end("shutting_down");
    running.push(response);
    response.once("close", () => {
      running.splice(running.indexOf(response), 1);
      if (running.length === 0) idle?.();
    });
  });
  let isNotReady = false;
  const drain: Drain = createDrain({
    server,
    drainMs,
    setDraining: () => {
      isNotReady = true;
    },
    say: (line) => void lines.push(line),
    gateway: {
      drain: () => {
        isDraining = true;
      },
      abortAll: () => {
        aborted += running.length;
        for (const response of running) response.destroy();
      },
      idle: () => (running.length === 0 ? Promise.resolve() : new Promise((resolve) => (idle = resolve))),
      inflight: () => running.length,
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = (server.address() as AddressInfo).port;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agents.push(agent);
  const ask = (own = agent) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      get({ port, host: "127.0.0.1", agent: own }, (response) => resolve(response.resume())).once("error", reject);
    });
  return { drain, running, ask, lines, isNotReady: () => isNotReady, aborted: () => aborted };
}

const until = async (isTrue: () => boolean) => expect.poll(isTrue, { timeout: 3_000, interval: 5 }).toBe(true);

test("a drain lets a running call end, says Connection: close, and takes no new connection", async () => {
  const stage = await start(10_000);
  const reply = stage.ask();
  await until(() => stage.running.length === 1);
  const done = stage.drain.run(0);
  expect(stage.isNotReady()).toBe(true);
  await expect(stage.ask(new Agent())).rejects.toThrow(/ECONNREFUSED/);
  stage.running[0]?.end("late");
  expect((await reply).headers.connection).toBe("close");
  await done;
  expect(stage.aborted()).toBe(0);
  expect(stage.lines).toEqual([]);
});

test("an idle connection does not hold the drain up", async () => {
  const stage = await start(10_000);
  const reply = stage.ask();
  await until(() => stage.running.length === 1);
  stage.running[0]?.end();
  await reply;
  const startedAt = performance.now();
  await stage.drain.run(0);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});

test("what outlasts the drain time is cut, and the number is told", async () => {
  const stage = await start(50);
  const broken = expect(stage.ask()).rejects.toThrow();
  await until(() => stage.running.length === 1);
  await stage.drain.run(0);
  await broken;
  expect(stage.aborted()).toBe(1);
  expect(stage.lines).toEqual(["Cutting 1 running requests"]);
});

test("hurrying ends the waiting at once", async () => {
  const stage = await start(60_000);
  const broken = expect(stage.ask()).rejects.toThrow();
  await until(() => stage.running.length === 1);
  const done = stage.drain.run(30_000);
  stage.drain.hurry();
  await done;
  await broken;
});

test("the delay serves on: a new connection is taken while it runs", async () => {
  const stage = await start(10_000);
  const done = stage.drain.run(60_000);
  const reply = stage.ask();
  await until(() => stage.running.length === 1);
  expect(stage.isNotReady()).toBe(true);
  stage.running[0]?.end();
  expect((await reply).statusCode).toBe(200);
  stage.drain.hurry();
  await done;
});
