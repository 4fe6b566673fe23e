import { buildOperations, type TestOperations } from "@test/build-operations";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AppError } from "@/core/errors";
import type { Actor } from "../operation";
import type { OperationTypes } from "../registry";

let operations: TestOperations;
let ada: Actor & { userId: number };
let grace: Actor & { userId: number };
let userId: number;

type List = OperationTypes["audit.list"];
const list = async (input: List["input"] = {}) =>
  (await operations.run("audit.list", input, ada)).output as List["output"];
const told = async (input: List["input"]) =>
  (await list(input)).items.map(({ operation, actor }) => `${actor.name} ${operation}`);
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "ok",
    (error: AppError) => error.code,
  );

beforeAll(async () => {
  operations = await buildOperations();
  ada = await operations.signUp("admin", "ada");
  grace = { ...(await operations.signUp("admin", "grace")), via: "api", address: null };
  const { output } = await operations.run("users.create", { name: "50% alice" }, ada);
  userId = (output as { id: number }).id;
  operations.clock.advance(1_000);
  await operations.run("users.update", { id: userId, version: 1, enabled: false }, grace);
  operations.clock.advance(1_000);
  await operations.run("settings.update", { maxAttempts: 7 }, grace);
  await operations.run("users.delete", { id: userId }, ada);
});
afterAll(() => operations.database.drop());

describe("the audit log", () => {
  test("tells who did what, when, by which way and from where, newest first", async () => {
    const { items, total, nextCursor } = await list();
    expect([total, nextCursor]).toEqual([{ value: 4, capped: false }, null]);
    expect(items.map(({ operation }) => operation)).toEqual([
      ...["users.delete", "settings.update", "users.update", "users.create"],
    ]);
    expect(items.at(-1)).toMatchObject({
      ...{ via: "page", actor: { kind: "account", userId: ada.userId, name: "ada" }, address: ada.address },
      ...{ target: `user:${userId}`, before: null, after: { name: "50% alice" } },
    });
    expect(items[2]).toMatchObject({ via: "api", address: null, before: { enabled: true }, after: { enabled: false } });
    expect(items[0]?.after).toBeNull();
    const [entry] = items;
    expect((await operations.run("audit.get", { id: entry?.id }, ada)).output).toEqual(entry);
    expect(await codeOf(operations.run("audit.get", { id: 999_999 }, ada))).toBe("not_found");
  });

  test("is filtered by who, how, what, on what and when", async () => {
    const ofAda = ["ada users.delete", "ada users.create"];
    expect(await told({ actorUserId: ada.userId })).toEqual(ofAda);
    expect(await told({ via: "page", actorKind: "account" })).toEqual(ofAda);
    expect(await told({ actorKind: "token" })).toEqual([]);
    expect(await told({ operation: "users.update" })).toEqual(["grace users.update"]);
    expect(await told({ operation: "users" })).toEqual(["ada users.delete", "grace users.update", "ada users.create"]);
    expect(await told({ operation: "user" })).toEqual([]);
    expect(await told({ target: `user:${userId}`, via: "api" })).toEqual(["grace users.update"]);
    expect(await told({ target: "settings" })).toEqual(["grace settings.update"]);
    expect((await told({ target: "user" })).length).toBe(3);
    const [deleted, , updated, created] = (await list()).items;
    expect(await told({ from: updated?.at ?? "", to: deleted?.at ?? "" })).toEqual(["grace users.update"]);
    expect(await told({ to: updated?.at ?? "" })).toEqual([`ada ${created?.operation}`]);
  });

  test("is searched by names, in which nothing is a pattern", async () => {
    expect((await told({ q: "50% ALICE" })).length).toBe(3);
    expect((await told({ q: "GRACE" })).length).toBe(2);
    expect(await told({ q: "%" })).toHaveLength(3);
    expect(await told({ q: "_" })).toEqual([]);
    expect(await told({ q: "\\" })).toEqual([]);
  });

  test("comes in pages that no later entry shifts, and a cursor belongs to its filters", async () => {
    const first = await list({ target: "user", limit: 2 });
    await operations.run("users.create", { name: "late" }, ada);
    const cursor = first.nextCursor ?? "";
    const second = await list({ target: "user", limit: 2, cursor });
    expect([...first.items, ...second.items].map(({ operation }) => operation)).toEqual([
      ...["users.delete", "users.update", "users.create"],
    ]);
    expect(second.nextCursor).toBeNull();
    expect(await codeOf(list({ cursor }))).toBe("cursor_mismatch");
    for (const bad of [
      "x",
      Buffer.from('["a",1,"x"]').toString("base64url"),
      Buffer.from("[1e300,1,1]").toString("base64url"),
    ])
      expect(await codeOf(list({ cursor: bad }))).toBe("cursor_invalid");
    expect(await codeOf(list({ limit: 201 }))).toBe("validation_failed");
  });
});

test("the processes that were heard of in the last minute are listed with the configuration of each", async () => {
  const now = operations.clock.now();
  const at = (ms: number) => new Date(ms).toISOString();
  await operations.database.sql`
    insert into replicas (id, role, release, config_version, started_at, seen_at) values
    ('a', 'all', '1.2.3', 41, ${at(now - 90_000)}, ${at(now - 60_000)}), ('b', 'gateway', '1.2.3', 42, ${at(now)}, ${at(now)}),
    ('c', 'all', '1.2.3', 7, ${at(now - 90_000)}, ${at(now - 60_001)})`;
  const { output } = await operations.run("replicas.list", {}, ada);
  const { items } = output as OperationTypes["replicas.list"]["output"];
  expect(items).toEqual([
    { id: "b", role: "gateway", version: "1.2.3", configVersion: 42, startedAt: at(now), seenAt: at(now) },
    {
      id: "a",
      role: "all",
      version: "1.2.3",
      configVersion: 41,
      startedAt: at(now - 90_000),
      seenAt: at(now - 60_000),
    },
  ]);
});
