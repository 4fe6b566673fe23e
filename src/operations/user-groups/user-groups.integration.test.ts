import { buildOperations, type TestOperations } from "@test/build-operations";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AppError, isAppError } from "@/core/errors";
import type { Actor } from "../operation";
import type { OperationTypes } from "../registry";

type Name = keyof OperationTypes;
let operations: TestOperations;
let admin: Actor & { userId: number };
let count = 0;
const fresh = (what: string) => `${what} ${++count}`;

async function call<N extends Name>(name: N, input: OperationTypes[N]["input"]) {
  return (await operations.run(name, input, admin)).output as OperationTypes[N]["output"];
}
const create = (userIds: number[] = [], name = fresh("team")) => call("userGroups.create", { name, userIds });
const newUser = async () => (await call("users.create", { name: fresh("user") })).id;
async function refusalOf(work: Promise<unknown>): Promise<AppError> {
  const result = await work.catch((error: unknown) => error);
  if (!isAppError(result)) throw new Error("nothing was refused");
  return result;
}
const fieldsOf = async (work: Promise<unknown>) =>
  (await refusalOf(work)).fields.map(({ path, code }) => `${path}: ${code}`);

beforeAll(async () => {
  operations = await buildOperations();
  admin = await operations.signUp("admin", "admin");
});
afterAll(() => operations.database.drop());

describe("a user group", () => {
  test("counts its users and names them", async () => {
    const [ada, bob] = [await newUser(), await newUser()];
    const group = await create([ada], "The Crew");
    expect(group).toMatchObject({ name: "The Crew", userCount: 1, version: 1, managedBy: null });
    const grown = await call("userGroups.addUsers", { id: group.id, userIds: [bob, ada] });
    expect(grown.userCount).toBe(2);
    const { users, userCount } = await call("userGroups.get", { id: group.id });
    expect([users.map(({ id }) => id), userCount]).toEqual([[ada, bob], 2]);
    expect((await call("userGroups.list", { q: "CREW" })).items).toEqual([grown]);
    const left = await call("userGroups.removeUsers", { id: group.id, userIds: [ada, 999_999] });
    expect(left.userCount).toBe(1);
  });

  test("has a name of its own whatever the case, and is renamed at its version", async () => {
    const [one, two] = [await create([], "Alpha"), await create([], "Beta")];
    expect(await fieldsOf(create([], "aLPHA"))).toEqual(["name: name_taken"]);
    expect(await fieldsOf(call("userGroups.update", { id: two.id, version: 1, name: "ALPHA" }))).toEqual([
      "name: name_taken",
    ]);
    expect((await call("userGroups.update", { id: one.id, version: 1, name: "Gamma" })).version).toBe(2);
    const stale = call("userGroups.update", { id: one.id, version: 1, name: "Delta" });
    expect((await refusalOf(stale)).code).toBe("version_conflict");
  });

  test("multiplies the costs of its users or does not, with 6 decimals between 0 and 100", async () => {
    const { id, ...made } = await call("userGroups.create", {
      name: fresh("team"),
      costMultiplier: "0.333333",
      userIds: [],
    });
    expect(made).toMatchObject({ costMultiplier: "0.333333", version: 1 });
    expect(await create()).toMatchObject({ costMultiplier: null });
    const changed = await call("userGroups.update", { id, version: 1, costMultiplier: "1.5" });
    expect(changed).toMatchObject({ name: made.name, costMultiplier: "1.5", version: 2 });
    expect(await call("userGroups.update", { id, version: 2, costMultiplier: "1.500" })).toEqual(changed);
    expect(await call("userGroups.update", { id, version: 2, name: fresh("team") })).toMatchObject({
      costMultiplier: "1.5",
    });
    expect(await call("userGroups.update", { id, version: 3, costMultiplier: null })).toMatchObject({
      costMultiplier: null,
    });
    expect((await call("userGroups.get", { id })).costMultiplier).toBeNull();
    for (const costMultiplier of ["-1", "100.000001", "0.0000001", "many", ""])
      expect(await fieldsOf(call("userGroups.update", { id, version: 4, costMultiplier }))).toEqual([
        "costMultiplier: multiplier_invalid",
      ]);
    const audited = (await operations.audit()).filter(({ target }) => target === `user-group:${id}`);
    expect(audited.map(({ after }) => (after as { costMultiplier: string | null }).costMultiplier)).toEqual([
      "0.333333",
      "1.5",
      "1.5",
      null,
    ]);
  });

  test("refuses users that are none, each at its place, and changes nothing", async () => {
    const ada = await newUser();
    const group = await create();
    expect(await fieldsOf(call("userGroups.addUsers", { id: group.id, userIds: [888_888, ada, 999_999] }))).toEqual([
      "userIds[0]: user_unknown",
      "userIds[2]: user_unknown",
    ]);
    expect((await call("userGroups.get", { id: group.id })).users).toEqual([]);
    expect(await fieldsOf(create([999_999], "Never made"))).toEqual(["userIds[0]: user_unknown"]);
    expect((await call("userGroups.list", { q: "Never made" })).items).toEqual([]);
    expect(await fieldsOf(create([ada, ada]))).toEqual(["userIds: duplicate"]);
  });

  test("that is joined twice at once has the user once", async () => {
    const ada = await newUser();
    const { id } = await create();
    await Promise.all(Array.from({ length: 5 }, () => call("userGroups.addUsers", { id, userIds: [ada] })));
    expect((await call("userGroups.get", { id })).userCount).toBe(1);
    expect((await operations.audit()).filter((row) => row.target === `user-group:${id}`)).toHaveLength(2);
  });

  test("whose users are deleted while others add them makes nobody wait for ever", async () => {
    const { id } = await create();
    const users = await Promise.all(Array.from({ length: 6 }, newUser));
    const works = users.flatMap((user) => [
      call("userGroups.addUsers", { id, userIds: [user] }),
      call("users.delete", { id: user }),
      call("userGroups.removeUsers", { id, userIds: [user] }),
    ]);
    const results = await Promise.allSettled(works);
    const codes = results.map((result) => (result.status === "rejected" ? (result.reason as AppError).code : "ok"));
    expect(codes.filter((code) => code !== "ok" && code !== "validation_failed")).toEqual([]);
    expect((await call("userGroups.get", { id })).userCount).toBe(0);
  });

  test("that takes a user twice steps no version the second time", async () => {
    const ada = await newUser();
    const { id } = await create([ada]);
    const { configVersion } = operations.ports;
    const before = await configVersion();
    await call("userGroups.addUsers", { id, userIds: [ada] });
    await call("userGroups.removeUsers", { id, userIds: [999_999] });
    expect(await configVersion()).toBe(before);
  });

  test.each<[Name, object]>([
    ["userGroups.get", {}],
    ["userGroups.update", { version: 1, name: "x" }],
    ["userGroups.delete", {}],
    ["userGroups.addUsers", { userIds: [1] }],
    ["userGroups.removeUsers", { userIds: [1] }],
  ])("%s of a group that is none is not found", async (name, input) => {
    const refused = await refusalOf(operations.run(name, { id: 999_999, ...input }, admin));
    expect([refused.code, refused.status]).toEqual(["not_found", 404]);
  });
});

describe("deleting leaves no row behind", () => {
  const { stringify } = JSON;
  /** A user in a group with a key, and every kind of row about them. */
  async function fill() {
    const user = await newUser();
    const { key } = await call("keys.create", { userId: user, name: fresh("key") });
    const group = await create([user]);
    const { sql } = operations.database;
    await sql`insert into limits (subject_type, user_id, user_group_id, key_id, unit, "window", state) values
      ('user', ${user}, null, null, 'usd', 'daily', 'block'), ('user_group', null, ${group.id}, null, 'usd', 'daily', 'block'),
      ('user_group', null, ${group.id}, null, 'usd', '5h', 'unlimited'), ('key', null, null, ${key.id}, 'usd', 'daily', 'block')`;
    await sql`insert into boosts (user_id, unit, "window", amount, valid_from, valid_to, created_by)
      values (${user}, 'usd', 'daily', 1, now(), now() + interval '1 day', 'root')`;
    await sql`insert into usage_restarts (subject_type, user_id, key_id, unit, by)
      values ('user', ${user}, null, 'usd', 'root'), ('key', null, ${key.id}, 'usd', 'root')`;
    return { user, key: key.id, group: group.id };
  }
  /** Rows about a user, a key and a group: limits, boosts, restarts, users of the group. */
  async function rowsOf({ user, key, group }: Awaited<ReturnType<typeof fill>>) {
    const { sql } = operations.database;
    const [limits] =
      await sql`select count(*) filter (where user_id = ${user}) as user, count(*) filter (where key_id = ${key}) as key,
      count(*) filter (where user_group_id = ${group}) as group from limits`;
    const [boosts] = await sql`select count(*) as n from boosts where user_id = ${user}`;
    const [restarts] =
      await sql`select count(*) filter (where user_id = ${user}) as user, count(*) filter (where key_id = ${key}) as key
      from usage_restarts`;
    const [users] =
      await sql`select count(*) as n from user_group_users where user_id = ${user} or user_group_id = ${group}`;
    const numbers = [limits?.user, limits?.key, limits?.group, boosts?.n, restarts?.user, restarts?.key, users?.n];
    return stringify(numbers.map(Number));
  }

  test("of a user group, whose users keep their own", async () => {
    const ids = await fill();
    expect(await rowsOf(ids)).toBe("[1,1,2,1,1,1,1]");
    expect(await call("userGroups.delete", { id: ids.group })).toEqual({
      id: ids.group,
      limits: 2,
      boosts: 0,
      users: 1,
    });
    expect(await rowsOf(ids)).toBe("[1,1,0,1,1,1,0]");
  });

  test("of a user with the keys, whose group stays", async () => {
    const ids = await fill();
    await call("users.delete", { id: ids.user });
    expect(await rowsOf(ids)).toBe("[0,0,2,0,0,0,0]");
    expect((await call("userGroups.get", { id: ids.group })).userCount).toBe(0);
  });

  test("of a key", async () => {
    const ids = await fill();
    await call("keys.delete", { id: ids.key });
    expect(await rowsOf(ids)).toBe("[1,0,2,1,1,0,1]");
  });
});
