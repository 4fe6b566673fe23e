import { buildOperations, type TestOperations } from "@test/build-operations";
import { buildRest, type TestRest } from "@test/build-rest";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Actor, Scope } from "@/operations/operation";
import { OPERATIONS, type OperationTypes } from "@/operations/registry";

let operations: TestOperations;
let rest: TestRest;
let admin: Actor & { userId: number };
let user: Actor & { userId: number };

async function run<Name extends keyof OperationTypes>(name: Name, input: OperationTypes[Name]["input"], actor = admin) {
  return (await operations.run(name, input, actor)).output as OperationTypes[Name]["output"];
}
async function tokenOf(scope: Scope) {
  const { secret } = await run("accessTokens.create", { name: `token of ${scope}`, scopes: [scope] });
  return { authorization: `Bearer ${secret}` };
}
const answerOf = async (call: Parameters<TestRest["ask"]>[0]) => {
  const { status, body } = await rest.ask(call);
  return [status, body.code];
};

beforeAll(async () => {
  operations = await buildOperations();
  rest = buildRest(operations);
  admin = await operations.signUp("admin", "admin");
  user = await operations.signUp("user", "user");
});
afterAll(() => operations.database.drop());

test("a sign-in with a key sees that key alone, not the others of its user", async () => {
  const { key: own, secret } = await run("keys.create", { userId: user.userId, name: "own" });
  const { key: other } = await run("keys.create", { userId: user.userId, name: "other" });
  const headers = await rest.keyHolder(secret);
  expect(await answerOf({ path: `/me/keys/${own.id}`, headers })).toEqual([200, undefined]);
  const reads = OPERATIONS.filter(({ permission, path }) => permission === "me:read" && path.includes("{id}"));
  expect(reads.length).toBeGreaterThan(1);
  for (const { path } of reads) {
    const [status] = await answerOf({ path: path.replace("{id}", String(other.id)), headers });
    expect([path, status]).toEqual([path, 404]);
  }
});

test("a user finds no key of another, to read or to change", async () => {
  const { key } = await run("keys.create", { userId: admin.userId, name: "foreign" });
  const headers = await rest.browserOf("user");
  const path = `/me/keys/${key.id}`;
  expect(await answerOf({ path, headers })).toEqual([404, "not_found"]);
  const body = { version: key.version, enabled: false };
  expect(await answerOf({ method: "PATCH", path, headers, body })).toEqual([404, "not_found"]);
  expect(await answerOf({ method: "POST", path: `${path}/rotate`, headers, body: {} })).toEqual([404, "not_found"]);
});

test.each(["write", "users:write"] as const)("a token of %s reaches no admin", async (scope) => {
  const headers = await tokenOf(scope);
  const [self, plain] = [await run("users.get", { id: admin.userId }), await run("users.get", { id: user.userId })];
  const rows = (await operations.audit()).length;
  const refused = [403, "admin_needs_sign_in"];
  const person = { name: "eve", email: "eve@example.com", role: "admin", password: "a planted password" };
  expect(await answerOf({ method: "POST", path: "/users", headers, body: person })).toEqual(refused);
  const promotion = { version: plain.version, role: "admin" };
  expect(await answerOf({ method: "PATCH", path: `/users/${plain.id}`, headers, body: promotion })).toEqual(refused);
  for (const patch of [{ role: "user" }, { enabled: false }, { name: "x" }, { email: "x@example.com" }]) {
    const body = { version: self.version, ...patch };
    expect(await answerOf({ method: "PATCH", path: `/users/${self.id}`, headers, body })).toEqual(refused);
  }
  const body = { password: "a planted password" };
  expect(await answerOf({ method: "POST", path: `/users/${self.id}/password`, headers, body })).toEqual(refused);
  expect(await answerOf({ method: "DELETE", path: `/users/${self.id}`, headers })).toEqual(refused);
  expect((await operations.audit()).length).toBe(rows);
  const key = { userId: self.id, name: `by ${scope}` };
  const isKeyMade = scope === "write" ? [200, undefined] : [403, "forbidden"];
  expect(await answerOf({ method: "POST", path: "/keys", headers, body: key })).toEqual(isKeyMade);
  const created = {
    name: `by ${scope}`,
    email: `${scope.replace(":", "-")}@example.com`,
    password: "a user's password",
  };
  expect(await answerOf({ method: "POST", path: "/users", headers, body: created })).toEqual([200, undefined]);
});

test("a file that a token applies reaches no admin, and tells nothing of a guessed password", async () => {
  const headers = await tokenOf("provisioning:write");
  const codesOf = async (document: string) => {
    const call = {
      method: "POST",
      path: "/provisioning/apply",
      headers,
      body: { document, secrets: { P: "guess", Q: "correct horse battery" }, dryRun: true },
    };
    const { body } = await rest.ask(call);
    return ((body.errors ?? body.fields ?? []) as { code: string }[]).map(({ code }) => code);
  };
  const refused = ["admin_needs_sign_in"];
  expect(await codesOf("users: [{ name: eve, role: admin }]")).toEqual(refused);
  expect(await codesOf("users: [{ name: user, role: admin }]")).toEqual(refused);
  expect(await codesOf("users: [{ name: admin, role: admin, enabled: false }]")).toEqual(refused);
  await operations.database.sql`update users set managed_by = 'file' where name = 'admin'`;
  expect(await codesOf("users: [{ name: admin, role: admin, password: env:Q }]")).toEqual(refused);
  expect(await codesOf("users: [{ name: admin, role: admin }]")).toEqual([]);
});
