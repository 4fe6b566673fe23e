import { buildDatabase, type TestDatabase } from "@test/build-database";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { SetupStore } from "@/core/ports";
import { replicaStore } from "./replica-store";
import { accountCredentials, accounts } from "./schema/account";
import { users } from "./schema/users";
import { isSetupFinished, issueSetupToken, setupStore } from "./setup-store";
import { signInAttemptStore } from "./sign-in-attempts";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const MINUTE = 60_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await buildDatabase();
});
afterAll(() => database.drop());

describe("the setup store", () => {
  beforeEach(async () => {
    await database.sql`delete from users`;
    await database.sql`delete from setup`;
  });

  const inSetup = <T>(run: (setup: SetupStore) => Promise<T>) =>
    database.transaction((tx) => run(setupStore(tx, database)));
  const check = (token: string, now = NOW) => inSetup((setup) => setup.checkToken(token, now));
  const makeAdmin = (name: string) =>
    database.transaction(async (tx) => {
      await setupStore(tx, database).claim();
      const written = { createdAt: new Date(), updatedAt: new Date() };
      const [admin] = await tx.insert(users).values({ name, role: "admin" }).returning({ id: users.id });
      await tx
        .insert(accounts)
        .values({ id: name, name, email: `${name}@example.org`, userId: admin?.id ?? 0, ...written });
      await tx.insert(accountCredentials).values({
        id: name,
        accountId: name,
        providerId: "credential",
        providerAccountId: name,
        password: "hash",
        ...written,
      });
    });

  it("accepts the newest token for an hour and keeps only its digest", async () => {
    const older = await issueSetupToken(database, NOW);
    const token = await issueSetupToken(database, NOW);
    expect(token).toMatch(/^[0-9a-f]{32}$/);
    await check(token);
    await check(token, NOW + 60 * MINUTE - 1);
    await expect(check(token, NOW + 60 * MINUTE)).rejects.toMatchObject({ code: "setup_token_invalid" });
    await expect(check(older)).rejects.toMatchObject({ code: "setup_token_invalid" });
    const rows = await database.sql`select * from setup`;
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it("refuses any token when none was issued", async () => {
    await expect(check("")).rejects.toMatchObject({ code: "setup_token_invalid" });
  });

  it("stops listening after ten wrong tries for a quarter of an hour, although each refusal rolls back", async () => {
    const token = await issueSetupToken(database, NOW);
    for (let i = 0; i < 10; i++) await expect(check("wrong")).rejects.toMatchObject({ code: "setup_token_invalid" });
    await expect(check(token)).rejects.toMatchObject({ code: "too_many_attempts", params: { retryAfterSeconds: 900 } });
    await check(token, NOW + 15 * MINUTE);
  });

  it("makes one admin out of a race of two, and the token is used up", async () => {
    const token = await issueSetupToken(database, NOW);
    const results = await Promise.allSettled(["ada", "bob", "eve"].map(makeAdmin));
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    for (const result of results)
      if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "setup_finished" });
    expect(await database.sql`select 1 from users`).toHaveLength(1);
    expect(await isSetupFinished(database.db)).toBe(true);
    await expect(check(token)).rejects.toMatchObject({ code: "setup_token_invalid" });
  });

  it("keeps the token when the claim is rolled back", async () => {
    const token = await issueSetupToken(database, NOW);
    await expect(
      inSetup(async (setup) => {
        await setup.claim();
        throw new Error("no password");
      }),
    ).rejects.toThrow("no password");
    await check(token);
    expect(await inSetup((setup) => setup.isFinished())).toBe(false);
  });

  it("remembers that it was dismissed", async () => {
    expect(await inSetup((setup) => setup.isDismissed())).toBe(false);
    await inSetup((setup) => setup.dismiss());
    expect(await inSetup((setup) => setup.isDismissed())).toBe(true);
    await issueSetupToken(database, NOW);
    expect(await inSetup((setup) => setup.isDismissed())).toBe(true);
  });
});

describe("the sign-in attempts", () => {
  it("allow so many in a window that starts with the first, per kind and subject", async () => {
    const attempts = signInAttemptStore(database);
    const hit = (subject: string, now: number, kind = "account") => attempts.hit(kind, subject, { now, max: 3 });
    for (let i = 0; i < 3; i++) expect(await hit("ada", NOW + i)).toEqual({ allowed: true, retryAfterMs: 0 });
    expect(await hit("ada", NOW + 5 * MINUTE)).toEqual({ allowed: false, retryAfterMs: 10 * MINUTE });
    expect(await hit("bob", NOW)).toMatchObject({ allowed: true });
    expect(await hit("ada", NOW, "address")).toMatchObject({ allowed: true });
    expect(await hit("ada", NOW + 15 * MINUTE)).toMatchObject({ allowed: true });
  });

  it("count concurrent tries of several replicas one by one, and keep no subject", async () => {
    const attempts = signInAttemptStore(database);
    const tries = await Promise.all(
      Array.from({ length: 20 }, () => attempts.hit("account", "eve@example.org", { now: NOW, max: 10 })),
    );
    expect(tries.filter((result) => result.allowed)).toHaveLength(10);
    expect(JSON.stringify(await database.sql`select * from sign_in_attempts`)).not.toContain("eve");
    await attempts.prune(NOW + 31 * MINUTE);
    expect(await database.sql`select 1 from sign_in_attempts`).toEqual([]);
  });
});

describe("the replicas", () => {
  it("beat, are listed while fresh, leave, and are forgotten", async () => {
    const replicas = replicaStore(database);
    const replica = { id: "a", role: "all", release: "0.1.0", configVersion: 3, startedAt: NOW, seenAt: NOW };
    await replicas.beat(replica);
    await replicas.beat({ ...replica, configVersion: 4, seenAt: NOW + 5_000 });
    await replicas.beat({ ...replica, id: "b" });
    expect(await replicas.list(NOW + 1)).toEqual([{ ...replica, configVersion: 4, seenAt: NOW + 5_000 }]);
    await replicas.leave("a");
    await replicas.prune(NOW);
    expect((await replicas.list(0)).map(({ id }) => id)).toEqual(["b"]);
    await replicas.prune(NOW + 1);
    expect(await replicas.list(0)).toEqual([]);
  });

  it("are found when their journal was adopted, for two days, and are no longer listed", async () => {
    const replicas = replicaStore(database);
    const replica = { id: "a", role: "all", release: "0.1.0", configVersion: 3, startedAt: NOW, seenAt: NOW };
    await replicas.beat(replica);
    expect(await replicas.find("a")).toEqual({ ...replica, adoptedAt: null });
    await replicas.adopt("a", NOW + 9);
    await replicas.adopt("b", NOW + 9);
    expect(await replicas.find("a")).toEqual({ ...replica, adoptedAt: NOW + 9 });
    expect(await replicas.find("b")).toEqual({
      ...{ id: "b", role: "gateway", release: "", configVersion: 0 },
      ...{ startedAt: NOW + 9, seenAt: NOW + 9, adoptedAt: NOW + 9 },
    });
    expect(await replicas.list(0)).toEqual([]);
    const twoDays = 2 * 24 * 60 * MINUTE;
    await replicas.prune(NOW + twoDays);
    expect(await replicas.find("a")).not.toBeNull();
    await replicas.prune(NOW + twoDays + 10);
    expect([await replicas.find("a"), await replicas.find("b")]).toEqual([null, null]);
  });
});
