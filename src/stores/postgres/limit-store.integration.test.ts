import { buildDatabase, type TestDatabase } from "@test/build-database";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BOOST_STATES, boostStateAt } from "@/core/quota/boost-state";
import type { BoostValues } from "@/core/quota/boost-store";
import type { LimitValues } from "@/core/quota/limit-changes";
import type { LimitPlace } from "@/core/quota/limit-store";
import { type OperationStores, operationStores } from "./operation-stores";

let database: TestDatabase;
beforeAll(async () => {
  database = await buildDatabase();
});
afterAll(() => database.drop());

/** Runs in a transaction of its own, as an operation does. */
const inStores = <T>(run: (stores: OperationStores) => Promise<T>) =>
  database.transaction((tx) => run(operationStores(tx, database)));

let serial = 0;
const addUser = async () => {
  const values = { email: null, role: "user" as const, enabled: true, locale: null, timeZone: null, managedBy: null };
  return (await inStores(({ users }) => users.insert({ name: `user ${++serial}`, ...values }))).id;
};
const placeOf = (subjectId: number, modelGroupId: number | null = null): LimitPlace => ({
  subjectType: "user",
  subjectId,
  modelGroupId,
});
const cell = (patch: Partial<LimitValues> = {}) => ({
  ...({ unit: "usd", window: "daily", state: "limit", amount: 5, mode: null, enforcement: null } satisfies LimitValues),
  ...patch,
  managedBy: null,
});
const write = (place: LimitPlace, insert: readonly ReturnType<typeof cell>[]) =>
  inStores(({ limits }) => limits.write(place, { insert, update: [], remove: [] }));
const codeOf = (work: Promise<unknown>) => work.then(() => "ok").catch((error: { code: string }) => error.code);

describe("the limit store", () => {
  it("keeps amounts up to the largest of each unit, and none beyond or at zero", async () => {
    const place = placeOf(await addUser());
    const largest = [
      cell({ amount: 9_007_199_000_000_000 }),
      cell({ unit: "tokens", amount: Number.MAX_SAFE_INTEGER }),
      cell({ window: "5h", mode: "fixed", enforcement: "shadow" }),
      cell({ window: "total", state: "block", amount: null }),
    ];
    await write(place, largest);
    expect(await inStores(({ limits }) => limits.listAt(place))).toMatchObject(
      largest.map((values) => ({ ...values, ...place, version: 1, modelGroupName: null })),
    );
    for (const wrong of [
      cell({ window: "weekly", amount: 0 }),
      cell({ window: "weekly", amount: 9_007_199_000_000_001 }),
      cell({ window: "weekly", state: "block" }),
      cell({ window: "weekly", amount: null }),
      cell({ window: "weekly", mode: "fixed" }),
    ])
      expect([wrong, await codeOf(write(place, [wrong]))]).toEqual([wrong, "internal_error"]);
  });

  it("stores one row for a cell", async () => {
    const place = placeOf(await addUser());
    await write(place, [cell()]);
    expect(await codeOf(write(place, [cell({ amount: 6 })]))).toBe("internal_error");
    expect(await inStores(({ limits }) => limits.listAt(place))).toHaveLength(1);
  });

  it("gives the newest restart of each cell", async () => {
    const subjectId = await addUser();
    const restart = (restartedAt: number) =>
      inStores(({ limits }) =>
        limits.insertRestart({
          ...{ axis: "user", subjectId, modelGroupId: null, units: ["usd", "tokens"] },
          ...{ restartedAt, by: "admin", note: null },
        }),
      );
    await restart(2_000);
    await restart(3_000);
    await restart(1_000);
    const found = await inStores(({ limits }) => limits.listRestarts({ axis: "user", subjectId }));
    expect(found).toEqual(
      ["tokens", "usd"].map((unit) => ({ axis: "user", subjectId, modelGroupId: null, unit, restartedAt: 3_000 })),
    );
    expect(await inStores(({ limits }) => limits.listRestarts({ axis: "key", subjectId }))).toEqual([]);
  });

  it("holds the configuration against other writers without a step of its version", async () => {
    const subjectId = await addUser();
    const before = await inStores(({ configVersion }) => configVersion());
    const order: string[] = [];
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let hold = () => {};
    const held = new Promise<void>((resolve) => {
      hold = resolve;
    });
    const first = inStores(async ({ limits }) => {
      await limits.holdConfig();
      hold();
      await released;
      order.push("first");
    });
    await held;
    const second = write(placeOf(subjectId), [cell()]).then(() => order.push("second"));
    expect(await inStores(({ configVersion }) => configVersion())).toBe(before);
    release();
    await Promise.all([first, second]);
    expect(order).toEqual(["first", "second"]);
  });
});

describe("the boost store", () => {
  it("stores the same boost for many, finds those alike and updates one by its version", async () => {
    const users = [await addUser(), await addUser()];
    const values: Omit<BoostValues, "userId"> = {
      ...{ modelGroupId: null, unit: "usd", window: "daily", amount: 5, validFrom: 10, validTo: 20 },
      ...{ note: null, createdBy: "admin", managedBy: null },
    };
    const rows = await inStores(({ boosts }) => boosts.insert(users.map((userId) => ({ ...values, userId }))));
    expect(rows.map(({ userId }) => userId)).toEqual(users);
    const [first] = rows;
    expect(first).toMatchObject({ ...values, endedAt: null, version: 1, modelGroupName: null });
    const alike = await inStores(({ boosts }) => boosts.findAlike({ ...values, userId: users[0] ?? 0 }));
    expect(alike).toEqual([first]);
    const later = { ...values, userId: users[0] ?? 0, validFrom: 11 };
    expect(await inStores(({ boosts }) => boosts.findAlike(later))).toEqual([]);
    const end = (version: number) => inStores(({ boosts }) => boosts.update(first?.id ?? 0, { endedAt: 15 }, version));
    expect(await end(1)).toMatchObject({ endedAt: 15, version: 2 });
    expect(await codeOf(end(1))).toBe("version_conflict");
    expect(await codeOf(inStores(({ boosts }) => boosts.update(999_999, {}, 1)))).toBe("not_found");
    const backwards = { ...values, userId: users[0] ?? 0, validTo: 10 };
    expect(await codeOf(inStores(({ boosts }) => boosts.insert([backwards])))).toBe("internal_error");
    expect(await inStores(({ boosts }) => boosts.insert([]))).toEqual([]);
  });

  it("tells by the database how a boost stands as the rule does", async () => {
    const userId = await addUser();
    const dates = [
      { validFrom: 10, validTo: 20, endedAt: null },
      { validFrom: 10, validTo: 20, endedAt: 15 },
      { validFrom: 10, validTo: 20, endedAt: 5 },
      { validFrom: 10, validTo: 20, endedAt: 30 },
    ];
    const rows = await inStores(async ({ boosts }) => {
      const values = { userId, modelGroupId: null, unit: "usd" as const, window: "daily" as const, amount: 1 };
      const rest = { note: null, createdBy: "admin", managedBy: null };
      const inserted = await boosts.insert(
        dates.map(({ validFrom, validTo }) => ({ ...values, ...rest, validFrom, validTo })),
      );
      for (const [index, { id }] of inserted.entries())
        await boosts.update(id, { endedAt: dates[index]?.endedAt ?? null }, 1);
      return inserted.map(({ id }, index) => ({ id, ...dates[index] }) as (typeof dates)[number] & { id: number });
    });
    for (const at of [4, 5, 9, 10, 14, 15, 19, 20, 29, 30])
      for (const state of BOOST_STATES) {
        const filter = { userId, standing: { state, at } };
        const { items } = await inStores(({ boosts }) => boosts.list(filter, { limit: 50, after: null }));
        const expected = rows.filter((row) => boostStateAt(row, at) === state).map(({ id }) => id);
        expect([at, state, items.map(({ id }) => id).sort((a, b) => a - b)]).toEqual([at, state, expected]);
      }
  });
});
