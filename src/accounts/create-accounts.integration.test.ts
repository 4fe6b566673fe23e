import { buildDatabase, type TestDatabase } from "@test/build-database";
import { fakeClock } from "@test/fake-clock";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { AppError } from "@/core/errors";
import type { UserRow } from "@/core/users/user";
import { CLIENT_ADDRESS_HEADER } from "@/lib/client-address";
import { authSource } from "@/stores/postgres/auth-source";
import { keySignInStore } from "@/stores/postgres/key-sign-in-store";
import { accountCredentials, accounts as accountRows, signIns, verifications } from "@/stores/postgres/schema/account";
import { signInAttemptStore } from "@/stores/postgres/sign-in-attempts";
import { userStore } from "@/stores/postgres/user-store";
import { type Accounts, createAccounts } from "./create-accounts";

const PASSWORD = "correct horse battery";
const schema = { accounts: accountRows, signIns, accountCredentials, verifications };
let database: TestDatabase;
let faults: AppError[] = [];
let number = 0;

beforeAll(async () => {
  database = await buildDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  faults = [];
  await database.sql`delete from sign_in_attempts`;
});

function build(publicUrl: string | null = null, now = new Date().toISOString()) {
  const clock = fakeClock(now);
  const accounts = createAccounts({
    db: database.db,
    schema,
    secret: "a secret of more than thirty-two characters",
    attempts: signInAttemptStore(database),
    keySignIns: keySignInStore(database),
    keys: authSource(database),
    users: userStore(database.db),
    clock,
    publicUrl: () => publicUrl,
    newRequestId: () => "req_1",
    reportFault: (error) => faults.push(error),
  });
  return { accounts, clock };
}

async function person(accounts: Accounts, patch: Partial<UserRow> = {}): Promise<UserRow & { email: string }> {
  number += 1;
  const email = `user${number}@example.com`;
  const values = { name: `user ${number}`, email, role: "user" as const, enabled: true };
  const row = await userStore(database.db).insert({
    ...values,
    locale: null,
    timeZone: null,
    managedBy: null,
    ...patch,
  });
  await accounts.storeFor(database.db).setPassword({ id: row.id, name: row.name, email }, PASSWORD);
  return { ...row, email };
}

type Headed = Readonly<Record<string, string>>;
function post(path: string, body: unknown, headers: Headed = {}): Request {
  return new Request(`http://localhost:3000/api/auth/${path}`, {
    method: "POST",
    headers: {
      host: "localhost:3000",
      origin: "http://localhost:3000",
      "content-type": "application/json",
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}
const signIn = (accounts: Accounts, email: string, given: { password?: string; headers?: Headed } = {}) =>
  accounts.handle(post("sign-in/email", { email, password: given.password ?? PASSWORD }, given.headers));
const cookieOf = (reply: Response) =>
  reply.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
const withCookie = (cookie: string) => new Headers({ cookie, host: "localhost:3000" });

describe("signing in", () => {
  test("the right password gives a cookie that scripts cannot read and says nothing else", async () => {
    const { accounts } = build();
    const user = await person(accounts);
    const reply = await signIn(accounts, user.email.toUpperCase());
    expect([reply.status, await reply.text()]).toEqual([200, '{"ok":true}']);
    const [cookie = ""] = reply.headers.getSetCookie();
    expect(cookie).toMatch(/^sluice\.session_token=/);
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Lax/i);
    expect(cookie).not.toMatch(/Secure/i);
    expect(await accounts.current(withCookie(cookieOf(reply)))).toEqual({
      userId: user.id,
      name: user.name,
      email: user.email,
      role: "user",
      locale: null,
      timeZone: null,
      keyId: null,
    });
  });

  test("over https the cookie is Secure and bound to the host", async () => {
    const { accounts } = build("https://llm.example.com");
    const user = await person(accounts);
    const headers = { host: "llm.example.com", origin: "https://llm.example.com" };
    const [cookie = ""] = (await signIn(accounts, user.email, { headers })).headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-sluice\.session_token=/);
    expect(cookie).toMatch(/; Secure/i);
    expect(await accounts.current(withCookie(cookie.split(";")[0] ?? ""))).toMatchObject({ userId: user.id });
  });

  test("a wrong password and an unknown address get the same answer", async () => {
    const { accounts } = build();
    const user = await person(accounts);
    const wrong = await signIn(accounts, user.email, { password: "not the password" });
    const unknown = await signIn(accounts, "nobody@example.com");
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(await wrong.json()).toEqual(await unknown.json());
    expect(wrong.headers.getSetCookie()).toEqual([]);
  });

  test("a disabled user is refused like a wrong password and loses running sign-ins", async () => {
    const { accounts } = build();
    const user = await person(accounts);
    const cookie = cookieOf(await signIn(accounts, user.email));
    await userStore(database.db).update(user.id, { enabled: false });
    expect((await signIn(accounts, user.email)).status).toBe(401);
    expect(await accounts.current(withCookie(cookie))).toBeNull();
    await userStore(database.db).update(user.id, { enabled: true });
    expect(await accounts.current(withCookie(cookie))).toBeNull();
  });

  test.each([
    ["no JSON", "nonsense", 400],
    ["an array", "[]", 401],
    ["no password", '{"email":"a@b.co"}', 401],
    ["numbers", '{"email":1,"password":2}', 401],
    ["a long password", JSON.stringify({ email: "a@b.co", password: "x".repeat(129) }), 401],
    ["a huge body", JSON.stringify({ email: "a".repeat(20_000), password: "x" }), 413],
  ])("%s is refused", async (...[, body, status]) => {
    const { accounts } = build();
    expect((await accounts.handle(post("sign-in/email", body))).status).toBe(status);
    expect(faults).toEqual([]);
  });
});

describe("what is not a sign-in", () => {
  test.each([
    ["another site", "sign-in/email", { origin: "https://evil.example" }, 403],
    ["a foreign host", "sign-in/email", { host: "evil.example", origin: "http://evil.example" }, 421],
    ["signing up", "sign-up/email", {}, 404],
    ["the library's own session route", "get-session", {}, 404],
    ["changing the password", "change-password", {}, 404],
  ])("%s is refused", async (...[, path, headers, status]) => {
    const { accounts } = build();
    const user = await person(accounts);
    const reply = await accounts.handle(post(path, { email: user.email, password: PASSWORD, name: "x" }, headers));
    expect(reply.status).toBe(status);
    expect(reply.headers.getSetCookie()).toEqual([]);
  });

  test("a GET is refused", async () => {
    const { accounts } = build();
    const request = new Request("http://localhost/api/auth/sign-in/email", { headers: { host: "localhost" } });
    expect((await accounts.handle(request)).status).toBe(405);
  });
});

describe("guessing", () => {
  test("the eleventh attempt on an account is refused even with the right password", async () => {
    const { accounts, clock } = build();
    const user = await person(accounts);
    for (let i = 0; i < 10; i++)
      expect((await signIn(accounts, user.email, { password: "wrong password" })).status).toBe(401);
    const reply = await signIn(accounts, user.email);
    expect(reply.status).toBe(429);
    expect(Number(reply.headers.get("retry-after"))).toBeGreaterThan(800);
    expect(await reply.json()).toMatchObject({ code: "too_many_attempts" });
    clock.advance(15 * 60_000);
    expect((await signIn(accounts, user.email)).status).toBe(200);
  });

  test("signing in does not count: forty times from one address, and the account is still open", async () => {
    const { accounts } = build();
    const user = await person(accounts);
    const headers = { "x-sluice-client-address": "203.0.113.9" };
    for (let i = 0; i < 40; i++) expect((await signIn(accounts, user.email, { headers })).status).toBe(200);
    expect((await signIn(accounts, user.email, { password: "not the password", headers })).status).toBe(401);
  });

  test("the thirty-first attempt from one address is refused, from another it passes", async () => {
    const { accounts } = build();
    const user = await person(accounts);
    const from = (address: string) => ({ [CLIENT_ADDRESS_HEADER]: address });
    await database.sql`insert into sign_in_attempts (kind, subject, window_start, count)
      select 'address', encode(sha256('203.0.113.9'), 'hex'), now(), 30`;
    expect((await signIn(accounts, user.email, { headers: from("203.0.113.9") })).status).toBe(429);
    expect((await signIn(accounts, user.email, { headers: from("203.0.113.10") })).status).toBe(200);
  });
});

describe("the life of a sign-in", () => {
  test("signing out ends it", async () => {
    const { accounts } = build();
    const user = await person(accounts);
    const cookie = cookieOf(await signIn(accounts, user.email));
    const reply = await accounts.handle(post("sign-out", {}, { cookie }));
    expect(reply.status).toBe(200);
    expect(await accounts.current(withCookie(cookie))).toBeNull();
  });

  test("a day without use ends it, use keeps it, a week ends it anyway", async () => {
    const { accounts, clock } = build();
    const user = await person(accounts);
    const hours = (count: number) => clock.advance(count * 3_600_000);
    const kept = withCookie(cookieOf(await signIn(accounts, user.email)));
    const left = withCookie(cookieOf(await signIn(accounts, user.email)));
    for (let i = 0; i < 8; i++) {
      hours(20);
      expect(await accounts.current(kept)).not.toBeNull();
    }
    expect(await accounts.current(left)).toBeNull();
    hours(10);
    expect(await accounts.current(kept)).toBeNull();
  });

  test("ending sign-ins and a new password end the running ones", async () => {
    const { accounts } = build();
    const user = await person(accounts);
    const cookie = cookieOf(await signIn(accounts, user.email));
    await accounts.storeFor(database.db).endSignIns(user.id);
    expect(await accounts.current(withCookie(cookie))).toBeNull();
  });

  test("what is over is cleared away, what is in use stays", async () => {
    const { accounts, clock } = build();
    const user = await person(accounts);
    const count = async () => (await database.sql`select from sign_ins`).length;
    await accounts.expire(clock.now() + 8 * 24 * 3_600_000);
    expect(await count()).toBe(0);
    await signIn(accounts, user.email);
    await accounts.expire(clock.now() + 23 * 3_600_000);
    expect(await count()).toBe(1);
    await accounts.expire(clock.now() + 25 * 3_600_000);
    expect(await count()).toBe(0);
  });

  test("a forged cookie is nobody", async () => {
    const { accounts } = build();
    expect(await accounts.current(withCookie("sluice.session_token=abc.def"))).toBeNull();
    expect(await accounts.current(new Headers())).toBeNull();
  });
});

describe("the account store", () => {
  test("works inside a transaction whose user nobody else sees yet, and goes with it", async () => {
    const { accounts } = build();
    const person = { name: "rolled back", email: "rolled@example.com", role: "user" as const, enabled: true };
    const work = database.transaction(async (tx) => {
      const row = await userStore(tx).insert({ ...person, locale: null, timeZone: null, managedBy: null });
      const store = accounts.storeFor(tx);
      await store.setPassword({ id: row.id, name: row.name, email: person.email }, PASSWORD);
      expect(await store.verifyPassword(row.id, PASSWORD)).toBe(true);
      expect((await userStore(tx).find(row.id))?.hasAccount).toBe(true);
      throw new Error("undo");
    });
    await expect(work).rejects.toThrow("undo");
    expect((await signIn(accounts, person.email)).status).toBe(401);
  });

  test("a password is changed in place and an address is taken once", async () => {
    const { accounts } = build();
    const [one, two] = [await person(accounts), await person(accounts)];
    const store = accounts.storeFor(database.db);
    await store.setPassword({ ...one, email: one.email }, "another password");
    expect(await store.verifyPassword(one.id, PASSWORD)).toBe(false);
    expect(await store.verifyPassword(one.id, "another password")).toBe(true);
    await expect(store.setIdentity({ ...one, email: two.email })).rejects.toMatchObject({ code: "email_taken" });
    await store.setIdentity({ ...one, email: "moved@example.com" });
    expect((await signIn(accounts, "moved@example.com", { password: "another password" })).status).toBe(200);
    const [row] = await database.sql`select password from account_credentials limit 1`;
    expect(row?.password).not.toContain("password");
  });
});
