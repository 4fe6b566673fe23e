import { openStage, type Stage } from "@test/setup/open-stage";
import type { RunningProcess } from "@test/setup/start-process";
import { type TappedPostgres, tapPostgres } from "@test/setup/tapped-postgres";
import { Pool } from "undici";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

// What keys cost the database, over HTTP on a real process (channels-and-rates.md A2, A6, A8 and tests 33 and 35).
const secretOf = (number: number) => `sk-sluice-${String(number).padStart(43, "k")}`;
const PLAIN = secretOf(1);
const GOVERNED = secretOf(2);
const COLD = secretOf(3);
/** What only a look-up of a key says. */
const LOOKUP = 'from "key_secrets"';

let stage: Stage;
let line: TappedPostgres;
let gateway: RunningProcess;
let pool: Pool;
beforeAll(async () => {
  stage = await openStage({ keys: [PLAIN, COLD], redis: true });
  await stage.provision({
    userGroups: [{ name: "vip", rpm: 100_000 }],
    users: [
      { name: "load", role: "user" },
      { name: "ada", role: "user", groups: ["vip"], rpm: 90_000, rpmOverrides: { vip: 80_000 }, maxConcurrent: 500 },
    ],
    keys: [
      { user: "load", name: "key 0", secret: PLAIN },
      { user: "load", name: "key 1", secret: COLD },
      { user: "ada", name: "governed", secret: GOVERNED },
    ],
    limits: [{ subject: "user:ada", target: "global", amount: "100", window: "daily", unit: "usd" }],
  });
  line = await tapPostgres(stage.databaseUrl);
  gateway = await stage.start("gateway", { DATABASE_URL: line.url, SLUICE_TRUSTED_PROXIES: "127.0.0.1" });
  pool = new Pool(gateway.url, { connections: 500, pipelining: 1, allowH2: false });
}, 60_000);
afterAll(async () => {
  await pool.destroy();
  await stage.close();
  line.close();
});

/** Every key is tried from an address of its own, so that none is refused for what others tried. */
function addressOf(key: string): string {
  const number = Number(/\d+$/.exec(key)?.[0]);
  return `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
}

/** Status and code of one call. */
async function call(key: string, address = addressOf(key)): Promise<string> {
  const reply = await pool.request({
    ...{ path: "/v1/chat/completions", method: "POST" },
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${key}`,
      "x-forwarded-for": address,
    },
    body: JSON.stringify({ model: "gpt-4o", max_tokens: 5, messages: [{ role: "user", content: "Who is it?" }] }),
  });
  await reply.body.dump();
  return reply.statusCode === 200 ? "served" : `${reply.statusCode} ${reply.headers["x-sluice-code"]}`;
}

/** The answers to calls, `width` at a time. */
async function callAll(keys: readonly string[], width: number): Promise<Readonly<Record<string, number>>> {
  const told: Record<string, number> = {};
  let next = 0;
  const worker = async () => {
    while (next < keys.length) {
      const answer = await call(keys[next++] ?? "");
      told[answer] = (told[answer] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return told;
}

test("500 first calls of one key at once are one look-up", async () => {
  line.count(LOOKUP);
  expect(await callAll(Array(500).fill(COLD), 500)).toEqual({ served: 500 });
  expect(line.count(LOOKUP)).toBe(1);
}, 60_000);

test("1,000 calls of known keys are none, with and without group, rates, override, limit and cap", async () => {
  expect(await callAll([PLAIN, GOVERNED], 1)).toEqual({ served: 2 });
  expect(line.count(LOOKUP)).toBeGreaterThan(0);
  const keys = Array.from({ length: 1_000 }, (_, index) => (index % 2 === 0 ? PLAIN : GOVERNED));
  expect(await callAll(keys, 20)).toEqual({ served: 1_000 });
  expect(line.count(LOOKUP)).toBe(0);
}, 60_000);

test("unknown keys cost one look-up each and leave the known ones where they are", async () => {
  const unknown = Array.from({ length: 500 }, (_, index) => secretOf(10_000 + index));
  expect(await callAll([PLAIN, GOVERNED], 1)).toEqual({ served: 2 }); // young enough for what follows
  await vi.waitFor(() => expect(line.count(LOOKUP)).toBe(0));
  expect(await callAll(unknown, 40)).toEqual({ "401 invalid_key": 500 });
  expect(line.count(LOOKUP)).toBe(500);
  expect(await callAll([...unknown.slice(-100), PLAIN, GOVERNED], 10)).toEqual({ "401 invalid_key": 100, served: 2 });
  expect(line.count(LOOKUP)).toBe(0);
}, 60_000);

test("one address may try 100 unknown keys in a minute; then none is looked up, and known keys are served", async () => {
  const address = "192.0.2.7";
  expect(await call(PLAIN, address)).toBe("served");
  line.count(LOOKUP);
  const told: string[] = [];
  for (let index = 0; index < 120; index++) told.push(await call(secretOf(20_000 + index), address));
  expect(told.filter((answer) => answer === "401 invalid_key")).toHaveLength(100);
  expect(told.slice(100)).toEqual(Array(20).fill("429 auth_attempts_exceeded"));
  expect(line.count(LOOKUP)).toBe(100);
  expect(await call(PLAIN, address)).toBe("served");
}, 60_000);

test("more look-ups at once than the database should bear are refused as overloaded, known keys are not", async () => {
  expect(await call(PLAIN)).toBe("served");
  const many = Array.from({ length: 480 }, (_, index) => secretOf(50_000 + index));
  const [told, known] = await Promise.all([callAll(many, 480), callAll(Array(20).fill(PLAIN), 20)]);
  expect(known).toEqual({ served: 20 });
  expect(Object.keys(told).filter((answer) => !["401 invalid_key", "503 auth_overloaded"].includes(answer))).toEqual(
    [],
  );
}, 60_000);

describe("while PostgreSQL is down", () => {
  test("known keys are served, unknown ones are not judged; afterwards they are", async () => {
    expect(await callAll([PLAIN, GOVERNED], 1)).toEqual({ served: 2 });
    await stage.stopDatabase();
    expect(await callAll([PLAIN, GOVERNED, secretOf(99_999)], 1)).toEqual({ served: 2, "503 auth_unavailable": 1 });
    await stage.startDatabase();
    await vi.waitFor(async () => expect(await call(secretOf(99_999))).toBe("401 invalid_key"), 20_000);
    expect(await call(PLAIN)).toBe("served");
  }, 60_000);
});
