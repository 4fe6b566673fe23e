import { buildOperations, type TestOperations } from "@test/build-operations";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AppError } from "@/core/errors";
import type { Actor } from "../operation";
import type { OperationTypes } from "../registry";

type Name = keyof OperationTypes;
let operations: TestOperations;
let admin: Actor & { userId: number };
let count = 0;
const HOUR = 3_600_000;

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
const newUser = async () => (await call("users.create", { name: `user-${++count}` })).id;
/** An instant so many hours from now. */
const inHours = (hours: number) => new Date(operations.clock.now() + hours * HOUR).toISOString();
const wanted = (patch: object = {}) => ({
  ...{ target: "global", unit: "usd", window: "daily", amount: "50", from: inHours(-1), to: inHours(1) },
  ...patch,
});
const grant = async (patch: object) => {
  const { output } = await operations.run("boosts.grant", wanted(patch), admin);
  return (output as OperationTypes["boosts.grant"]["output"]).items;
};
const grantOne = async (patch: object = {}) => {
  const [boost] = await grant({ users: [await newUser()], ...patch });
  if (boost === undefined) throw new Error("nothing was granted");
  return boost;
};

beforeAll(async () => {
  operations = await buildOperations();
  admin = await operations.signUp("admin", "admin");
});
afterAll(() => operations.database.drop());

describe("a boost", () => {
  test("is granted to each user named, with a row and an audit row for each", async () => {
    const users = [await newUser(), await newUser()];
    const target = (await call("modelGroups.create", { name: "frontier", models: [] })).id;
    const rows = (await operations.audit()).length;
    const items = await grant({ users, target, amount: "12.50", note: "launch" });
    expect(items.map(({ userId }) => userId)).toEqual(users);
    expect(items[0]).toMatchObject({
      ...{ target, targetName: "frontier", unit: "usd", window: "daily", amount: "12.5", note: "launch" },
      ...{ state: "active", endedAt: null, createdBy: "admin", managedBy: null, version: 1 },
    });
    expect((await operations.audit()).slice(rows).map(({ target: at }) => at)).toEqual(
      items.map(({ id }) => `boost:${id}`),
    );
  });

  test("begins now unless told otherwise, and stands as its dates say", async () => {
    expect((await grantOne({ from: undefined })).from).toBe(inHours(0));
    expect((await grantOne({ from: inHours(1), to: inHours(2) })).state).toBe("scheduled");
    expect((await grantOne({ from: inHours(-2), to: inHours(0) })).state).toBe("ended");
  });

  test("is refused whole, with every wrong field told", async () => {
    const before = (await call("boosts.list", {})).total.value;
    const user = await newUser();
    const tries: [object, string[]][] = [
      [{ users: [user], to: inHours(-1) }, ["to: boost_range_invalid"]],
      [
        { users: [user, 999_999], target: 999_999, to: inHours(-2) },
        ["to: boost_range_invalid", "users[1]: subject_unknown", "target: target_unknown"],
      ],
      [{ users: [] }, ["users: required"]],
      [{ users: [user, user] }, ["users: duplicate"]],
      [{ users: [user], amount: "0" }, ["amount: limit_zero_use_block"]],
      [{ users: [user], amount: 5 }, ["amount: amount_invalid"]],
      [{ users: [user], unit: "requests", amount: "1.5" }, ["amount: amount_too_precise"]],
      [{ users: [user], amount: "9007200" }, ["amount: amount_out_of_range"]],
      [
        { users: [user], unit: "eur", window: "yearly", target: "all", amount: "x", from: "yesterday", to: 5 },
        [
          "target: target_unknown",
          "from: date_invalid",
          "window: window_unknown",
          "unit: unit_unknown",
          "to: date_invalid",
          "amount: amount_invalid",
        ],
      ],
    ];
    for (const [patch, faults] of tries) expect((await fieldsOf(grant(patch))).sort()).toEqual([...faults].sort());
    expect((await call("boosts.list", {})).total.value).toBe(before);
  });

  test("takes local times of the system zone, and none that a clock change skips", async () => {
    await call("settings.update", { timeZone: "America/New_York" });
    const boost = await grantOne({ from: "2026-03-08T01:30", to: "2026-03-08T03:00:00" });
    expect([boost.from, boost.to]).toEqual(["2026-03-08T06:30:00.000Z", "2026-03-08T07:00:00.000Z"]);
    const skipped = { users: [boost.userId], from: "2026-03-08T02:30", to: "2026-03-09T00:00" };
    expect(await fieldsOf(grant(skipped))).toEqual(["from: time_not_in_zone"]);
    await call("settings.update", { timeZone: "UTC" });
  });

  test("ends at once and once, and its row stays", async () => {
    const { id } = await grantOne();
    const ended = await call("boosts.end", { id });
    expect(ended).toMatchObject({ state: "ended", endedAt: inHours(0), version: 2 });
    expect(await outcomeOf(call("boosts.end", { id }))).toBe("boost_ended");
    expect(await outcomeOf(call("boosts.extend", { id, version: 2, to: inHours(5) }))).toBe("boost_ended");
    expect(await outcomeOf(call("boosts.end", { id: 999_999 }))).toBe("not_found");
    expect((await call("boosts.list", { userId: ended.userId })).items).toEqual([ended]);
  });

  test("ends once in a race", async () => {
    const { id } = await grantOne();
    const race = await Promise.all([1, 2].map(() => outcomeOf(call("boosts.end", { id }))));
    expect(race).toContain("ok");
    expect(race.filter((outcome) => outcome === "ok")).toHaveLength(1);
  });

  test("gets another end that lies ahead, by who saw its version", async () => {
    const { id } = await grantOne();
    const extend = (to: string, version = 1) => call("boosts.extend", { id, version, to });
    expect(await fieldsOf(extend(inHours(0)))).toEqual(["to: boost_range_invalid"]);
    expect(await extend(inHours(9))).toMatchObject({ to: inHours(9), version: 2 });
    expect(await outcomeOf(extend(inHours(10)))).toBe("version_conflict");
    const audit = (await operations.audit()).length;
    expect(await extend(inHours(9), 2)).toMatchObject({ version: 2 });
    expect((await operations.audit()).length).toBe(audit);
  });

  test("is listed by user, cell and state, the newest first and in pages", async () => {
    const user = await newUser();
    const [active] = await grant({ users: [user] });
    const [scheduled] = await grant({ users: [user], from: inHours(1), to: inHours(2), unit: "tokens" });
    const [over] = await grant({ users: [user], from: inHours(-3), to: inHours(-2), window: "total" });
    const [stopped] = await grant({ users: [user], from: inHours(1), to: inHours(2) });
    await call("boosts.end", { id: stopped?.id ?? 0 });
    const list = async (filter: OperationTypes["boosts.list"]["input"]) =>
      (await call("boosts.list", { userId: user, ...filter })).items.map(({ id }) => id);
    expect(await list({})).toEqual([stopped?.id, over?.id, scheduled?.id, active?.id]);
    expect(await list({ state: "active" })).toEqual([active?.id]);
    expect(await list({ state: "scheduled" })).toEqual([scheduled?.id]);
    expect(await list({ state: "ended" })).toEqual([stopped?.id, over?.id]);
    expect(await list({ unit: "tokens" })).toEqual([scheduled?.id]);
    expect(await list({ window: "total", target: "global" })).toEqual([over?.id]);
    const first = await call("boosts.list", { userId: user, limit: 3 });
    const cursor = first.nextCursor ?? "";
    expect(await list({ limit: 3, cursor })).toEqual([active?.id]);
    expect(await outcomeOf(call("boosts.list", { userId: user, state: "ended", cursor }))).toBe("cursor_mismatch");
  });
});
