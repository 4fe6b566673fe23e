import { settlementTexts } from "@test/build-ledger";
import { buildOperations, type TestOperations } from "@test/build-operations";
import { buildStoredEntry } from "@test/build-stored-rows";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AppError } from "@/core/errors";
import { DEFAULT_SETTINGS } from "@/core/settings/settings";
import { uuidv7Hex } from "@/lib/id";
import { asNanoUsd } from "@/lib/money";
import { ledgerStore } from "@/stores/postgres/ledger-store";
import { ensurePartitions } from "@/stores/postgres/partitions";
import type { Actor } from "../operation";
import type { OperationTypes } from "../registry";

type Name = keyof OperationTypes;
type Person = Actor & { userId: number };
const USD = 1_000_000_000;

let operations: TestOperations;
let admin: Person;
let count = 0;
const fresh = (what: string) => `${what}-${++count}`;

async function call<N extends Name>(name: N, input: OperationTypes[N]["input"], actor: Actor = admin) {
  return (await operations.run(name, input, actor)).output as OperationTypes[N]["output"];
}
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "ok",
    (error: AppError) => error.code,
  );
async function put(
  kind: "user" | "user_group" | "key",
  id: number,
  given: { target?: "global" | number; values: object },
) {
  const place = { kind, id, target: given.target ?? ("global" as const) };
  const { version } = await call("limits.get", place);
  await operations.run("limits.put", { ...place, version, values: given.values }, admin);
}
const limit = (amount: string) => ({ state: "limit" as const, amount });

/** A user with a key, a team whose limits apply to a model group, and $2 spent on other models. */
async function team() {
  const user = await operations.signUp("user", fresh("user"));
  const { key } = await call("keys.create", { userId: user.userId, name: fresh("key") });
  const models = await call("modelGroups.create", { name: fresh("models"), models: [fresh("model")] });
  const group = await call("userGroups.create", { name: fresh("team"), userIds: [user.userId] });
  await put("user", user.userId, { values: { usd: { daily: limit("10") } } });
  await put("user_group", group.id, {
    target: models.id,
    values: { usd: { daily: limit("30") }, requests: { monthly: { state: "unlimited" } } },
  });
  await put("key", key.id, { values: { tokens: { total: limit("1000") } } });
  await spend(user.userId, key.id, 2 * USD);
  return { user, key, models, group };
}

async function spend(userId: number, keyId: number, nanoUsd: number) {
  const at = operations.clock.now();
  const owner = { id: uuidv7Hex(at), admittedAt: at, userId, keyId, modelGroupId: null };
  const entry = buildStoredEntry({ ...owner, costNanoUsd: asNanoUsd(nanoUsd), tokens: 150, requests: 1 });
  await ledgerStore(operations.database).record(settlementTexts([entry], []));
}

/** Starts a request that holds so much. */
async function hold(userId: number, keyId: number, usd: number) {
  const { plan, version } = await operations.quotas.planOf(userId, keyId);
  const amounts = { usd, tokens: 10, requests: 1 };
  const result = await operations.quotas.engine.reserve({
    ...{ requestId: uuidv7Hex(operations.clock.now()), no: 1, plan, callerVersion: version },
    target: { modelGroupId: null, isFree: false },
    demand: () => ({ est: amounts, worst: amounts, strictWorst: amounts }),
    rules: DEFAULT_SETTINGS,
    record: () => "",
    onWait() {},
  });
  if (result.kind !== "admitted") throw new Error(`not admitted: ${result.kind}`);
  return result.hold;
}

async function openTransactions(): Promise<number> {
  const [row] = await operations.database.sql<{ open: number }[]>`
    select count(*)::int as open from pg_stat_activity
    where datname = current_database() and state like 'idle in transaction%'`;
  return row?.open ?? 0;
}

beforeAll(async () => {
  operations = await buildOperations();
  await ensurePartitions(operations.database, operations.clock.now());
  admin = await operations.signUp("admin", "admin");
});
afterAll(() => operations.database.drop());

describe("one's own quotas", () => {
  test("are a card per model group with limits, then everything else, with what is used and held", async () => {
    const { user, key, models, group } = await team();
    const running = await hold(user.userId, key.id, USD);
    const quotas = await call("me.quotas", {}, user);
    expect(quotas).toMatchObject({ source: "counters", zone: "UTC", rates: [] });
    expect(quotas.cards.map(({ target, targetName }) => [target, targetName])).toEqual([
      [models.id, models.name],
      ["global", null],
    ]);
    expect(quotas.cards[0]?.models).toEqual(models.models);
    expect(quotas.cards[0]?.windows).toMatchObject([
      { unit: "requests", window: "monthly", state: "unlimited", cap: null, used: null, resetsAt: null },
      {
        unit: "usd",
        window: "daily",
        cap: "30",
        used: "0",
        source: { kind: "user_group", id: group.id, name: group.name },
      },
    ]);
    expect(quotas.cards[1]?.windows).toMatchObject([
      { axis: "user", cap: "10", used: "2", held: "1", left: "7", source: { kind: "user", name: null } },
    ]);
    operations.quotas.engine.void(running);
    expect((await call("me.quotas", {}, user)).cards[1]?.windows[0]).toMatchObject({ used: "2", held: "0", left: "8" });
  });

  test("show the limits of a key of one's own with it, and of nobody else's", async () => {
    const { user, key } = await team();
    const other = await team();
    const axes = async (keyId?: number) =>
      (await call("me.quotas", keyId === undefined ? {} : { keyId }, user)).cards.flatMap(({ windows }) =>
        windows.filter(({ axis }) => axis === "key"),
      );
    expect(await axes()).toEqual([]);
    expect(await axes(key.id)).toMatchObject([
      { unit: "tokens", window: "total", cap: "1000", used: "150", left: "850" },
    ]);
    expect(await codeOf(axes(other.key.id))).toBe("not_found");
    const text = JSON.stringify(await call("me.quotas", { keyId: key.id }, user));
    for (const name of [other.group.name, other.models.name, other.user.name]) expect(text).not.toContain(name);
  });

  test("without a limit from anywhere are one card that caps nothing", async () => {
    const user = await operations.signUp("user", fresh("user"));
    expect((await call("me.quotas", {}, user)).cards).toEqual([
      { target: "global", targetName: null, models: [], windows: [] },
    ]);
  });
});

describe("the limits of a user", () => {
  test("name every row that speaks of them, the deciding one first, and say the same as the user's own page", async () => {
    const { user, key, group, models } = await team();
    await put("user", user.userId, { target: models.id, values: { usd: { daily: limit("5") } } });
    const { cells } = await call("users.limits", { id: user.userId, keyId: key.id });
    const [, usd] = cells.filter(({ target }) => target === models.id);
    expect(usd?.sources).toMatchObject([
      { kind: "user_group", id: group.id, name: group.name, amount: "30" },
      { kind: "user", id: user.userId, name: null, amount: "5" },
    ]);
    const own = (await call("me.quotas", { keyId: key.id }, user)).cards.flatMap(({ windows }) => windows);
    expect(cells.map(({ target: _, targetName: __, sources: ___, ...cell }) => cell).sort(byName)).toEqual(
      own.sort(byName),
    );
    expect(await codeOf(call("users.limits", { id: 999_999 }))).toBe("not_found");
  });
});
const byName = (a: object, b: object) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

describe("the matrix", () => {
  test("shows one unit and window of every user, in pages, with the numbers of the user's own page", async () => {
    const { user, models } = await team();
    await operations.signUp("user", fresh("bare"));
    const pages: OperationTypes["quotas.matrix"]["output"][] = [];
    let cursor: string | null = null;
    do {
      const page: OperationTypes["quotas.matrix"]["output"] = await call("quotas.matrix", {
        ...{ unit: "usd", window: "daily", limit: 2 },
        ...(cursor === null ? {} : { cursor }),
      });
      pages.push(page);
      cursor = page.nextCursor;
    } while (cursor !== null);
    const subjects = pages.flatMap((page) => page.subjects.map(({ id }) => id));
    expect(subjects).toEqual([...subjects].sort((a, b) => a - b));
    expect(subjects).toHaveLength(pages[0]?.total.value ?? 0);
    expect(pages[0]?.targets).toContainEqual({ target: models.id, name: models.name });
    const cells = pages.flatMap((page) => page.cells).filter(({ userId }) => userId === user.userId);
    expect(cells.map(({ target, cap, used }) => [target, cap, used])).toEqual([
      [models.id, "30", "0"],
      ["global", "10", "2"],
    ]);
    const first = pages[0]?.nextCursor ?? "";
    expect(await codeOf(call("quotas.matrix", { unit: "tokens", window: "daily", limit: 2, cursor: first }))).toBe(
      "cursor_mismatch",
    );
  });
});

describe("rebuilding counters", () => {
  test("finds what the counters say more than the ledger, and puts it right", async () => {
    const { user, key } = await team();
    const running = await hold(user.userId, key.id, USD);
    operations.quotas.engine.settle(running, { usd: 3 * USD, tokens: 0, requests: 1 });
    operations.quotas.engine.book.flushed([running.requestId]); // said to be in the ledger, and is not
    const used = async () => (await call("me.quotas", {}, user)).cards.at(-1)?.windows[0]?.used;
    expect(await used()).toBe("5");
    const timers = operations.clock.pending();
    const work = call("users.rebuildCounters", { id: user.userId });
    while (operations.clock.pending() === timers) await new Promise<void>((resolve) => setImmediate(resolve));
    expect(await openTransactions()).toBe(0); // it waits to look again, and holds nothing meanwhile
    const timer = setInterval(() => operations.clock.advance(500), 5);
    expect(await work.finally(() => clearInterval(timer))).toEqual({ userId: user.userId, drift: 3 * USD });
    expect(await used()).toBe("2");
    expect((await operations.audit()).at(-1)).toMatchObject({
      ...{ operation: "users.rebuildCounters", target: `user:${user.userId}`, after: { drift: 3 * USD } },
    });
    expect(await call("users.rebuildCounters", { id: user.userId })).toEqual({ userId: user.userId, drift: 0 });
    expect(await codeOf(call("users.rebuildCounters", { id: 999_999 }))).toBe("not_found");
  });
});
