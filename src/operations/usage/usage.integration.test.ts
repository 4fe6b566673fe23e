import { settlementTexts } from "@test/build-ledger";
import { buildOperations, type TestOperations } from "@test/build-operations";
import { buildStoredEntry } from "@test/build-stored-rows";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AppError } from "@/core/errors";
import { uuidv7Hex } from "@/lib/id";
import { ledgerStore } from "@/stores/postgres/ledger-store";
import type { Actor } from "../operation";
import type { OperationTypes } from "../registry";

let operations: TestOperations;
let admin: Actor & { userId: number };
let user: Actor & { userId: number };
beforeAll(async () => {
  operations = await buildOperations();
  admin = await operations.signUp("admin", "admin");
  user = await operations.signUp("user", "user");
  const at = operations.clock.now() - 1000;
  const entries = [admin, user].map(({ userId }) => buildStoredEntry({ id: uuidv7Hex(at), admittedAt: at, userId }));
  await ledgerStore(operations.database).record(settlementTexts(entries));
});
afterAll(() => operations.database.drop());

const report = async (input: OperationTypes["usage.report"]["input"]) =>
  (await operations.run("usage.report", input, admin)).output as OperationTypes["usage.report"]["output"];
const fieldsOf = (input: OperationTypes["usage.report"]["input"]) =>
  report(input).then(
    () => [],
    (error: AppError) => error.fields.map(({ path, code }) => `${path}: ${code}`),
  );

test("a report without a word is of 30 days up to now, with every bucket filled", async () => {
  const { buckets, series, other, total, to } = await report({});
  expect(buckets).toHaveLength(30);
  expect(Date.parse(to)).toBe(operations.clock.now());
  expect([series, other]).toEqual([[], null]);
  expect(total.points).toHaveLength(30);
  expect(total.total).toMatchObject({ costUsd: "0.0015", requests: 2, tokens: 300, inputTokens: 20, outputTokens: 10 });
});

test("one's own report holds nothing of others", async () => {
  const { output } = await operations.run("me.usage", { groupBy: "key" }, user);
  expect(output).toMatchObject({ total: { total: { requests: 1 } }, series: [{ total: { requests: 1 } }] });
});

test.each([
  [{ from: "2026-01-02T00:00:00Z", to: "2026-01-02T00:00:00Z" }, ["from: period_invalid"]],
  [{ to: "0001-01-03T00:00:00Z" }, ["to: period_invalid"]],
  [{ from: "0001-01-03T00:00:00Z" }, ["interval: too_many_buckets"]],
  [
    { from: "2026-01-01T00:00:00Z", to: "2026-02-03T09:00:00Z", interval: "hour" as const },
    ["interval: too_many_buckets"],
  ],
  [{ top: 51 }, ["top: out_of_range"]],
])("%j is refused with %j", async (input, fields) => {
  expect(await fieldsOf(input)).toEqual(fields);
});
