import { buildDatabase, type TestDatabase } from "@test/build-database";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { responseHomeStore } from "./response-home-store";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const HOME = { channelId: 2, userId: 7, model: "gpt-5" };

describe("homes of stored responses in PostgreSQL", () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await buildDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    await database.sql.unsafe("delete from response_homes");
  });
  const store = () => responseHomeStore(database);
  const kept = (responseId: string, given: Partial<typeof HOME> = {}, at = NOW) => ({
    responseId,
    home: { ...HOME, ...given },
    at,
  });

  it("are found by their id until they are too old, and by no other", async () => {
    await store().keep([kept("resp_1"), kept("resp_2", { userId: 8, model: "a model" })]);
    expect(await store().find("resp_1", NOW - 1)).toEqual(HOME);
    expect(await store().find("resp_2", NOW - 1)).toEqual({ channelId: 2, userId: 8, model: "a model" });
    expect(await store().find("resp_1", NOW)).toBeNull();
    expect(await store().find("RESP_1", 0)).toBeNull();
    await store().keep([]);
  });

  it("are replaced by newer ones, also by several replicas at once", async () => {
    await store().keep([kept("resp_1")]);
    const ids = Array.from({ length: 200 }, (_, id) => `resp_${id}`);
    await Promise.all(
      [3, 4, 5].map((channelId) =>
        store().keep((channelId === 4 ? ids.toReversed() : ids).map((id) => kept(id, { channelId }, NOW + 5))),
      ),
    );
    expect((await store().find("resp_1", NOW))?.channelId).toBeGreaterThan(2);
    const [row] = await database.sql<{ count: string }[]>`select count(*) from response_homes`;
    expect(row?.count).toBe("200");
  });

  it("are forgotten when they are old, a number at a time", async () => {
    const old = Array.from({ length: 5 }, (_, id) => kept(`old_${id}`, {}, NOW - 1));
    await store().keep([...old, kept("resp_1")]);
    expect(await store().forget(NOW, 3)).toBe(3);
    expect(await store().forget(NOW, 3)).toBe(2);
    expect(await store().forget(NOW, 3)).toBe(0);
    expect(await store().find("resp_1", 0)).toEqual(HOME);
  });
});
