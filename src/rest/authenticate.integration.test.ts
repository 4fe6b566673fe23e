import { settlementTexts } from "@test/build-ledger";
import { buildOperations, type TestOperations } from "@test/build-operations";
import { buildRest, cookieOf, type TestRest } from "@test/build-rest";
import { buildStoredEntry, buildStoredRequest } from "@test/build-stored-rows";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CLIENT_ADDRESS_HEADER } from "@/lib/client-address";
import { requestIdOf, uuidv7Hex } from "@/lib/id";
import type { Actor } from "@/operations/operation";
import type { OperationTypes } from "@/operations/registry";
import { ledgerStore } from "@/stores/postgres/ledger-store";
import { ensurePartitions } from "@/stores/postgres/partitions";

let operations: TestOperations;
let rest: TestRest;
let admin: Actor & { userId: number };
let user: Actor & { userId: number };
let count = 0;

beforeAll(async () => {
  operations = await buildOperations();
  await ensurePartitions(operations.database, operations.clock.now());
  rest = buildRest(operations);
  admin = await operations.signUp("admin", "admin");
  user = await operations.signUp("user", "user");
});
afterAll(() => operations.database.drop());
beforeEach(() => operations.database.sql`delete from sign_in_attempts`);

async function run<N extends keyof OperationTypes>(name: N, input: OperationTypes[N]["input"], actor: Actor = admin) {
  return (await operations.run(name, input, actor)).output as OperationTypes[N]["output"];
}
const newToken = (scopes: OperationTypes["accessTokens.create"]["input"]["scopes"], actor: Actor = admin) =>
  run("accessTokens.create", { name: `script ${++count}`, scopes }, actor);
const newKey = (userId = user.userId) => run("keys.create", { userId, name: `key ${++count}` });
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
const GUESS = (index: number) => bearer(`at-sluice-${String(index).padStart(43, "g")}`);

async function newRequest(userId: number, keyId: number): Promise<string> {
  const at = operations.clock.now();
  const id = uuidv7Hex(at);
  const entry = buildStoredEntry({ id, admittedAt: at, userId, keyId, channelId: 1 });
  await ledgerStore(operations.database).record(
    settlementTexts([entry], [buildStoredRequest({ id, at, userId, keyId, channelId: 1 })]),
  );
  return requestIdOf(id);
}

describe("an access token", () => {
  test("writes without an Origin in its owner's name, which the audit tells", async () => {
    const { secret, accessToken } = await newToken(["users:write"]);
    const { status, body } = await rest.ask({
      ...{ method: "POST", path: "/users", headers: bearer(secret), body: { name: "by script" } },
    });
    expect([status, body.name]).toEqual([200, "by script"]);
    const [row] = await operations.database.sql`select * from audit_log order by id desc limit 1`;
    expect(row).toMatchObject({
      actor_kind: "token",
      actor_name: `${accessToken.name} #${accessToken.id}`,
      address: "203.0.113.7",
    });
    expect(Number(row?.actor_user_id)).toBe(admin.userId);
  });

  test("still needs a host of ours", async () => {
    const headers = { ...bearer((await newToken(["read"])).secret), host: "evil.example" };
    expect((await rest.ask({ path: "/users", headers })).status).toBe(421);
  });

  test("its last use is written once per minute", async () => {
    const { secret, accessToken } = await newToken(["read"]);
    const startedAt = operations.clock.now();
    const lastUse = async () => {
      await rest.ask({ path: "/users", headers: bearer(secret) });
      return (await run("accessTokens.get", { id: accessToken.id })).lastUsedAt;
    };
    const iso = (at: number) => new Date(at).toISOString();
    expect(await lastUse()).toBe(iso(startedAt));
    operations.clock.advance(59_999);
    expect(await lastUse()).toBe(iso(startedAt));
    operations.clock.advance(1);
    expect(await lastUse()).toBe(iso(startedAt + 60_000));
  });

  test("is refused from the next call on when its owner is disabled, demoted or its scopes are taken away", async () => {
    const owner = await operations.signUp("admin", "owner");
    const { secret, accessToken } = await newToken(["read"], owner);
    const code = async () => (await rest.ask({ path: "/users", headers: bearer(secret) })).body.code;
    expect(await code()).toBeUndefined();
    await run("accessTokens.update", { id: accessToken.id, version: 1, scopes: ["prices:read"] });
    expect(await code()).toBe("forbidden");
    await operations.ports.users.update(owner.userId, { role: "user" });
    expect(await code()).toBe("access_token_suspended");
    await operations.ports.users.update(owner.userId, { role: "admin", enabled: false });
    expect(await code()).toBe("access_token_suspended");
  });

  test("ends with a new password of its owner, and with the owner's role, and comes back with neither", async () => {
    const owner = await operations.signUp("admin", "leaver");
    const codeOf = async (secret: string) => (await rest.ask({ path: "/users", headers: bearer(secret) })).body.code;
    const first = (await newToken(["read"], owner)).secret;
    await run("users.setPassword", { id: owner.userId, password: "another long password" });
    expect(await codeOf(first)).toBe("access_token_revoked");
    const second = (await newToken(["read"], owner)).secret;
    for (const role of ["user", "admin"] as const) {
      const user = await operations.ports.users.find(owner.userId);
      await run("users.update", { id: owner.userId, version: user?.version ?? 0, role });
      expect(await codeOf(second)).toBe("access_token_revoked");
    }
    expect((await operations.audit()).at(-2)?.after).toMatchObject({ role: "user", accessTokensRevoked: 1 });
  });

  test.each<[string, Record<string, string>, string]>([
    ["another scheme", { authorization: "Basic YTpi" }, "access_token_invalid"],
    ["no scheme", { authorization: "at-sluice-abc" }, "access_token_invalid"],
    ["an empty header", { authorization: "" }, "access_token_invalid"],
    ["a malformed token", bearer("at-sluice-short"), "access_token_invalid"],
    ["a key", bearer(`sk-sluice-${"a".repeat(43)}`), "key_not_accepted"],
    ["a key of Google's kind", { "x-goog-api-key": "AIza" }, "key_not_accepted"],
    ["a key beside a token", { ...GUESS(0), "x-api-key": "sk-sluice-a" }, "credential_conflict"],
    ["a cookie of a sign-in beside a token", { ...GUESS(0), cookie: "sluice.session_token=a" }, "credential_conflict"],
    ["two sign-ins", { cookie: "sluice.session_token=a; sluice.key_session_token=b" }, "credential_conflict"],
  ])("%s comes not in and is told how to", async (...[, headers, code]) => {
    const { status, body, headers: told } = await rest.ask({ path: "/users", headers });
    expect([status, body.code, told.get("www-authenticate")]).toEqual([401, code, "Bearer"]);
  });

  test("cookies that are no sign-in stand beside one", async () => {
    const headers = { ...bearer((await newToken(["read"])).secret), cookie: "NEXT_LOCALE=ja; theme=dark" };
    expect((await rest.ask({ path: "/users", headers })).status).toBe(200);
  });

  test("100 unknown ones of an address are looked up in a minute, then none, a right one neither", async () => {
    const from = (address: string, headers: Record<string, string>) =>
      rest.ask({ path: "/users", headers: { ...headers, [CLIENT_ADDRESS_HEADER]: address } });
    for (let index = 0; index < 100; index++) {
      expect((await from("203.0.113.9", GUESS(index))).status).toBe(401);
    }
    const right = bearer((await newToken(["read"])).secret);
    const refused = await from("203.0.113.9", right);
    expect([refused.status, refused.body.code]).toEqual([429, "auth_attempts_exceeded"]);
    expect(refused.headers.get("retry-after")).toBe("60");
    expect((await from("203.0.113.10", right)).status).toBe(200);
    operations.clock.advance(60_000);
    expect((await from("203.0.113.9", right)).status).toBe(200);
  });
});

describe("a sign-in with a key (reliability-and-security.md SEC8)", () => {
  test("sees the quotas of its user and key, and of keys and requests its own alone", async () => {
    const [own, sibling] = [await newKey(), await newKey()];
    const seen = await newRequest(user.userId, own.key.id);
    const hidden = await newRequest(user.userId, sibling.key.id);
    const headers = await rest.keyHolder(own.secret);
    const get = async (path: string) => (await rest.ask({ path, headers })).body;
    expect(await get("/viewer")).toMatchObject({
      ...{ user: { id: user.userId, role: "user", email: null }, via: "api_key", can: ["me:read"] },
    });
    expect(await get("/me/keys")).toMatchObject({ items: [{ id: own.key.id }], total: { value: 1 } });
    const requests = (await get("/me/requests")) as OperationTypes["me.requests.list"]["output"];
    expect(requests.items.map(({ id }) => id)).toEqual([seen]);
    expect(await get(`/me/requests?keyId=${sibling.key.id}`)).toMatchObject({ items: [], total: { value: 0 } });
    expect(await get(`/me/requests/${seen}`)).toMatchObject({ id: seen });
    expect(await get(`/me/requests/${hidden}`)).toEqual(await get(`/me/requests/${requestIdOf(uuidv7Hex(5))}`));
    expect(await get("/me/summary")).toMatchObject({ today: { requests: 1 }, keys: { total: 1 } });
    expect(await get("/me/quotas")).toEqual(await get(`/me/quotas?keyId=${own.key.id}`));
    expect(await get(`/me/quotas?keyId=${sibling.key.id}`)).toMatchObject({ code: "not_found" });
  });

  test("of an admin's key is no admin and writes nothing", async () => {
    const { secret } = await newKey(admin.userId);
    const headers = await rest.keyHolder(secret);
    const code = async (method: string, path: string) => (await rest.ask({ method, path, headers })).body.code;
    expect((await rest.ask({ path: "/viewer", headers })).body).toMatchObject({ user: { role: "user" } });
    expect(await code("GET", "/users")).toBe("forbidden");
    expect(await code("POST", "/me/keys")).toBe("forbidden");
    expect(await code("POST", "/users")).toBe("forbidden");
  });

  test("is one sign-in at a time: the one of an account makes way, and the other way round", async () => {
    const { secret } = await newKey();
    const account = await rest.browserOf("user");
    const reply = await rest.signIn("sign-in/key", { key: secret }, { cookie: account.cookie ?? "" });
    expect(reply.headers.getSetCookie().join()).toMatch(/sluice\.session_token=; Max-Age=0/);
    expect((await rest.ask({ path: "/viewer", headers: account })).status).toBe(401);
    const byKey = cookieOf(reply);
    await rest.signIn("sign-out", {}, { cookie: byKey });
    expect((await rest.ask({ path: "/viewer", headers: { cookie: byKey } })).status).toBe(401);
  });
});

describe("ids of others (reliability-and-security.md SEC4)", () => {
  test("answer exactly like ids that nobody has", async () => {
    const foreign = await newKey(admin.userId);
    const request = await newRequest(admin.userId, foreign.key.id);
    const headers = await rest.browserOf("user");
    const unknownRequest = requestIdOf(uuidv7Hex(7));
    const pairs: [string, string, string, object?][] = [
      ["GET", `/me/requests/${request}`, `/me/requests/${unknownRequest}`],
      ["POST", `/me/keys/${foreign.key.id}/rotate`, "/me/keys/999999999/rotate", {}],
      ["PATCH", `/me/keys/${foreign.key.id}`, "/me/keys/999999999", { version: 1, name: "mine" }],
      ["GET", `/me/quotas?keyId=${foreign.key.id}`, "/me/quotas?keyId=999999999"],
    ];
    for (const [method, theirs, nobodys, body] of pairs) {
      const given = { method, headers, ...(body === undefined ? {} : { body }) };
      const [one, two] = [await rest.ask({ ...given, path: theirs }), await rest.ask({ ...given, path: nobodys })];
      expect([one.status, one.body, [...one.headers]]).toEqual([404, two.body, [...two.headers]]);
    }
  });
});
