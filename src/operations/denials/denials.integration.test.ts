import { buildOperations, type TestOperations } from "@test/build-operations";
import { buildStoredDenial } from "@test/build-stored-rows";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AppError } from "@/core/errors";
import { requestIdOf, uuidv7Hex } from "@/lib/id";
import { ledgerStore } from "@/stores/postgres/ledger-store";
import { ensurePartitions } from "@/stores/postgres/partitions";
import type { Actor } from "../operation";
import type { OperationTypes } from "../registry";

let operations: TestOperations;
let admin: Actor & { userId: number };
beforeAll(async () => {
  operations = await buildOperations();
  await ensurePartitions(operations.database, operations.clock.now());
  admin = await operations.signUp("admin", "admin");
});
afterAll(() => operations.database.drop());

async function list(input: OperationTypes["denials.list"]["input"]) {
  return (await operations.run("denials.list", input, admin)).output as OperationTypes["denials.list"]["output"];
}

test("denials are listed newest first with what they said, filtered and in pages", async () => {
  const now = operations.clock.now();
  const ids = [0, 1, 2, 3].map((age) => uuidv7Hex(now - age * 1000));
  const params = { unit: "usd", window: "daily", cap: 5_000_000_000, used: 5_000_000_000 };
  const denials = ids.map((id, age) =>
    buildStoredDenial({
      ...{ id, at: now - age * 1000, userId: admin.userId, keyId: age + 1 },
      ...(age === 1 ? { code: "limit_exceeded", status: 429, params } : {}),
    }),
  );
  await ledgerStore(operations.database).recordDenials(denials);
  const { items, total } = await list({});
  expect(items.map(({ id }) => id)).toEqual(ids.map(requestIdOf));
  expect(total).toEqual({ value: 4, capped: false });
  expect(items[1]).toMatchObject({
    ...{ code: "limit_exceeded", status: 429, params, model: "gpt-test" },
    user: { id: admin.userId, name: "admin" },
    key: { id: 2, name: null },
  });
  const get = (id: string) => operations.run("denials.get", { id }, admin);
  expect((await get(items[1]?.id ?? "")).output).toEqual(items[1]);
  for (const id of [requestIdOf(uuidv7Hex(now)), "x"])
    await expect(get(id)).rejects.toMatchObject({ code: "request_not_found" });
  expect((await list({ code: "limit_exceeded" })).items).toEqual([items[1]]);
  expect((await list({ keyId: 3 })).items).toEqual([items[2]]);
  expect((await list({ userId: admin.userId + 1 })).items).toEqual([]);
  const at = (age: number) => new Date(now - age * 1000).toISOString();
  expect((await list({ from: at(2), to: at(0) })).items).toEqual([items[1], items[2]]);
  const first = await list({ model: "gpt-test", limit: 3 });
  const cursor = first.nextCursor ?? "";
  expect([...first.items, ...(await list({ model: "gpt-test", limit: 3, cursor })).items]).toEqual(items);
  const codeOf = (error: AppError) => error.code;
  expect(await list({ limit: 3, cursor }).catch(codeOf)).toBe("cursor_mismatch");
  expect(await list({ cursor: "x" }).catch(codeOf)).toBe("cursor_invalid");
});
