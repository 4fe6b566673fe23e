import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { openStage, type Stage } from "@test/setup/open-stage";
import type { RunningProcess } from "@test/setup/start-process";
import { afterAll, beforeAll, expect, test } from "vitest";

// Stored responses over HTTP on two replicas (protocols-and-pricing.md N5): whose they are outlives Redis, and is never guessed.
const OWN = `sk-sluice-${"o".repeat(43)}`;
const OTHER = `sk-sluice-${"p".repeat(43)}`;

/** An upstream that stores every response under an id of its own, and writes down what it was asked. */
type Keeper = { readonly server: Server; readonly url: string; readonly asked: string[] };

async function openKeeper(name: string): Promise<Keeper> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    request.resume().on("end", () => {
      const id = `resp_${name}_${asked.length}`;
      response.setHeader("content-type", "application/json");
      const usage = { input_tokens: 10, output_tokens: 5 };
      response.end(JSON.stringify({ id, object: "response", status: "completed", store: true, usage }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

let stage: Stage;
let keepers: readonly Keeper[];
let one: RunningProcess;
let two: RunningProcess;
beforeAll(async () => {
  keepers = await Promise.all([openKeeper("a"), openKeeper("b")]);
  stage = await openStage({ keys: [OWN], redis: true });
  await stage.provision({
    channels: keepers.map(({ url }, index) => ({
      ...{ name: `keeper ${index}`, protocols: ["openai-responses"], baseUrl: url, credential: "upstream" },
      models: ["gpt-4o"],
    })),
    users: [
      { name: "load", role: "user" },
      { name: "eve", role: "user" },
    ],
    keys: [
      { user: "load", name: "key 0", secret: OWN },
      { user: "eve", name: "other", secret: OTHER },
    ],
  });
  [one, two] = await Promise.all([stage.start("one"), stage.start("two")]);
}, 120_000);
afterAll(async () => {
  await stage.close();
  for (const { server } of keepers) server.close();
});

async function call(gateway: RunningProcess, path: string, { key = OWN, method = "POST", body = {} } = {}) {
  const reply = await fetch(`${gateway.url}/v1/responses${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(method === "POST" ? { body: JSON.stringify({ model: "gpt-4o", input: "hi", ...body }) } : {}),
  });
  const told = (await reply.json()) as { readonly id?: string };
  return { status: reply.status, code: reply.headers.get("x-sluice-code"), id: told.id ?? "" };
}
const flushed = () => stage.redis.run((client) => client.flushall());
const homes = () =>
  stage.sql(async (sql) => Number((await sql`select count(*) as count from response_homes`)[0]?.count));

test("a response binds on another replica, after a flush of Redis, to its channel and its user", async () => {
  const made = await call(one, "");
  expect(made.status).toBe(200);
  await expect.poll(homes).toBe(1);
  await flushed();
  const home = keepers.find(({ asked }) => asked.length > 0);
  for (let turn = 0; turn < 6; turn++) {
    expect((await call(two, "", { body: { previous_response_id: made.id } })).status).toBe(200);
    expect((await call(two, `/${made.id}`, { method: "GET" })).status).toBe(200);
  }
  expect(home?.asked).toHaveLength(13);
  expect(keepers.map(({ asked }) => asked.length).toSorted((a, b) => a - b)).toEqual([0, 13]);
  await flushed();
  for (const gateway of [one, two]) {
    const reads = { key: OTHER, method: "GET" };
    expect(await call(gateway, `/${made.id}`, reads)).toMatchObject({ status: 404, code: "response_not_found" });
    const goesOn = { key: OTHER, body: { previous_response_id: made.id } };
    expect(await call(gateway, "", goesOn)).toMatchObject({ status: 404, code: "response_not_found" });
  }
  expect(home?.asked).toHaveLength(13);
}, 60_000);

test("a home that nobody can read lets nobody in; one that this replica made is known to it", async () => {
  const made = await call(one, "");
  await expect.poll(homes).toBeGreaterThan(1);
  expect((await call(two, `/${made.id}`, { method: "GET" })).status).toBe(200);
  const before = keepers.flatMap(({ asked }) => asked).length;
  await stage.stopDatabase();
  await flushed();
  for (const key of [OWN, OTHER]) {
    const told = await call(two, `/${made.id}`, { key, method: "GET" });
    expect(told).toMatchObject({ status: 503, code: "auth_unavailable" });
    const goesOn = await call(two, "", { key, body: { previous_response_id: made.id } });
    expect(goesOn).toMatchObject({ status: 503, code: "auth_unavailable" });
  }
  expect(keepers.flatMap(({ asked }) => asked)).toHaveLength(before);
  expect((await call(one, `/${made.id}`, { method: "GET" })).status).toBe(200);
  expect(await call(one, `/${made.id}`, { key: OTHER, method: "GET" })).toMatchObject({ status: 404 });
}, 60_000);
