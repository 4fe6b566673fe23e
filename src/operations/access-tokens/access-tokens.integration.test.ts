import { buildOperations, type TestOperations } from "@test/build-operations";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { AppError } from "@/core/errors";
import type { Actor } from "../operation";
import type { OperationTypes } from "../registry";
import { revokeAccessToken } from "./revoke-access-token";

type Name = keyof OperationTypes;
const DAY_MS = 86_400_000;
let operations: TestOperations;
let admin: Actor;
let other: Actor;
let count = 0;

async function call<N extends Name>(name: N, input: OperationTypes[N]["input"], actor = admin) {
  return (await operations.run(name, input, actor)).output as OperationTypes[N]["output"];
}
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "ok",
    (error: AppError) => error.code,
  );
const fieldsOf = (work: Promise<unknown>) =>
  work.then(
    () => [],
    (error: AppError) => error.fields.map(({ path, code }) => `${path}: ${code}`),
  );
const newToken = (patch: Partial<OperationTypes["accessTokens.create"]["input"]> = {}, actor = admin) =>
  call("accessTokens.create", { name: `script ${++count}`, scopes: ["read"], ...patch }, actor);
const inDays = (days: number) => new Date(operations.clock.now() + days * DAY_MS).toISOString();
const present = (secret: string) => codeOf(operations.presentAccessToken(secret, null));

beforeAll(async () => {
  operations = await buildOperations();
  admin = await operations.signUp("admin", "admin");
  other = await operations.signUp("admin", "other");
});
afterAll(() => operations.database.drop());
beforeEach(() => operations.database.sql`delete from access_tokens`);

describe("creating an access token", () => {
  test("shows the secret once and ends after 90 days, unless told when or never", async () => {
    const { accessToken, secret } = await newToken({ name: "deploy", scopes: ["read", "keys:write"] });
    expect(secret).toMatch(/^at-sluice-[A-Za-z0-9_-]{43}$/);
    expect(accessToken).toMatchObject({
      ...{ name: "deploy", scopes: ["read", "keys:write"], state: "active", userName: "admin", version: 1 },
      ...{ prefix: secret.slice(0, 14), expiresAt: inDays(90), lastUsedAt: null, revokedAt: null, previous: null },
    });
    expect((await newToken({ expiresAt: null })).accessToken.expiresAt).toBeNull();
    expect((await newToken({ expiresAt: inDays(2) })).accessToken.expiresAt).toBe(inDays(2));
    expect(await call("accessTokens.get", { id: accessToken.id })).toEqual(accessToken);
    const stored = JSON.stringify([
      await operations.database.sql`select * from access_tokens`,
      await operations.audit(),
    ]);
    expect(stored).not.toContain(secret);
    expect(stored).not.toContain(secret.slice(15));
  });

  test.each<[string, object, string]>([
    ["no name", { name: " " }, "name: name_required"],
    ["no scope", { scopes: [] }, "scopes: required"],
    ["a scope nobody knows", { scopes: ["everything"] }, "scopes[0]: scope_unknown"],
    ["a scope for what is a person's own", { scopes: ["me:read"] }, "scopes[0]: scope_unknown"],
    ["a scope that makes more tokens", { scopes: ["access-tokens:write"] }, "scopes[0]: scope_unknown"],
    ["a scope for the wizard", { scopes: ["setup"] }, "scopes[0]: scope_unknown"],
    ["a scope twice", { scopes: ["read", "read"] }, "scopes: duplicate"],
    ["an end in the past", { expiresAt: "2020-01-01T00:00:00Z" }, "expiresAt: date_past"],
    ["an owner of its own", { userId: 1 }, "userId: unknown_field"],
    ["a secret of its own", { secret: "at-sluice-x" }, "secret: unknown_field"],
  ])("%s is refused", async (...[, patch, fault]) => {
    expect(await fieldsOf(newToken(patch))).toEqual([fault]);
  });

  test("a name is taken once per owner, and free again when its token is revoked", async () => {
    const { accessToken } = await newToken({ name: "Deploy" });
    expect(await codeOf(newToken({ name: "deploy" }))).toBe("name_taken");
    expect(await codeOf(newToken({ name: "deploy" }, other))).toBe("ok");
    await call("accessTokens.revoke", { id: accessToken.id });
    expect(await codeOf(newToken({ name: "deploy" }))).toBe("ok");
  });
});

describe("a rotation", () => {
  test("gives a second secret, and both work until the overlap ends", async () => {
    const { accessToken, secret: older } = await newToken();
    const { accessToken: rotated, secret } = await call("accessTokens.rotate", {
      id: accessToken.id,
      overlapMinutes: 10,
    });
    const until = new Date(operations.clock.now() + 600_000).toISOString();
    expect(rotated).toMatchObject({ version: 2, previous: { prefix: older.slice(0, 14), expiresAt: until } });
    expect([await present(older), await present(secret)]).toEqual(["ok", "ok"]);
    operations.clock.advance(600_000);
    expect([await present(older), await present(secret)]).toEqual(["access_token_expired", "ok"]);
    expect((await call("accessTokens.get", { id: accessToken.id })).previous).toBeNull();
  });

  test("without an overlap ends the older secret at once, one of a rotation before as well", async () => {
    const { accessToken, secret: first } = await newToken();
    const { secret: second } = await call("accessTokens.rotate", { id: accessToken.id, overlapMinutes: 10 });
    const { secret: third } = await call("accessTokens.rotate", { id: accessToken.id });
    expect([await present(first), await present(second), await present(third)]).toEqual([
      ...["access_token_invalid", "access_token_invalid", "ok"],
    ]);
  });

  test("is its owner's alone: nobody gets a secret that calls in another's name", async () => {
    const { accessToken } = await newToken();
    expect(await codeOf(call("accessTokens.rotate", { id: accessToken.id }, other))).toBe("access_token_of_another");
  });
});

describe("changing and revoking", () => {
  test("name and scopes change under a version, equal values write nothing", async () => {
    const { accessToken } = await newToken();
    const { id } = accessToken;
    const rows = (await operations.audit()).length;
    expect((await call("accessTokens.update", { id, version: 1, scopes: ["read"] })).version).toBe(1);
    expect((await operations.audit()).length).toBe(rows);
    const changed = await call("accessTokens.update", { id, version: 1, name: "other", scopes: ["write"] });
    expect(changed).toMatchObject({ version: 2, name: "other", scopes: ["write"] });
    expect(await codeOf(call("accessTokens.update", { id, version: 1, name: "late" }))).toBe("version_conflict");
    expect((await operations.audit()).at(-1)).toMatchObject({
      ...{ operation: "accessTokens.update", target: `access_token:${id}` },
      ...{ before: { scopes: ["read"] }, after: { scopes: ["write"] } },
    });
  });

  test("another admin may narrow and rename a token, and not give it more", async () => {
    const { accessToken } = await newToken({ scopes: ["read", "keys:write"] });
    const { id } = accessToken;
    const widened = call("accessTokens.update", { id, version: 1, scopes: ["read", "write"] }, other);
    expect(await codeOf(widened)).toBe("access_token_of_another");
    const narrowed = await call("accessTokens.update", { id, version: 1, name: "theirs", scopes: ["read"] }, other);
    expect(narrowed).toMatchObject({ name: "theirs", scopes: ["read"] });
    expect(await codeOf(call("accessTokens.update", { id, version: 2, scopes: ["write"] }))).toBe("ok");
  });

  test("a token is revoked although it is renamed meanwhile", async () => {
    const { accessToken } = await newToken();
    const { id } = accessToken;
    await operations.transact((ports) => {
      const find = async () => {
        const row = await ports.accessTokens.find(id);
        if (row?.name === accessToken.name) await ports.accessTokens.update(id, { name: "renamed" }, row.version);
        return row;
      };
      const context = { ports: { ...ports, accessTokens: { ...ports.accessTokens, find } }, actor: other, now: 1 };
      return revokeAccessToken.run({ id }, context);
    });
    expect(await call("accessTokens.get", { id })).toMatchObject({ state: "revoked", name: "renamed" });
  });

  test("a revoked token opens nothing and stays as it is, both secrets of a rotation included", async () => {
    const { accessToken, secret: older } = await newToken();
    const { id } = accessToken;
    const { secret } = await call("accessTokens.rotate", { id, overlapMinutes: 10 });
    const revoked = await call("accessTokens.revoke", { id }, other);
    expect(revoked).toMatchObject({ state: "revoked", revokedAt: inDays(0) });
    expect([await present(older), await present(secret)]).toEqual(["access_token_revoked", "access_token_revoked"]);
    const rows = (await operations.audit()).length;
    expect(await call("accessTokens.revoke", { id })).toEqual(revoked);
    expect((await operations.audit()).length).toBe(rows);
    for (const work of [
      call("accessTokens.rotate", { id }),
      call("accessTokens.update", { id, version: revoked.version, name: "again" }),
    ]) {
      expect(await codeOf(work)).toBe("access_token_ended");
    }
  });

  test("a token that nobody has is not found", async () => {
    for (const name of ["accessTokens.get", "accessTokens.rotate", "accessTokens.revoke"] as const) {
      expect(await codeOf(call(name, { id: 999_999_999 }))).toBe("not_found");
    }
  });
});

describe("the list", () => {
  test("pages the newest first, by state and owner", async () => {
    const ended = await newToken({ expiresAt: inDays(1) });
    operations.clock.advance(DAY_MS);
    const revoked = await newToken();
    await call("accessTokens.revoke", { id: revoked.accessToken.id });
    const [one, two] = [await newToken(), await newToken({}, other)];
    const idsOf = async (input: OperationTypes["accessTokens.list"]["input"]) =>
      (await call("accessTokens.list", input)).items.map(({ id }) => id);
    expect(await idsOf({})).toEqual([two, one, revoked, ended].map(({ accessToken }) => accessToken.id));
    expect(await idsOf({ state: "active" })).toEqual([two.accessToken.id, one.accessToken.id]);
    expect(await idsOf({ state: "expired" })).toEqual([ended.accessToken.id]);
    expect(await idsOf({ state: "revoked" })).toEqual([revoked.accessToken.id]);
    expect(await idsOf({ userId: other.userId ?? 0 })).toEqual([two.accessToken.id]);
    const first = await call("accessTokens.list", { state: "active", limit: 1 });
    expect(first).toMatchObject({ items: [{ id: two.accessToken.id }], total: { value: 2, capped: false } });
    const cursor = first.nextCursor ?? "";
    const second = await call("accessTokens.list", { state: "active", limit: 1, cursor });
    expect([second.items.map(({ id }) => id), second.nextCursor]).toEqual([[one.accessToken.id], null]);
    expect(await codeOf(call("accessTokens.list", { cursor }))).toBe("cursor_mismatch");
    expect(await codeOf(call("accessTokens.list", { cursor: "x" }))).toBe("cursor_invalid");
  });
});

test("an access token goes with its owner", async () => {
  const leaving = await operations.signUp("admin", "leaving");
  const { secret } = await newToken({}, leaving);
  await call("users.delete", { id: leaving.userId });
  expect(await present(secret)).toBe("access_token_invalid");
});
