import { buildOperations, TEST_PASSWORD, type TestOperations } from "@test/build-operations";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApiClient } from "@/api-client/api-client";
import { OPERATIONS } from "@/operations/registry";
import { createRest } from "./create-rest";
import { createCallLimiter } from "./limit-calls";
import { openApiDocument } from "./openapi-document";

const ORIGIN = "http://localhost:3000";
const HEADERS = { host: "localhost:3000", origin: ORIGIN, "content-type": "application/json" };

let operations: TestOperations;
let rest: (request: Request) => Promise<Response>;
const cookies: Record<string, string> = {};
let userId = 0;
let made = 0;
const fresh = (word: string) => `${word}-${++made}`;
const perMinute = { now: 100_000 };

beforeAll(async () => {
  operations = await buildOperations();
  rest = createRest({
    operations: OPERATIONS,
    run: operations.run,
    currentAccount: operations.accounts.current,
    presentAccessToken: operations.presentAccessToken,
    openApiDocument: async () => openApiDocument({ operations: OPERATIONS, examples: {}, version: "0.0.0" }),
    publicUrl: () => null,
    liveChannels: { open: () => ({ close() {} }) } as never,
    limitCalls: createCallLimiter({ clock: operations.clock, perMinute: () => perMinute.now }),
    newRequestId: () => "req_1",
    reportFault: (error) => operations.faults.push(error),
  });
  for (const name of ["admin", "second"]) {
    await operations.signUp("admin", name);
    const body = JSON.stringify({ email: `${name}@example.com`, password: TEST_PASSWORD });
    const init = { method: "POST", headers: HEADERS, body };
    const reply = await operations.accounts.handle(new Request(`${ORIGIN}/api/auth/sign-in/email`, init));
    cookies[name] = reply.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  }
  ({ userId } = await operations.signUp("user", "owner"));
});
afterAll(() => operations.database.drop());

type Given = { key?: string; as?: string; method?: string };
async function send(path: string, body: unknown, { key, as = "admin", method = "POST" }: Given = {}) {
  const headers = {
    ...HEADERS,
    cookie: cookies[as] ?? "",
    ...(key === undefined ? {} : { "idempotency-key": key }),
  };
  const init = { method, headers, ...(method === "GET" ? {} : { body: JSON.stringify(body) }) };
  const reply = await rest(new Request(`${ORIGIN}/api/v1${path}`, init));
  return {
    status: reply.status,
    isReplayed: reply.headers.get("idempotency-replayed") === "true",
    version: reply.headers.get("x-sluice-config-version"),
    headers: reply.headers,
    body: await reply.json(),
  };
}
const countKeys = async (name: string) =>
  (await operations.ports.keys.list({ userId })).filter((key) => key.name === name).length;
const auditOf = async (operation: string) =>
  (await operations.audit()).filter((row) => row.operation === operation).length;

describe("a call with an idempotency key", () => {
  test("is done once however often it is sent, and every reply is the first one, secret included", async () => {
    const body = { userId, name: fresh("laptop") };
    const audited = await auditOf("keys.create");
    const first = await send("/keys", body, { key: "order 1" });
    const again = await send("/keys", { name: body.name, userId }, { key: "order 1" });
    expect([first.status, first.isReplayed, again.status, again.isReplayed]).toEqual([200, false, 200, true]);
    expect(again.body).toEqual(first.body);
    expect(again.version).toBe(first.version);
    expect(first.body.secret).toMatch(/^sk-sluice-/);
    expect([await countKeys(body.name), await auditOf("keys.create")]).toEqual([1, audited + 1]);
  });

  test("is done once when it is sent several times at once", async () => {
    const body = { userId, name: fresh("raced") };
    const replies = await Promise.all(Array.from({ length: 6 }, () => send("/keys", body, { key: "race" })));
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
    expect(new Set(replies.map((reply) => JSON.stringify(reply.body))).size).toBe(1);
    expect(replies.filter(({ isReplayed }) => !isReplayed)).toHaveLength(1);
    expect(await countKeys(body.name)).toBe(1);
  });

  test("is refused when its key named other input or another operation", async () => {
    await send("/users", { name: fresh("user") }, { key: "reused" });
    const other = await send("/users", { name: fresh("user") }, { key: "reused" });
    const elsewhere = await send("/user-groups", { name: fresh("group") }, { key: "reused" });
    expect([other, elsewhere].map(({ status, body }) => [status, body.code])).toEqual([
      [422, "idempotency_key_reused"],
      [422, "idempotency_key_reused"],
    ]);
  });

  test("that names another row in its path is another call", async () => {
    const ids = await Promise.all(
      [1, 2].map(async () => (await send("/keys", { userId, name: fresh("turned") })).body.key.id as number),
    );
    expect((await send(`/keys/${ids[0]}/rotate`, {}, { key: "turn" })).status).toBe(200);
    expect((await send(`/keys/${ids[1]}/rotate`, {}, { key: "turn" })).body.code).toBe("idempotency_key_reused");
  });

  test("that failed left nothing behind and may be tried again", async () => {
    const body = { name: fresh("group") };
    const { id } = (await send("/user-groups", body)).body;
    expect((await send("/user-groups", body, { key: "retry" })).body.code).toBe("name_taken");
    await send(`/user-groups/${id}`, {}, { method: "DELETE" });
    const retried = await send("/user-groups", body, { key: "retry" });
    expect([retried.status, retried.isReplayed]).toEqual([200, false]);
  });

  test("belongs to who sent it: the same key of another account is another call", async () => {
    const one = await send("/users", { name: fresh("user") }, { key: "mine" });
    const other = await send("/users", { name: fresh("user") }, { key: "mine", as: "second" });
    expect([one.status, other.status, other.isReplayed]).toEqual([200, 200, false]);
    expect(other.body.id).not.toBe(one.body.id);
  });

  test("gets no kept reply once its sender may not make the call any more", async () => {
    const admin = await operations.signUp("admin", "demoted");
    const input = { userId, name: fresh("kept") };
    await operations.run("keys.create", input, { ...admin, idempotencyKey: "kept" });
    const demoted = { ...admin, role: "user" as const, idempotencyKey: "kept" };
    await expect(operations.run("keys.create", input, demoted)).rejects.toMatchObject({ code: "forbidden" });
  });

  test("leaves no secret and no trace of its input that could be guessed in the database", async () => {
    const password = "a very common password";
    const { id } = (await send("/users", { name: fresh("guess"), email: `${fresh("guess")}@example.com` })).body;
    await send(`/users/${id}/password`, { password }, { key: "guess" });
    const { secret } = (await send("/keys", { userId, name: fresh("guess") }, { key: "guess too" })).body;
    const rows = await operations.database.sql<{ sealedReply: string }[]>`
      select sealed_reply as "sealedReply", * from idempotency_keys where key like 'guess%'`;
    expect(rows).toHaveLength(2);
    expect(Object.keys(rows[0] ?? {}).sort()).toEqual([
      ...["created_at", "key", "operation", "scope", "sealedReply", "sealed_reply"],
    ]);
    expect(rows.map(({ sealedReply }) => sealedReply.split(".")[0])).toEqual(["v1", "v1"]);
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect(JSON.stringify(rows)).not.toContain(password);
  });

  test.each([
    ["", "required"],
    ["x".repeat(256), "too_long"],
    ["clé", "invalid"],
    ["a\tb", "invalid"],
  ])("is refused when the key is %j", async (key, code) => {
    const { status, body } = await send("/users", { name: fresh("user") }, { key });
    expect([status, body.code, body.fields]).toEqual([422, "validation_failed", [{ path: "Idempotency-Key", code }]]);
  });

  test("may have a key of 255 characters", async () => {
    expect((await send("/users", { name: fresh("user") }, { key: "~".repeat(255) })).status).toBe(200);
  });

  test("runs each time where a repetition changes nothing anyway", async () => {
    const { id, version } = (await send("/users", { name: fresh("user") })).body;
    const patch = { version, name: fresh("renamed") };
    expect((await send(`/users/${id}`, patch, { key: "p", method: "PATCH" })).status).toBe(200);
    expect((await send(`/users/${id}`, patch, { key: "p", method: "PATCH" })).status).toBe(409);
  });

  test("can be made by the typed client", async () => {
    const sent: (string | null)[] = [];
    const client = createApiClient({
      baseUrl: ORIGIN,
      fetch: async (url, init) => {
        const headers = new Headers(init?.headers);
        sent.push(headers.get("idempotency-key"), headers.get("content-type"));
        for (const [name, value] of Object.entries({ ...HEADERS, cookie: cookies.admin ?? "" }))
          headers.set(name, value);
        return rest(new Request(url as string, { ...init, headers }));
      },
    });
    const input = { name: fresh("client") };
    const first = await client.call("users.create", input, { idempotencyKey: "client 1" });
    expect(await client.call("users.create", input, { idempotencyKey: "client 1" })).toEqual(first);
    expect(sent.slice(0, 2)).toEqual(["client 1", "application/json"]);
    const update = { id: first.id, version: 7, name: fresh("client") };
    await expect(client.call("users.update", update)).rejects.toMatchObject({
      code: "version_conflict",
      current: { id: first.id, version: 1, name: input.name },
    });
  });
});

describe("a version conflict", () => {
  test("tells in its problem what is there now", async () => {
    const { id } = (await send("/users", { name: fresh("user") })).body;
    const stale = await send(`/users/${id}`, { version: 9, name: fresh("user") }, { method: "PATCH" });
    expect([stale.status, stale.body.code]).toEqual([409, "version_conflict"]);
    expect(stale.body.current).toEqual((await send(`/users/${id}`, null, { method: "GET" })).body);
  });
});

describe("the rate of the API", () => {
  test("refuses an account above the setting with 429 and when to come back, and every reply tells how it stands", async () => {
    operations.clock.advance(60_000);
    perMinute.now = 10;
    const replies = [];
    for (let call = 0; call < 11; call += 1) replies.push(await send("/viewer", null, { method: "GET", as: "second" }));
    expect(replies.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 200), 429]);
    expect(replies.map(({ headers }) => headers.get("ratelimit-remaining"))).toEqual(
      [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0].map(String),
    );
    const last = replies.at(-1);
    expect(last?.body).toMatchObject({ code: "api_rate_exceeded", params: { limit: 10, retryAfterSeconds: 60 } });
    expect([last?.headers.get("retry-after"), last?.headers.get("ratelimit-limit")]).toEqual(["60", "10"]);
    expect((await send("/viewer", null, { method: "GET" })).status).toBe(200);
  });

  test("refuses before it reads the body", async () => {
    const reply = await send("/users", "not an object", { as: "second" });
    expect([reply.status, reply.body.code]).toEqual([429, "api_rate_exceeded"]);
  });

  test("counts calls of nobody by address", async () => {
    const replies = [];
    for (let call = 0; call < 61; call += 1) replies.push(await send("/setup/state", null, { method: "GET", as: "" }));
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(1);
  });
});

// Last: the sign-ins of this suite do not outlive it.
describe("a day later", () => {
  test("a call with a known idempotency key is a new one, and what is older is forgotten", async () => {
    const admin = await operations.signUp("admin", "patient");
    const input = () => ({ name: fresh("day"), userIds: [] });
    const caller = { ...admin, idempotencyKey: "daily" };
    await operations.run("userGroups.create", input(), caller);
    operations.clock.advance(24 * 3_600_000 - 1);
    const late = operations.run("userGroups.create", input(), caller);
    await expect(late).rejects.toMatchObject({ code: "idempotency_key_reused" });
    operations.clock.advance(1);
    expect(await operations.run("userGroups.create", input(), caller)).toMatchObject({ isReplayed: false });
    const before = operations.clock.now() - 24 * 3_600_000;
    const rows = () => operations.database.sql<{ n: number }[]>`select count(*)::int n from idempotency_keys`;
    const all = (await rows())[0]?.n ?? 0;
    expect(await operations.ports.idempotency.forget(before, 2)).toBe(2);
    expect(await operations.ports.idempotency.forget(before, 1_000)).toBe(all - 3);
    expect(await rows()).toEqual([{ n: 1 }]);
  });
});
