import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buildChannel, buildGatewayDeps } from "@test/build-deps";
import { buildOperations, type TestOperations } from "@test/build-operations";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "@/lib/clock";
import type { Actor } from "@/operations/operation";
import { createCallerAddress } from "@/runtime/caller-address";
import { authSource } from "@/stores/postgres/auth-source";
import { nodeAdapter } from "@/transport/node-adapter";
import { createGateway } from "./gateway";

/*
 * Test 36 and SEC32: address lists as an admin writes them, judged for real connections. All of these come from loopback, so that callers are
 * told apart by what proxies forward.
 */

let operations: TestOperations;
let admin: Actor;
let secret: string;
let ids: { users: number; keys: number };
const servers: Server[] = [];

/** The port of a gateway that trusts these proxies and asks the database each time. */
async function listen(trusted: readonly string[]): Promise<number> {
  const { deps } = buildGatewayDeps({
    channels: [buildChannel({ baseUrl: "http://127.0.0.1:1" })],
    callerAddress: createCallerAddress(trusted),
  });
  const auth = { get: authSource(operations.database).findByDigest, follow() {} };
  const options = { clock: systemClock, bodyLimit: 65_536, bodyBudget: 1_048_576, clientStallMs: 5_000 };
  const listener = nodeAdapter(createGateway({ ...deps, auth }), options);
  const server = createServer((request, response) => void listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, "::", resolve));
  servers.push(server);
  return (server.address() as AddressInfo).port;
}

async function run<Output>(name: string, input: object): Promise<Output> {
  return (await operations.run(name, input, admin)).output as Output;
}

type Lists = { ipAllow?: readonly string[]; ipDeny?: readonly string[] };

/** Writes the lists of the key and the user as an admin does. */
async function write(lists: { keys?: Lists; users?: Lists }): Promise<void> {
  for (const noun of ["keys", "users"] as const) {
    const id = ids[noun];
    const { version } = await run<{ version: number }>(`${noun}.get`, { id });
    await run(`${noun}.update`, { id, version, ipAllow: [], ipDeny: [], ...lists[noun] });
  }
}

/** Status and code of a list of models. */
async function ask(port: number, forwardedFor: string | null = null, host = "127.0.0.1") {
  const forwarded: Record<string, string> = forwardedFor === null ? {} : { "x-forwarded-for": forwardedFor };
  const headers = { authorization: `Bearer ${secret}`, ...forwarded };
  const reply = await fetch(`http://${host}:${port}/v1/models`, { headers });
  await reply.text();
  return reply.status === 200 ? "open" : `${reply.status} ${reply.headers.get("x-sluice-code")}`;
}
const REFUSED = "403 ip_not_allowed";

beforeAll(async () => {
  operations = await buildOperations();
  admin = await operations.signUp("admin", "root");
  const { id } = await run<{ id: number }>("users.create", { name: "ada" });
  const made = await run<{ key: { id: number }; secret: string }>("keys.create", { userId: id, name: "laptop" });
  ids = { users: id, keys: made.key.id };
  secret = made.secret;
});
afterAll(async () => {
  for (const server of servers) server.close();
  await operations.database.drop();
});

test("without lists every address may call", async () => {
  const port = await listen([]);
  expect(await ask(port)).toBe("open");
  expect(await ask(port, "203.0.113.9")).toBe("open");
});

test("a peer that is no trusted proxy is judged by its own address, whatever it claims", async () => {
  const port = await listen([]);
  await write({ keys: { ipAllow: ["198.51.100.0/24"] } });
  expect(await ask(port, "198.51.100.7")).toBe(REFUSED);
  await write({ keys: { ipAllow: ["127.0.0.1"] } });
  expect(await ask(port, "203.0.113.9")).toBe("open"); // a socket of both families tells ::ffff:127.0.0.1
  expect(await ask(port, null, "[::1]")).toBe(REFUSED);
  await write({ keys: { ipAllow: ["::1"] } });
  expect(await ask(port, null, "[::1]")).toBe("open");
});

test.each<[string, { keys?: Lists; users?: Lists }, string, string]>([
  ["a network of IPv4", { keys: { ipAllow: ["203.0.113.0/24"] } }, "203.0.113.9", "open"],
  ["a neighbour of a network", { keys: { ipAllow: ["203.0.113.0/24"] } }, "203.0.114.0", REFUSED],
  ["all of IPv4", { keys: { ipAllow: ["0.0.0.0/0"] } }, "203.0.113.9", "open"],
  ["IPv6 where IPv4 is allowed", { keys: { ipAllow: ["0.0.0.0/0"] } }, "2001:db8::1", REFUSED],
  ["one address of IPv4", { keys: { ipAllow: ["203.0.113.9/32"] } }, "203.0.113.8", REFUSED],
  ["one address of IPv6", { keys: { ipAllow: ["2001:db8::1/128"] } }, "2001:DB8:0::1", "open"],
  ["IPv4 inside IPv6", { keys: { ipAllow: ["::ffff:203.0.113.0/120"] } }, "::ffff:203.0.113.9", "open"],
  ["deny over allow", { keys: { ipAllow: ["0.0.0.0/0"], ipDeny: ["203.0.113.9"] } }, "203.0.113.9", REFUSED],
  [
    "the user's list beside the key's",
    { keys: { ipAllow: ["::/0", "0.0.0.0/0"] }, users: { ipDeny: ["203.0.113.9"] } },
    "203.0.113.9",
    REFUSED,
  ],
  ["the user's allow list", { users: { ipAllow: ["198.51.100.0/24"] } }, "203.0.113.9", REFUSED],
  [
    "what the client made up before two trusted proxies",
    { keys: { ipAllow: ["203.0.113.9"] } },
    "203.0.113.9, 198.51.100.7, 10.0.0.2",
    REFUSED,
  ],
  [
    "the client before two trusted proxies",
    { keys: { ipAllow: ["198.51.100.7"] } },
    "203.0.113.9, 198.51.100.7, 10.0.0.2",
    "open",
  ],
])("behind trusted proxies: %s", async (...[, lists, forwardedFor, expected]) => {
  const port = await listen(["127.0.0.0/8", "10.0.0.0/8"]);
  await write(lists);
  expect(await ask(port, forwardedFor)).toBe(expected);
});
