import { buildOperations, type TestOperations } from "@test/build-operations";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AppError, isAppError } from "@/core/errors";
import { askRates } from "@/core/quota/ask-rates";
import { readRpmStatus } from "@/core/quota/rpm-status";
import { DEFAULT_SETTINGS } from "@/core/settings/settings";
import type { Actor } from "../operation";
import type { OperationTypes } from "../registry";

type Name = keyof OperationTypes;

let world: TestOperations;
let admin: Actor;
let nextName = 0;
beforeAll(async () => {
  world = await buildOperations();
  admin = await world.signUp("admin", "root");
});
afterAll(() => world.database.drop());

async function call<N extends Name>(name: N, input: OperationTypes[N]["input"]) {
  const { output } = await world.run(name, input, admin);
  return output as OperationTypes[N]["output"];
}
const fieldsOf = async (name: Name, input: object) => {
  try {
    await world.run(name, input, admin);
    return [];
  } catch (error) {
    if (!isAppError(error)) throw error;
    return (error as AppError).fields.map(({ path, code }) => `${path}: ${code}`);
  }
};
const newUser = () => call("users.create", { name: `user ${nextName++}` });
const newGroup = (userIds: number[] = []) => call("userGroups.create", { name: `team ${nextName++}`, userIds });
const limited = (amount: number) => ({ state: "limit", amount }) as const;
const rpm = (amount: number) => ({ metric: "rpm", target: "all", value: limited(amount) }) as const;

type Place = Pick<OperationTypes["rates.put"]["input"], "kind" | "id" | "userGroupId">;
async function put(place: Place, rules: OperationTypes["rates.put"]["input"]["rules"]) {
  const { version } = await call("rates.get", place);
  return call("rates.put", { ...place, version, rules });
}
/** What the gateway reads of a user's rates. */
const ratesOf = async (userId: number) =>
  (await world.quotas.planOf(userId, null)).plan.caller.rates.map((row) => [row.subjectType, row.metric, row.amount]);

describe("the rates of a subject (channels-and-rates.md R1, R3)", () => {
  test("are read and written together; a rule that stays keeps its row, one that inherits goes", async () => {
    const place = { kind: "user", id: (await newUser()).id } as const;
    const group = await call("modelGroups.create", { name: `models ${nextName++}`, models: ["m1"] });
    const written = await put(place, [
      { ...rpm(20), burst: 5 },
      { metric: "rpm", target: { model: " GPT-4o".trim() }, value: { state: "unlimited" } },
      { metric: "total", target: { modelGroupId: group.id }, value: limited(9) },
    ]);
    expect(written.rules).toEqual([
      { ...rpm(20), burst: 5 },
      { metric: "rpm", target: { model: "gpt-4o" }, value: { state: "unlimited" }, burst: null },
      { metric: "total", target: { modelGroupId: group.id }, value: limited(9), burst: null },
    ]);
    const [before] = (await call("rates.list", { userId: place.id, metric: "rpm" })).items;
    const changed = await put(place, [rpm(30), { metric: "total", target: "all", value: { state: "inherit" } }]);
    expect(changed.rules).toEqual([{ ...rpm(30), burst: null }]);
    const { items } = await call("rates.list", { userId: place.id });
    expect(items).toMatchObject([{ id: before?.id, version: 2, kind: "user", userName: expect.any(String) }]);
  });

  test("of everyone, groups, overrides and keys reach the caller they are for, each after one write", async () => {
    const { id: userId } = await newUser();
    const other = await newUser();
    const { id: userGroupId } = await newGroup([userId, other.id]);
    await put({ kind: "everyone", id: 0 }, [rpm(120)]);
    await put({ kind: "user_group", id: userGroupId }, [rpm(100)]);
    await put({ kind: "user", id: userId, userGroupId }, [{ ...rpm(1), value: { state: "unlimited" } }]);
    expect(await ratesOf(userId)).toEqual([
      ["everyone", "rpm", 120],
      ["user_group", "rpm", 100],
      ["override", "rpm", null],
    ]);
    expect(await ratesOf(other.id)).toEqual([
      ["everyone", "rpm", 120],
      ["user_group", "rpm", 100],
    ]);
    await put({ kind: "everyone", id: 0 }, []);
    expect(await ratesOf(other.id)).toEqual([["user_group", "rpm", 100]]);
  });

  test("of two writers who saw the same version one is refused, and a write without a difference is not audited", async () => {
    const place = { kind: "user", id: (await newUser()).id } as const;
    const { version } = await put(place, [rpm(5)]);
    const rows = (await world.audit()).length;
    await call("rates.put", { ...place, version, rules: [rpm(5)] });
    expect((await world.audit()).length).toBe(rows);
    await expect(call("rates.put", { ...place, version: "older", rules: [] })).rejects.toMatchObject({
      code: "version_conflict",
    });
  });

  test("every fault has its code and its path", async () => {
    const { id } = await newUser();
    const faults = async (rules: unknown) => fieldsOf("rates.put", { kind: "user", id, version: "v", rules });
    const rule = { metric: "rpm", target: "all" };
    expect(await faults([{ ...rule, value: limited(0) }])).toEqual(["rules[0].value.amount: limit_zero_use_block"]);
    expect(await faults([{ ...rule, value: limited(-1) }])).toEqual(["rules[0].value.amount: rpm_out_of_range"]);
    expect(await faults([{ ...rule, value: limited(2_147_483_648) }])).toEqual([
      "rules[0].value.amount: rpm_out_of_range",
    ]);
    expect(await faults([{ ...rule, value: limited(1.5) }])).toEqual(["rules[0].value.amount: not_an_integer"]);
    expect(await faults([{ ...rule, metric: "tpm", value: limited(1) }])).toEqual(["rules[0].metric: metric_unknown"]);
    expect(await faults([{ ...rule, target: "global", value: limited(1) }])).toEqual([
      "rules[0].target: target_unknown",
    ]);
    expect(await faults([{ ...rpm(5), burst: 6 }])).toEqual(["rules[0].burst: burst_out_of_range"]);
    expect(await faults([{ ...rpm(5), burst: 0 }])).toEqual(["rules[0].burst: burst_out_of_range"]);
    expect(await faults([{ ...rule, value: { state: "unlimited" }, burst: 1 }])).toEqual([
      "rules[0].burst: burst_not_applicable",
    ]);
    expect(await faults([{ ...rule, metric: "successful", value: limited(5), burst: 1 }])).toEqual([
      "rules[0].burst: burst_not_applicable",
    ]);
    const { version } = await call("rates.get", { kind: "user", id });
    const asked = (rules: unknown) => fieldsOf("rates.put", { kind: "user", id, version, rules });
    expect(await asked([{ ...rule, target: { modelGroupId: 99_999 }, value: limited(1) }])).toEqual([
      "rules[0].target: target_unknown",
    ]);
    expect(await asked([rpm(1), rpm(2)])).toEqual(["rules[1]: duplicate"]);
    expect(await fieldsOf("rates.get", { kind: "user", id: 99_999 })).toEqual(["id: subject_unknown"]);
    expect(await fieldsOf("rates.get", { kind: "user", id, userGroupId: 99_999 })).toEqual([
      "userGroupId: user_group_unknown",
    ]);
    expect(await call("rates.get", { kind: "user", id })).toMatchObject({ rules: [] });
  });
});

describe("the block of total and successful requests (channels-and-rates.md R4, test 30)", () => {
  const RANGES = { total: [0, 2_147_483_647], successful: [1, 2_147_483_647], periodMinutes: [1, 1_440] } as const;
  const CODES = {
    total: "total_out_of_range",
    successful: "successful_out_of_range",
    periodMinutes: "period_out_of_range",
  };
  const cases = (["total", "successful"] as const).flatMap((name) =>
    [-1, 0, 1, 2_147_483_647, 2_147_483_648].map((amount) => [name, amount] as const),
  );

  test.each(cases)("%s of %d passes the same check for everyone and for a group", async (name, amount) => {
    const [min, max] = RANGES[name];
    const { name: group } = await newGroup();
    const before = (await call("settings.get", {})).values.requestRate;
    const globals = { [name]: amount };
    const entry = { groups: { [group]: { total: 1, successful: 1, ...globals } } };
    const isFine = amount >= min && amount <= max;
    expect(await fieldsOf("settings.update", { requestRate: globals })).toEqual(
      isFine ? [] : [`requestRate.${name}: ${CODES[name]}`],
    );
    expect(await fieldsOf("settings.update", { requestRate: { ...globals, ...entry } })).toEqual(
      isFine ? [] : [`requestRate.${name}: ${CODES[name]}`, `requestRate.groups.${group}.${name}: ${CODES[name]}`],
    );
    if (!isFine) expect((await call("settings.get", {})).values.requestRate).toEqual(before);
  });

  test("a number out of range tells its bounds", async () => {
    const { name: group } = await newGroup();
    const far = { periodMinutes: 1_441, total: -1, groups: { [group]: { total: 1, successful: 0 } } };
    const fault = world.run("settings.update", { requestRate: far }, admin);
    await expect(fault).rejects.toMatchObject({
      fields: [
        { path: "requestRate.periodMinutes", params: { min: 1, max: 1_440 } },
        { path: "requestRate.total", params: { min: 0, max: 2_147_483_647 } },
        { path: `requestRate.groups.${group}.successful`, params: { min: 1, max: 2_147_483_647 } },
      ],
    });
  });

  test("naming the block switches it on; a period out of range and an unknown group are refused", async () => {
    await call("settings.update", { requestRate: { total: 7 } });
    expect((await call("settings.get", {})).values.requestRate).toEqual({
      ...{ ...DEFAULT_SETTINGS.requestRate, enabled: true, total: 7 },
    });
    const period = (periodMinutes: number) => fieldsOf("settings.update", { requestRate: { periodMinutes } });
    expect(await period(0)).toEqual(["requestRate.periodMinutes: period_out_of_range"]);
    expect(await period(1_441)).toEqual(["requestRate.periodMinutes: period_out_of_range"]);
    const groups = { nobody: { total: 1, successful: 1 } };
    expect(await fieldsOf("settings.update", { requestRate: { groups } })).toEqual([
      "requestRate.groups.nobody: user_group_unknown",
    ]);
    expect((await call("settings.get", {})).values.requestRate.total).toBe(7);
  });
});

describe("entries of user groups in the block", () => {
  const entriesNow = async () => (await call("settings.get", {})).values.requestRate.groups;

  test("go along when their group gets another name, and end with it", async () => {
    const [first, other] = [await newGroup(), await newGroup()];
    const entry = { total: 9, successful: 4 };
    const groups = { [first.name.toUpperCase()]: entry, [other.name]: { total: 1, successful: 1 } };
    await call("settings.update", { requestRate: { groups } });
    const versions = async () => (await world.ports.settings.read()).requestRate;
    const renamed = await call("userGroups.update", { id: first.id, version: first.version, name: "renamed team" });
    expect(await entriesNow()).toEqual({ [other.name]: groups[other.name], "renamed team": entry });
    await call("userGroups.delete", { id: renamed.id });
    expect(await entriesNow()).toEqual({ [other.name]: groups[other.name] });
    const before = await versions();
    const unnamed = await newGroup();
    await call("userGroups.update", { id: unnamed.id, version: unnamed.version, name: "without an entry" });
    await call("userGroups.delete", { id: unnamed.id });
    expect(await versions()).toEqual(before);
  });

  test("a rename that is refused leaves them as they are", async () => {
    const [first, other] = [await newGroup(), await newGroup()];
    await call("settings.update", { requestRate: { groups: { [first.name]: { total: 1, successful: 1 } } } });
    const rename = { id: first.id, version: first.version, name: other.name };
    await expect(call("userGroups.update", rename)).rejects.toMatchObject({ code: "name_taken" });
    expect(Object.keys(await entriesNow())).toEqual([first.name]);
  });

  test("more successful requests than requests are allowed, with a warning", async () => {
    const { name } = await newGroup();
    const requestRate = { total: 5, successful: 6, groups: { [name]: { total: 0, successful: 9 } } };
    const view = await call("settings.update", { requestRate });
    const code = "successful_above_total";
    expect(view.warnings).toEqual([{ path: "requestRate.successful", code }]);
    const ofGroup = { [name]: { total: 3, successful: 4 } };
    const other = await call("settings.update", { requestRate: { total: 0, groups: ofGroup } });
    expect(other.warnings).toEqual([{ path: `requestRate.groups.${name}.successful`, code }]);
    await call("settings.update", { requestRate: { enabled: false, total: 5, successful: 5 } });
    expect((await call("settings.get", {})).warnings).toEqual([]);
  });
});

describe("clearing overrides (channels-and-rates.md R15, test 32)", () => {
  test("takes all of a user or a group at once, with one audit row, and nothing the second time", async () => {
    const { id } = await newUser();
    const groups = await Promise.all(Array.from({ length: 30 }, () => newGroup([id])));
    for (const group of groups) await put({ kind: "user", id, userGroupId: group.id }, [rpm(5)]);
    await put({ kind: "user", id }, [rpm(9)]);
    const rows = (await world.audit()).length;
    const first = await call("rates.clearUserOverrides", { id });
    expect(first).toEqual({ cleared: 30, configVersion: expect.any(Number) });
    expect(await call("rates.clearUserOverrides", { id })).toEqual({ ...first, cleared: 0 });
    expect((await world.audit()).length).toBe(rows + 1);
    expect(await ratesOf(id)).toEqual([["user", "rpm", 9]]);
    const [group] = groups;
    await put({ kind: "user", id, userGroupId: group?.id }, [rpm(5)]);
    expect(await call("rates.clearGroupOverrides", { id: group?.id ?? 0 })).toMatchObject({ cleared: 1 });
    await expect(call("rates.clearUserOverrides", { id: 99_999 })).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("where a user stands with requests per minute (channels-and-rates.md R14)", () => {
  const request = async (userId: number, no: number) => {
    const { plan, version } = await world.quotas.planOf(userId, null);
    const requestId = `r${userId}x${no}`;
    const amounts = { usd: 0, tokens: 0, requests: 1 };
    return world.quotas.engine.reserve({
      ...{ requestId, no: 1, plan, callerVersion: version, target: { modelGroupId: null, isFree: false } },
      rates: askRates({
        plan,
        requestId,
        target: { modelGroupId: null, model: "m" },
        wasSent: false,
        isRateOnly: false,
      }),
      ...{ demand: () => ({ est: amounts, worst: amounts, strictWorst: amounts }), rules: DEFAULT_SETTINGS },
      ...{ record: () => "", onWait() {} },
    });
  };

  test("what it reads is what enforces, for every group of the user, and reading consumes nothing", async () => {
    const user = await newUser();
    const [vip, plain] = [await newGroup([user.id]), await newGroup([user.id])];
    await put({ kind: "user", id: user.id }, [rpm(20)]);
    await put({ kind: "user_group", id: vip.id }, [rpm(100)]);
    await put({ kind: "user", id: user.id, userGroupId: vip.id }, [rpm(7)]);
    for (let no = 0; no < 5; no++) expect((await request(user.id, no)).kind).toBe("admitted");
    const status = await call("rates.rpmStatus", { id: user.id });
    expect(status).toMatchObject({
      available: true,
      user: { used: 5, limit: 20 },
      groups: [
        { groupId: vip.id, groupName: vip.name, used: 5, limit: 7, source: "override" },
        { groupId: plain.id, groupName: plain.name, used: 5, limit: null, source: "none" },
      ],
      effective: { limit: 7, remaining: 2, source: "override", groupId: vip.id, retryAfterSeconds: 0 },
      targets: [],
    });
    expect(await call("rates.rpmStatus", { id: user.id })).toMatchObject({ user: status.user });
    const kinds = [5, 6, 7].map((no) => request(user.id, no));
    // In whatever order they reach the counters.
    const found = (await Promise.all(kinds)).map(({ kind }) => kind);
    expect(found.sort()).toEqual(["admitted", "admitted", "limited"]);
    const spent = await call("rates.rpmStatus", { id: user.id });
    expect(spent.effective).toMatchObject({ remaining: 0, retryAfterSeconds: 60 });
  });

  test("a user of 1,500 keys is read and enforced like any other", async () => {
    const user = await newUser();
    await world.database
      .sql`insert into keys (user_id, name) select ${user.id}, 'key ' || n from generate_series(1, 1500) n`;
    await put({ kind: "user", id: user.id }, [rpm(6)]);
    for (let no = 0; no < 5; no++) expect((await request(user.id, no)).kind).toBe("admitted");
    expect(await call("rates.rpmStatus", { id: user.id })).toMatchObject({
      ...{ available: true, user: { used: 5, limit: 6 }, groups: [], effective: { limit: 6, remaining: 1 } },
    });
    expect([(await request(user.id, 5)).kind, (await request(user.id, 6)).kind]).toEqual(["admitted", "limited"]);
  });

  test("a user without groups has an empty list; rates of models are listed by themselves", async () => {
    const user = await newUser();
    await put({ kind: "user", id: user.id }, [{ metric: "rpm", target: { model: "m" }, value: limited(3) }]);
    await request(user.id, 0);
    expect(await call("rates.rpmStatus", { id: user.id })).toMatchObject({
      ...{ user: { used: 0, limit: null }, groups: [], effective: { limit: null, source: "none" } },
      targets: [{ modelGroupId: null, model: "m", used: 1, limit: 3, remaining: 2, source: "user" }],
    });
  });

  test("it answers while the counters do not, and knows who does not exist", async () => {
    const user = await newUser();
    await put({ kind: "user", id: user.id }, [rpm(20)]);
    const { plan } = await world.quotas.planOf(user.id, null);
    const faults: string[] = [];
    const status = await readRpmStatus(plan, {
      store: { readRates: () => Promise.reject(new Error("no answer")) },
      now: () => 5,
      onFault: ({ kind }) => faults.push(kind),
    });
    expect(status).toMatchObject({
      ...{ available: false, at: 5, user: { used: null, limit: 20 } },
      effective: { limit: 20, remaining: null, retryAfterSeconds: null },
    });
    expect(faults).toEqual(["store"]);
    await expect(call("rates.rpmStatus", { id: 99_999 })).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("how many requests may run at once (channels-and-rates.md A11)", () => {
  test("is inherited, unlimited or a number, of a user and of a key", async () => {
    const user = await newUser();
    const { key } = await call("keys.create", { userId: user.id, name: "k", maxConcurrent: 4 });
    expect([user.maxConcurrent, key.maxConcurrent]).toEqual([null, 4]);
    const patch = { id: user.id, version: user.version };
    expect(await call("users.update", { ...patch, maxConcurrent: "unlimited" })).toMatchObject({
      maxConcurrent: "unlimited",
    });
    expect((await world.quotas.planOf(user.id, key.id)).plan.caller.maxConcurrent).toEqual({
      user: "unlimited",
      key: 4,
    });
    const fault = (maxConcurrent: unknown) => fieldsOf("users.update", { ...patch, maxConcurrent });
    expect(await fault(0)).toEqual(["maxConcurrent: limit_zero_use_block"]);
    expect(await fault(-1)).toEqual(["maxConcurrent: out_of_range"]);
    expect(await fault(1.5)).toEqual(["maxConcurrent: not_an_integer"]);
    expect(await fault("many")).toEqual(["maxConcurrent: not_an_integer"]);
  });
});
