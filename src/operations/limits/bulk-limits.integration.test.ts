import { buildOperations, type TestOperations } from "@test/build-operations";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { AppError } from "@/core/errors";
import type { Actor } from "../operation";
import type { OperationTypes } from "../registry";

let operations: TestOperations;
let admin: Actor & { userId: number };
type Change = OperationTypes["limits.bulk"]["input"]["changes"][number];

beforeEach(async () => {
  operations = await buildOperations();
  admin = await operations.signUp("admin", "ada");
});
afterEach(() => operations.database.drop());

const run = async <Name extends keyof OperationTypes>(name: Name, input: OperationTypes[Name]["input"]) =>
  (await operations.run(name, input, admin)).output as OperationTypes[Name]["output"];
const newUser = async (name: string) => (await run("users.create", { name })).id;
/** A change of a user's own limit to an amount of USD a day. */
async function change(id: number, amount: string): Promise<Change> {
  const place = { kind: "user" as const, id, target: "global" as const };
  const { version } = await run("limits.get", place);
  return { ...place, version, values: { usd: { daily: { state: "limit", amount } } } };
}
const amounts = async () =>
  (await run("limits.list", {})).items.map(({ amount, subjectName }) => `${subjectName} ${amount}`);
const errorOf = (work: Promise<unknown>) => work.catch((error: AppError) => error) as Promise<AppError>;

test("limits of several subjects are written at once, each with a row in the audit log", async () => {
  const changes = [await change(await newUser("a"), "1"), await change(await newUser("b"), "2")];
  const before = (await operations.audit()).length;
  const { items } = await run("limits.bulk", { changes });
  expect(items.map(({ subjectName, values }) => [subjectName, values.usd.daily])).toEqual([
    ["a", { state: "limit", amount: "1" }],
    ["b", { state: "limit", amount: "2" }],
  ]);
  const rows = (await operations.audit()).slice(before);
  expect(rows.map(({ operation, target, before: was }) => [operation, target, was])).toEqual(
    changes.map(({ id }) => ["limits.bulk", `limits:user:${id}:global`, null]),
  );
  const again = changes.map((one, index) => ({ ...one, version: items[index]?.version ?? "" }));
  await run("limits.bulk", { changes: again });
  expect((await operations.audit()).length).toBe(before + 2);
});

test("one stale version refuses all of them and names its place", async () => {
  const [a, b] = [await newUser("a"), await newUser("b")];
  const stale = await change(b, "9");
  await run("limits.put", await change(b, "2"));
  const current = await change(b, "9");
  const error = await errorOf(run("limits.bulk", { changes: [await change(a, "1"), stale] }));
  expect(error.code).toBe("version_conflict");
  expect(error.params).toEqual({ version: current.version, place: "user:b global", path: "changes[1]" });
  const { kind, id, target } = stale;
  expect(error.current).toEqual((await operations.run("limits.get", { kind, id, target }, admin)).output);
  expect(await amounts()).toEqual(["b 2"]);
});

test("what is wrong with one is told by its place in the list, and nothing is written", async () => {
  const a = await change(await newUser("a"), "1");
  const nobody = { ...a, id: 999_999 };
  const bad = await errorOf(run("limits.bulk", { changes: [a, nobody] }));
  expect(bad.fields).toEqual([{ path: "changes[1].id", code: "subject_unknown" }]);
  const twice = await errorOf(run("limits.bulk", { changes: [a, { ...a }] }));
  expect(twice.fields).toMatchObject([{ path: "changes[1]", code: "duplicate" }]);
  const many = Array.from({ length: 201 }, (_, index) => ({ ...a, id: index + 1 }));
  expect((await errorOf(run("limits.bulk", { changes: many }))).fields).toMatchObject([
    { path: "changes", code: "too_long" },
  ]);
  expect((await errorOf(run("limits.bulk", { changes: [] }))).fields).toMatchObject([
    { path: "changes", code: "required" },
  ]);
  expect(await amounts()).toEqual([]);
});

test("limits that are deleted inherit again; a stale version deletes nothing", async () => {
  const id = await newUser("a");
  const stale = await change(id, "1");
  const { version } = await run("limits.put", stale);
  const place = { kind: "user" as const, id, target: "global" as const };
  expect((await errorOf(run("limits.delete", { ...place, version: stale.version }))).params).toEqual({
    ...{ version, place: "user:a global" },
  });
  expect(await amounts()).toEqual(["a 1"]);
  const cell = await run("limits.delete", { ...place, version });
  expect(cell.values.usd.daily).toEqual({ state: "inherit" });
  expect(await amounts()).toEqual([]);
  expect((await operations.audit()).at(-1)).toMatchObject({ operation: "limits.delete", after: null });
  const rows = (await operations.audit()).length;
  await run("limits.delete", { ...place, version: cell.version });
  expect((await operations.audit()).length).toBe(rows);
});
