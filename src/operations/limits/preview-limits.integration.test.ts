import { settlementTexts } from "@test/build-ledger";
import { buildOperations, type TestOperations } from "@test/build-operations";
import { buildStoredEntry } from "@test/build-stored-rows";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AppError } from "@/core/errors";
import { uuidv7Hex } from "@/lib/id";
import { asNanoUsd } from "@/lib/money";
import { ledgerStore } from "@/stores/postgres/ledger-store";
import { ensurePartitions } from "@/stores/postgres/partitions";
import type { Actor } from "../operation";
import type { OperationTypes } from "../registry";

type Name = keyof OperationTypes;
type Place = { readonly kind: "user" | "user_group" | "key"; readonly id: number; readonly target: "global" | number };

let operations: TestOperations;
let admin: Actor & { userId: number };
let count = 0;
const fresh = (what: string) => `${what}-${++count}`;

async function call<N extends Name>(name: N, input: OperationTypes[N]["input"]) {
  return (await operations.run(name, input, admin)).output as OperationTypes[N]["output"];
}
async function put(place: Place, values: object) {
  const { version } = await call("limits.get", place);
  await operations.run("limits.put", { ...place, version, values }, admin);
}
async function preview(place: Place, values: object) {
  const { output } = await operations.run("limits.preview", { ...place, values }, admin);
  return output as OperationTypes["limits.preview"]["output"];
}
const user = async (): Promise<Place> => ({
  ...{ kind: "user", target: "global" },
  id: (await call("users.create", { name: fresh("user") })).id,
});
const daily = (amount: string) => ({ usd: { daily: { state: "limit", amount } } });
const none = { unit: null, window: null, by: null };

beforeAll(async () => {
  operations = await buildOperations();
  await ensurePartitions(operations.database, operations.clock.now());
  admin = await operations.signUp("admin", "admin");
});
afterAll(() => operations.database.drop());

test("a preview tells what would be in force, and writes nothing", async () => {
  const place = await user();
  await put(place, daily("5"));
  const before = await call("limits.get", place);
  const rows = (await operations.audit()).length;
  const { subjects, total } = await preview(place, { ...daily("7"), requests: { total: { state: "unlimited" } } });
  expect([subjects, total]).toMatchObject([
    [
      {
        ...{ userId: place.id, keyId: null, warnings: [] },
        cells: [
          { unit: "requests", window: "total", state: "unlimited", cap: null },
          {
            unit: "usd",
            window: "daily",
            amount: "7",
            cap: "7",
            used: "0",
            mode: "calendar",
            winner: { kind: "user", id: place.id },
          },
        ],
      },
    ],
    { value: 1, capped: false },
  ]);
  expect([await call("limits.get", place), (await operations.audit()).length]).toEqual([before, rows]);
});

test("what a group would say is told for each of its users, and where another row outweighs it", async () => {
  const [poor, rich] = [await user(), await user()];
  const group = await call("userGroups.create", { name: fresh("team"), userIds: [poor.id, rich.id] });
  await put(rich, daily("50"));
  const { subjects } = await preview({ kind: "user_group", id: group.id, target: "global" }, daily("10"));
  expect(subjects.map(({ userId, cells, warnings }) => [userId, cells[0]?.cap, warnings])).toEqual([
    [poor.id, "10", []],
    [rich.id, "50", [{ code: "shadowed", unit: "usd", window: "daily", by: { kind: "user", id: rich.id } }]],
  ]);
});

test("a key's cap above its user's cannot apply alone", async () => {
  const place = await user();
  await put(place, daily("5"));
  const { key } = await call("keys.create", { userId: place.id, name: fresh("key") });
  const ofKey: Place = { kind: "key", id: key.id, target: "global" };
  const warned = (await preview(ofKey, daily("6"))).subjects[0];
  expect([warned?.keyId, warned?.warnings]).toEqual([
    key.id,
    [{ code: "shadowed", unit: "usd", window: "daily", by: { kind: "user", id: place.id } }],
  ]);
  expect((await preview(ofKey, daily("5"))).subjects[0]?.warnings).toEqual([]);
});

test("a cap that is reached already is told, and one above what was used is not", async () => {
  const place = await user();
  const at = operations.clock.now();
  const owner = { id: uuidv7Hex(at), admittedAt: at, userId: place.id, keyId: 1, modelGroupId: null };
  const entry = buildStoredEntry({ ...owner, costNanoUsd: asNanoUsd(2_000_000_000) });
  await ledgerStore(operations.database).record(settlementTexts([entry], []));
  const above = (await preview(place, daily("2"))).subjects[0];
  expect([above?.cells[0]?.used, above?.warnings]).toEqual([
    "2",
    [{ code: "already_above", unit: "usd", window: "daily", by: null }],
  ]);
  expect((await preview(place, daily("2.000000001"))).subjects[0]?.warnings).toEqual([]);
});

test("the first row of a model group, whatever it says, takes the group out of the global limits", async () => {
  const place = await user();
  const models = await call("modelGroups.create", { name: fresh("models"), models: [] });
  const own: Place = { ...place, target: models.id };
  const unlimited = { tokens: { monthly: { state: "unlimited" } } };
  const warnings = async () => (await preview(own, unlimited)).subjects[0]?.warnings;
  expect(await warnings()).toEqual([]);
  await put(place, daily("5"));
  expect(await warnings()).toEqual([{ code: "leaves_global", ...none }]);
  await put(own, daily("1"));
  expect(await warnings()).toEqual([]);
});

test("the same body is refused as when it is put", async () => {
  const place = await user();
  const fields = (work: Promise<unknown>) =>
    work.then(String, (error: AppError) => error.fields.map(({ code }) => code));
  expect(await fields(preview(place, daily("0")))).toEqual(["limit_zero_use_block"]);
  expect(await fields(preview({ ...place, id: 999_999 }, daily("1")))).toEqual(["subject_unknown"]);
});
