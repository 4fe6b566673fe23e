import { buildOperations, type TestOperations } from "@test/build-operations";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AppError } from "@/core/errors";
import type { LimitSubject } from "@/core/vocabulary";
import type { Actor } from "../operation";
import type { OperationTypes } from "../registry";

type Name = keyof OperationTypes;
type Place = { readonly kind: LimitSubject; readonly id: number; readonly target: "global" | number };

let operations: TestOperations;
let admin: Actor & { userId: number };
let count = 0;
const fresh = (what: string) => `${what}-${++count}`;

async function call<N extends Name>(name: N, input: OperationTypes[N]["input"]) {
  return (await operations.run(name, input, admin)).output as OperationTypes[N]["output"];
}
const outcomeOf = (work: Promise<unknown>) =>
  work.then(
    () => "ok",
    (error: AppError) => error.code,
  );
const fieldsOf = (work: Promise<unknown>) =>
  work.then(
    () => [],
    (error: AppError) => error.fields.map(({ path, code }) => `${path}: ${code}`),
  );

const newUser = async (): Promise<Place> => ({
  ...{ kind: "user", target: "global" },
  id: (await call("users.create", { name: fresh("user") })).id,
});
const newModelGroup = async () => (await call("modelGroups.create", { name: fresh("models"), models: [] })).id;
/** Puts values of any kind over what is there. */
async function put(place: Place, values: unknown, version?: string) {
  const seen = version ?? (await call("limits.get", place)).version;
  const { output } = await operations.run("limits.put", { ...place, version: seen, values }, admin);
  return output as OperationTypes["limits.put"]["output"];
}
const limit = (amount: string, patch: object = {}) => ({ state: "limit", amount, ...patch });
/** The rows of a user as they are stored. */
const rowsOf = async ({ id }: Place) =>
  [
    ...(await operations.database.sql<{ id: string; cell: string; version: number; state_version: string }[]>`
      select id, unit || ' ' || "window" as cell, version, state_version from limits where user_id = ${id} order by id`),
  ].map(({ id: row, cell, version, state_version }) => ({ row, cell, version, stateVersion: Number(state_version) }));

beforeAll(async () => {
  operations = await buildOperations();
  admin = await operations.signUp("admin", "admin");
});
afterAll(() => operations.database.drop());

describe("the limits of one subject and target", () => {
  test("all inherit at first, and are read as they were put", async () => {
    const place = await newUser();
    const empty = await call("limits.get", place);
    expect(Object.keys(empty.values)).toEqual(["usd", "tokens", "requests"]);
    const cells = Object.values(empty.values).flatMap((windows) => Object.values(windows));
    expect(cells).toEqual(Array.from({ length: 15 }, () => ({ state: "inherit" })));
    const after = await put(place, {
      usd: { daily: limit("12.40", { mode: "rolling" }), total: limit("0.000000001") },
      tokens: { "5h": { state: "unlimited" }, monthly: limit("9007199254740991", { enforcement: "strict" }) },
      requests: { weekly: { state: "block" }, daily: { state: "inherit" } },
    });
    expect(after).toMatchObject({
      ...place,
      subjectName: expect.stringMatching(/^user-/),
      targetName: null,
      managedBy: null,
      values: {
        usd: { daily: { state: "limit", amount: "12.4", mode: "rolling" }, total: { amount: "0.000000001" } },
        tokens: { "5h": { state: "unlimited" }, monthly: { amount: "9007199254740991", enforcement: "strict" } },
        requests: { weekly: { state: "block" }, daily: { state: "inherit" } },
      },
    });
    expect(await call("limits.get", place)).toEqual(after);
    expect(after.version).not.toBe(empty.version);
  });

  test("exist for groups and keys too, and for a model group apart from global", async () => {
    const user = await newUser();
    const group = await call("userGroups.create", { name: fresh("team") });
    const { key } = await call("keys.create", { userId: user.id, name: "laptop" });
    const target = await newModelGroup();
    for (const place of [
      { ...user, target },
      { kind: "user_group" as const, id: group.id, target },
      { kind: "key" as const, id: key.id, target },
    ]) {
      const after = await put(place, { usd: { daily: limit("1") } });
      expect([after.kind, after.target, after.targetName]).toEqual([place.kind, target, expect.any(String)]);
      expect((await call("limits.get", { ...place, target: "global" })).values.usd?.daily).toEqual({
        state: "inherit",
      });
    }
    const names = (await call("limits.list", { target })).items.map(({ subjectName }) => subjectName);
    expect(names).toEqual([expect.any(String), group.name, expect.stringMatching(/^user-\d+\/laptop$/)]);
  });

  test("keep row and state version where state and mode stay, and lose the row that is not named", async () => {
    const place = await newUser();
    await put(place, { usd: { daily: limit("1"), weekly: limit("5"), monthly: limit("9"), total: limit("20") } });
    const before = await rowsOf(place);
    await put(place, {
      usd: { daily: limit("2"), weekly: limit("5", { mode: "rolling" }), monthly: limit("9") },
      requests: { daily: limit("3") },
    });
    const after = await rowsOf(place);
    const at = (rows: typeof after, cell: string) => rows.find((row) => row.cell === cell);
    expect(after.map(({ cell }) => cell).sort()).toEqual(["requests daily", "usd daily", "usd monthly", "usd weekly"]);
    expect(at(after, "usd monthly")).toEqual(at(before, "usd monthly"));
    const daily = at(before, "usd daily");
    expect(at(after, "usd daily")).toEqual({ ...daily, version: 2 });
    const weekly = at(after, "usd weekly");
    expect(weekly?.row).toBe(at(before, "usd weekly")?.row);
    expect(weekly?.stateVersion).toBeGreaterThan(at(before, "usd weekly")?.stateVersion ?? 0);
  });

  test("write nothing and leave no audit row when nothing differs", async () => {
    const place = await newUser();
    const first = await put(place, { usd: { daily: limit("1") } });
    const audit = (await operations.audit()).length;
    const version = await operations.ports.configVersion();
    const second = await put(place, { usd: { daily: limit("1.00"), weekly: { state: "inherit" } } });
    expect(second).toEqual(first);
    expect([(await operations.audit()).length, await operations.ports.configVersion()]).toEqual([audit, version]);
  });

  test("lose every row when every cell inherits, and the audit log tells what went", async () => {
    const place = await newUser();
    await put(place, { usd: { daily: limit("1") }, tokens: { total: { state: "block" } } });
    const after = await put(place, {});
    expect(await rowsOf(place)).toEqual([]);
    expect(Object.values(after.values).flatMap((windows) => Object.values(windows))).toHaveLength(15);
    expect((await operations.audit()).at(-1)).toMatchObject({
      operation: "limits.put",
      target: `limits:user:${place.id}:global`,
      before: { values: { "usd.daily": { state: "limit", amount: "1" }, "tokens.total": { state: "block" } } },
      after: null,
    });
  });

  test("of two writers who saw the same version take one, whether there were rows or not", async () => {
    const place = await newUser();
    for (const amount of ["1", "3"]) {
      const { version } = await call("limits.get", place);
      const race = ["0", "1", "2"].map((digit) =>
        outcomeOf(put(place, { usd: { daily: limit(`${amount}.${digit}5`) } }, version)),
      );
      expect((await Promise.all(race)).sort()).toEqual(["ok", "version_conflict", "version_conflict"]);
      expect(await rowsOf(place)).toHaveLength(1);
    }
    expect(await outcomeOf(put(place, {}, "stale"))).toBe("version_conflict");
  });

  test("tell every wrong cell at once and write none of them", async () => {
    const place = await newUser();
    const { version } = await put(place, { usd: { daily: limit("1") } });
    const before = await rowsOf(place);
    const wrong = {
      usd: {
        total: limit("5", { mode: "rolling" }),
        monthly: limit("5", { mode: "fixed" }),
        weekly: limit("0"),
        daily: limit("1.0000000001"),
        "5h": limit("5", { mode: "calendar", enforcement: "hard" }),
        hourly: limit("5"),
      },
      tokens: { total: limit("1e400"), monthly: limit("NaN"), weekly: limit("-1"), daily: limit("1.5"), "5h": 0 },
      requests: {
        total: null,
        monthly: { state: "limit" },
        weekly: { state: "limit", amount: 5 },
        daily: { state: "limit", amount: null },
        "5h": { state: "open" },
      },
      eur: { daily: limit("1") },
    };
    expect((await fieldsOf(put(place, wrong, version))).sort()).toEqual(
      [
        "values.usd.total.mode: mode_not_applicable",
        "values.usd.monthly.mode: mode_not_applicable",
        "values.usd.weekly.amount: limit_zero_use_block",
        "values.usd.daily.amount: amount_too_precise",
        "values.usd.5h.mode: mode_not_applicable",
        "values.usd.5h.enforcement: enforcement_unknown",
        "values.usd.hourly: window_unknown",
        "values.tokens.total.amount: amount_invalid",
        "values.tokens.monthly.amount: amount_invalid",
        "values.tokens.weekly.amount: amount_invalid",
        "values.tokens.daily.amount: amount_too_precise",
        "values.tokens.5h: limit_zero_use_block",
        "values.requests.total: limit_zero_use_block",
        "values.requests.monthly.amount: required",
        "values.requests.weekly.amount: amount_invalid",
        "values.requests.daily.amount: limit_zero_use_block",
        "values.requests.5h.state: not_a_choice",
        "values.eur: unit_unknown",
      ].sort(),
    );
    const good = { usd: { daily: limit("2"), weekly: limit("9007200") } };
    expect(await fieldsOf(put(place, good, version))).toEqual(["values.usd.weekly.amount: amount_out_of_range"]);
    expect(await rowsOf(place)).toEqual(before);
  });

  test("of nobody, or for no model group, are refused with both told", async () => {
    const nowhere = { kind: "user_group" as const, id: 999_999, target: 999_999 };
    const faults = ["id: subject_unknown", "target: target_unknown"];
    expect(await fieldsOf(call("limits.get", nowhere))).toEqual(faults);
    expect(await fieldsOf(put(nowhere, {}, "x"))).toEqual(faults);
    expect(await fieldsOf(operations.run("limits.get", { kind: "team", id: 1, target: "all" }, admin))).toEqual([
      "kind: subject_unknown",
      "target: target_unknown",
    ]);
  });

  test("go with the user, the model group and the key", async () => {
    const user = await newUser();
    const { key } = await call("keys.create", { userId: user.id, name: "laptop" });
    const target = await newModelGroup();
    await put({ ...user, target }, { usd: { daily: limit("1") } });
    await put({ kind: "key", id: key.id, target: "global" }, { usd: { daily: limit("1") } });
    await put(user, { usd: { daily: limit("1") } });
    await call("modelGroups.delete", { id: target });
    expect(await rowsOf(user)).toHaveLength(1);
    await call("users.delete", { id: user.id });
    expect((await call("limits.list", { kind: "key", subjectId: key.id })).items).toEqual([]);
    expect(await rowsOf(user)).toEqual([]);
  });
});

describe("the list of limits", () => {
  test("is filtered by subject, target, unit and window, and its pages follow each other", async () => {
    const place = await newUser();
    const target = await newModelGroup();
    await put(place, { usd: { daily: limit("1"), weekly: limit("2") }, tokens: { daily: limit("3") } });
    await put({ ...place, target }, { usd: { daily: limit("4") } });
    const ofUser = { kind: "user" as const, subjectId: place.id };
    const list = async (filter: OperationTypes["limits.list"]["input"]) =>
      (await call("limits.list", filter)).items.map(({ unit, window, amount }) => `${unit} ${window} ${amount}`).sort();
    expect(await list({ ...ofUser, target })).toEqual(["usd daily 4"]);
    expect(await list({ ...ofUser, target: "global" })).toHaveLength(3);
    expect(await list({ ...ofUser, window: "daily" })).toEqual(["tokens daily 3", "usd daily 1", "usd daily 4"]);
    expect(await list({ ...ofUser, unit: "usd", window: "weekly" })).toEqual(["usd weekly 2"]);
    expect(await list({ kind: "key", subjectId: place.id })).toEqual([]);
    const first = await call("limits.list", { ...ofUser, limit: 3 });
    expect(first.total).toEqual({ value: 4, capped: false });
    const second = await call("limits.list", { ...ofUser, limit: 3, cursor: first.nextCursor ?? "" });
    expect(second.nextCursor).toBeNull();
    expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(4);
    const other = call("limits.list", { kind: "user", limit: 3, cursor: first.nextCursor ?? "" });
    expect(await outcomeOf(other)).toBe("cursor_mismatch");
    expect(await outcomeOf(call("limits.list", { cursor: "x" }))).toBe("cursor_invalid");
  });
});

describe("a restart of total", () => {
  test("is kept for user or key, and the newest is shown", async () => {
    const place = await newUser();
    await call("limits.restartTotal", { ...place, units: ["usd", "tokens"] });
    operations.clock.advance(1000);
    const { restartedAt } = await call("limits.restartTotal", { ...place, units: ["usd"], note: "paid" });
    const { restarts } = await call("limits.get", place);
    expect(restarts).toEqual({ usd: restartedAt, tokens: expect.any(String), requests: null });
    expect(restarts.tokens).not.toBe(restartedAt);
    expect((await operations.audit()).at(-1)).toMatchObject({
      operation: "limits.restartTotal",
      target: `limits:user:${place.id}:global`,
      after: { units: ["usd"], note: "paid", restartedAt },
    });
  });

  test("is refused for a user group, for nobody, and without a unit", async () => {
    const group = await call("userGroups.create", { name: fresh("team") });
    const restart = (place: Place, units: unknown = ["usd"]) =>
      operations.run("limits.restartTotal", { ...place, units }, admin);
    expect(await fieldsOf(restart({ kind: "user_group", id: group.id, target: "global" }))).toEqual([
      "kind: mode_not_applicable",
    ]);
    expect(await fieldsOf(restart({ kind: "key", id: 999_999, target: 999_999 }))).toEqual([
      "id: subject_unknown",
      "target: target_unknown",
    ]);
    const place = await newUser();
    expect(await fieldsOf(restart(place, []))).toEqual(["units: required"]);
    expect(await fieldsOf(restart(place, ["usd", "usd"]))).toEqual(["units: duplicate"]);
    expect(await fieldsOf(restart(place, ["eur"]))).toEqual(["units[0]: unit_unknown"]);
  });
});
