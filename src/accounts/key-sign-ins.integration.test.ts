import { buildOperations, type TestOperations } from "@test/build-operations";
import { buildRest, cookieOf, type TestRest } from "@test/build-rest";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CLIENT_ADDRESS_HEADER } from "@/lib/client-address";
import type { Actor } from "@/operations/operation";
import type { OperationTypes } from "@/operations/registry";

const HOUR_MS = 3_600_000;
let operations: TestOperations;
let rest: TestRest;
let admin: Actor & { userId: number };
let userId = 0;
let count = 0;

beforeAll(async () => {
  operations = await buildOperations();
  rest = buildRest(operations);
  admin = await operations.signUp("admin", "admin");
});
afterAll(() => operations.database.drop());
beforeEach(async () => {
  await operations.database.sql`delete from sign_in_attempts`;
  userId = (await run("users.create", { name: `person ${++count}` })).id;
});

async function run<N extends keyof OperationTypes>(name: N, input: OperationTypes[N]["input"]) {
  return (await operations.run(name, input, admin)).output as OperationTypes[N]["output"];
}
type Patch = Partial<OperationTypes["keys.create"]["input"]>;
const newKey = (patch: Patch = {}) => run("keys.create", { userId, name: `key ${++count}`, ...patch });
const signIn = (key: unknown, headers: Record<string, string> = {}) => rest.signIn("sign-in/key", { key }, headers);
const current = (cookie: string, headers: Record<string, string> = {}) =>
  operations.accounts.current(new Headers({ cookie, host: "localhost:3000", ...headers }));
const codeOf = async (reply: Response) => ((await reply.json()) as { code?: string }).code;
const UNKNOWN = `sk-sluice-${"u".repeat(43)}`;

describe("signing in with a key", () => {
  test("gives a user without an account a cookie that scripts cannot read, and the key's name for a person's", async () => {
    const { key, secret } = await newKey();
    const reply = await signIn(` ${secret} `);
    expect([reply.status, await reply.text()]).toEqual([200, '{"ok":true}']);
    const [cookie = ""] = reply.headers.getSetCookie();
    expect(cookie).toMatch(/^sluice\.key_session_token=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(await current(cookieOf(reply))).toEqual({
      ...{ userId, name: key.name, email: null, role: "user", locale: null, timeZone: null, keyId: key.id },
    });
    const stored = JSON.stringify(await operations.database.sql`select * from key_sign_ins`);
    expect(stored).not.toContain(cookieOf(reply).split("=")[1]);
    expect((await signIn(secret)).status).toBe(200);
  });

  test("over https the cookie is Secure and bound to the host", async () => {
    const { secret } = await newKey();
    const reply = await signIn(secret, { origin: "https://localhost:3000" });
    const [cookie = ""] = reply.headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-sluice\.key_session_token=[^;]+; Max-Age=604800; Path=\/; HttpOnly; Secure;/);
    expect(await current(cookieOf(reply))).toMatchObject({ userId });
  });

  test("every key that /v1 would refuse gets the same answer", async () => {
    const [disabled, expired, owned] = [await newKey({ enabled: false }), await newKey({}), await newKey()];
    const blocked = await newKey({ ipDeny: ["203.0.113.0/24"] });
    await operations.database.sql`update keys set expires_at = now() - interval '1 day' where id = ${expired.key.id}`;
    const foreign = (await run("users.create", { name: `off ${++count}`, enabled: false })).id;
    const ofDisabled = await newKey({ userId: foreign });
    const wrong = [UNKNOWN, "nonsense", "", 7, "x".repeat(300), "\u0000", disabled.secret, expired.secret];
    const from = { [CLIENT_ADDRESS_HEADER]: "203.0.113.7" };
    for (const key of [...wrong, ofDisabled.secret, blocked.secret]) {
      const reply = await signIn(key, from);
      expect([key, reply.status, await codeOf(reply)]).toEqual([key, 401, "key_sign_in_failed"]);
      expect(reply.headers.getSetCookie()).toEqual([]);
    }
    expect((await signIn(blocked.secret, { [CLIENT_ADDRESS_HEADER]: "198.51.100.1" })).status).toBe(200);
    expect((await signIn(owned.secret, from)).status).toBe(200);
    expect(operations.faults).toEqual([]);
  });

  test("10 wrong ones of a key and 30 of an address, then a right one waits too", async () => {
    const { secret } = await newKey();
    const guess = (index: number) => secret.slice(0, 14) + String(index).padStart(39, "g");
    for (let index = 0; index < 10; index++) expect((await signIn(guess(index))).status).toBe(401);
    expect(await codeOf(await signIn(secret))).toBe("too_many_attempts");
    const from = { [CLIENT_ADDRESS_HEADER]: "203.0.113.99" };
    for (let index = 0; index < 30; index++) {
      expect((await signIn(`sk-sluice-${String(index).padStart(4, "0")}${"g".repeat(39)}`, from)).status).toBe(401);
    }
    expect(await codeOf(await signIn((await newKey()).secret, from))).toBe("too_many_attempts");
  });

  test("is refused from another site", async () => {
    const { secret } = await newKey();
    expect(await codeOf(await signIn(secret, { origin: "https://evil.example" }))).toBe("cross_origin");
  });
});

describe("a sign-in with a key ends", () => {
  const endings: [string, (key: { id: number; version: number }) => Promise<unknown>][] = [
    ["is disabled", ({ id, version }) => run("keys.update", { id, version, enabled: false })],
    ["is deleted", ({ id }) => run("keys.delete", { id })],
    ["is rotated away", ({ id }) => run("keys.rotate", { id })],
    [
      "has expired",
      ({ id }) => operations.database.sql`update keys set expires_at = now() - interval '1 day' where id = ${id}`,
    ],
    ["loses its user", () => run("users.delete", { id: userId })],
    ["has a user that is disabled", () => run("users.update", { id: userId, version: 1, enabled: false })],
    [
      "may no longer call from there",
      ({ id, version }) => run("keys.update", { id, version, ipAllow: ["10.0.0.0/8"] }),
    ],
  ];
  test.each(endings)("when the key %s", async (...[, end]) => {
    const { key, secret } = await newKey();
    const cookie = cookieOf(await signIn(secret));
    expect(await current(cookie)).not.toBeNull();
    await end(key);
    expect(await current(cookie)).toBeNull();
    expect(await current(cookie)).toBeNull();
  });

  test("with the overlap of a rotation when it was made with the older secret", async () => {
    const { key, secret } = await newKey();
    const cookie = cookieOf(await signIn(secret));
    const rotated = await run("keys.rotate", { id: key.id, overlapMinutes: 10 });
    const renewed = cookieOf(await signIn(rotated.secret));
    expect(await current(cookie)).not.toBeNull();
    operations.clock.advance(600_000);
    expect(await current(cookie)).toBeNull();
    expect(await current(renewed)).not.toBeNull();
  });

  test("after an idle day, after a week in use, and is cleared away", async () => {
    const { secret } = await newKey();
    const [left, kept] = [cookieOf(await signIn(secret)), cookieOf(await signIn(secret))];
    for (let hour = 0; hour < 160; hour += 20) {
      operations.clock.advance(20 * HOUR_MS);
      expect(await current(kept)).not.toBeNull();
    }
    expect(await current(left)).toBeNull();
    operations.clock.advance(9 * HOUR_MS);
    expect(await current(kept)).toBeNull();
    await signIn(secret);
    const rows = async () => (await operations.database.sql`select from key_sign_ins`).length;
    await operations.accounts.expire(operations.clock.now() + 23 * HOUR_MS);
    expect(await rows()).toBeGreaterThan(0);
    await operations.accounts.expire(operations.clock.now() + 25 * HOUR_MS);
    expect(await rows()).toBe(0);
  });

  test("a forged cookie is nobody", async () => {
    for (const value of ["", "x", "a".repeat(43), "\u00ff"]) {
      expect(await current(`sluice.key_session_token=${value}`)).toBeNull();
    }
  });
});
