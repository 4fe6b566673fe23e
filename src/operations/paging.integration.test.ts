import { buildOperations, type TestOperations } from "@test/build-operations";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AppError } from "@/core/errors";
import type { Actor } from "./operation";
import type { OperationTypes } from "./registry";

let operations: TestOperations;
let admin: Actor & { userId: number };
const COUNT = 7;

/** Runs an operation as the admin, whose own lists are read too. */
async function call<N extends keyof OperationTypes>(name: N, input: OperationTypes[N]["input"]) {
  return (await operations.run(name, input, admin)).output as OperationTypes[N]["output"];
}

/** Lists, and the filter of each that finds what `make` makes. */
const LISTS = {
  "users.list": { filter: { q: "paged" }, make: (n: string) => call("users.create", { name: `paged ${n}` }) },
  "userGroups.list": { filter: { q: "paged" }, make: (n: string) => call("userGroups.create", { name: `Paged ${n}` }) },
  "modelGroups.list": {
    filter: { q: "paged" },
    make: (n: string) => call("modelGroups.create", { name: `Paged ${n}` }),
  },
  "keys.list": {
    filter: { q: "paged" },
    make: (n: string) => call("keys.create", { userId: admin.userId, name: `Paged ${n}` }),
  },
  "me.keys.list": { filter: {}, make: (n: string) => call("me.keys.create", { name: `own ${n}` }) },
  "channels.list": {
    filter: {},
    make: (n: string) =>
      call("channels.create", {
        ...{ name: `paged ${n}`, protocols: ["openai-chat"], baseUrl: "https://api.example.com/v1" },
        ...{ credential: "sk-upstream-0123456789", models: [`unpriced-${n}`], priority: n.length % 2 },
      }),
  },
  "models.list": {
    filter: { q: "paged" },
    make: (n: string) => call("models.put", { name: `paged-${n}`, maxOutputTokens: 5 }),
  },
  "prices.list": {
    filter: { q: "paged" },
    make: (n: string) =>
      call("prices.override", {
        model: `paged-${n.slice(0, 1)}`,
        input: `${n.length}.${n.replace(/\D/g, "")}`,
        output: "1",
      }),
  },
  "prices.missing": { filter: {}, make: async () => null },
} as const;
type ListName = keyof typeof LISTS;
const NAMES = Object.keys(LISTS) as ListName[];

const idOf = (row: object) => ("id" in row ? row.id : "name" in row ? row.name : "model" in row ? row.model : null);
const page = (name: ListName, input: object) =>
  call(name, input as never) as Promise<{ items: object[]; nextCursor: string | null; total: { value: number } }>;
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "ok",
    (error: AppError) => error.code,
  );

beforeAll(async () => {
  operations = await buildOperations();
  admin = await operations.signUp("admin", "root");
  for (const name of NAMES) for (let n = 0; n < COUNT; n += 1) await LISTS[name].make(`${"bc"[n % 2]}${n}`);
});
afterAll(() => operations.database.drop());

test.each(NAMES)("%s gives in pages what it gives at once, in the same order", async (name) => {
  const { filter } = LISTS[name];
  const whole = await page(name, { ...filter, limit: 200 });
  expect(whole.nextCursor).toBeNull();
  expect(whole.items.length).toBeGreaterThanOrEqual(COUNT);
  const rows: object[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const part = await page(name, { ...filter, limit: 2, cursor: cursor ?? undefined });
    expect(part.total).toEqual({ value: whole.items.length, capped: false });
    expect(part.items.length).toBeLessThanOrEqual(2);
    rows.push(...part.items);
    cursor = part.nextCursor;
  }
  expect(rows).toEqual(whole.items);
});

test.each(NAMES)("%s loses and repeats no row while others are made between its pages", async (name) => {
  const { filter, make } = LISTS[name];
  const before = (await page(name, { ...filter, limit: 200 })).items.map(idOf);
  const seen: unknown[] = [];
  let cursor: string | null | undefined;
  for (let n = 0; cursor !== null; n += 1) {
    const part = await page(name, { ...filter, limit: 3, cursor: cursor ?? undefined });
    seen.push(...part.items.map(idOf));
    cursor = part.nextCursor;
    if (n < 2) await make(`${"az"[n]}-between-${n}`);
  }
  expect(new Set(seen).size).toBe(seen.length);
  expect(before.filter((id) => !seen.includes(id))).toEqual([]);
});

test.each(NAMES)("%s refuses a cursor of another filter and one that is none", async (name) => {
  const { nextCursor } = await page(name, { ...LISTS[name].filter, limit: 1 });
  const foreign = await page(name === "users.list" ? "userGroups.list" : "users.list", { q: "PAGED", limit: 1 });
  const codes = ["garbage", "W10", Buffer.from('["\\u0000",1]').toString("base64url")].map((cursor) =>
    codeOf(page(name, { ...LISTS[name].filter, cursor })),
  );
  expect(new Set(await Promise.all(codes))).toEqual(new Set(["cursor_invalid"]));
  if ("q" in LISTS[name].filter)
    expect(await codeOf(page(name, { q: "other", cursor: nextCursor }))).toBe("cursor_mismatch");
  expect(["cursor_invalid", "cursor_mismatch"]).toContain(
    await codeOf(page(name, { ...LISTS[name].filter, cursor: foreign.nextCursor })),
  );
});
