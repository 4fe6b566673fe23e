import { buildOperations, type TestOperations } from "@test/build-operations";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AppError } from "@/core/errors";
import { applyConfig } from "./apply-config";
import { exportConfig } from "./export-config";

let operations: TestOperations;
const secrets = { readEnv: () => undefined, readFile: () => undefined };
const BASE = `
userGroups: [{ name: team-a }]
users: [{ name: alice, groups: [team-a] }, { name: bob }]
keys: [{ user: alice, name: laptop, secret: sk-sluice-${"a".repeat(43)} }]
modelGroups: [{ name: frontier, models: [gpt-4o] }]
`;
const LIMITS = `${BASE}
limits:
  - { subject: "user:alice",     target: "group:frontier", window: daily, unit: usd, amount: "5.50" }
  - { subject: "user:alice",     target: "group:frontier", window: weekly, unit: requests, state: unlimited }
  - { subject: "group:team-a",   target: "group:frontier", window: 5h,    unit: usd, amount: "30", mode: rolling, enforcement: strict }
  - { subject: "group:team-a",   target: global,           window: monthly, unit: usd, amount: "300", mode: calendar }
  - { subject: "key:alice/laptop", target: global,         window: total, unit: tokens, amount: "100" }
  - { subject: "user:bob",       target: global,           window: daily, unit: usd, state: block }
`;
const BOOSTS = `${BASE}
boosts:
  - { user: alice, modelGroup: frontier, window: daily, unit: usd, amount: "10", from: 2099-01-01T00:00:00Z, to: 2099-01-02T00:00:00Z }
  - { user: alice, modelGroup: global, window: daily, unit: requests, amount: "10", from: 2020-01-01T00:00:00Z, to: 2020-01-02T00:00:00Z, note: past }
`;
const NOTHING = { created: [], changed: [], removed: [] };

const apply = (text: string) => applyConfig(text, { transact: operations.transact, clock: operations.clock, secrets });
const faultsOf = (text: string) =>
  apply(text).then(
    () => [],
    (error: AppError) => error.fields.map(({ path, code }) => `${path}: ${code}`),
  );
const limits = async () =>
  (await operations.ports.limits.listAll()).map((row) => ({
    at: `${row.subjectType}:${row.subjectName} ${row.modelGroupName ?? "global"} ${row.unit} ${row.window}`,
    says: row.amount ?? row.state,
    mode: row.mode,
    enforcement: row.enforcement,
    managedBy: row.managedBy,
  }));
const boosts = async () =>
  (await operations.ports.boosts.listAll()).map(({ amount, validTo, endedAt, note }) => ({
    amount,
    validTo: new Date(validTo).toISOString().slice(0, 10),
    isEnded: endedAt !== null,
    note,
  }));

beforeEach(async () => {
  operations = await buildOperations();
});
afterEach(() => operations.database.drop());

describe("limits of a file", () => {
  test("are made as it says, those of one subject and target as one change", async () => {
    const { created } = await apply(LIMITS);
    expect(created.filter((label) => label.startsWith("limits"))).toEqual([
      "limits user:alice group:frontier",
      "limits group:team-a group:frontier",
      "limits group:team-a global",
      "limits key:alice/laptop global",
      "limits user:bob global",
    ]);
    const open = { mode: null, enforcement: null, managedBy: "file" };
    const found = await limits();
    expect(found).toHaveLength(6);
    expect(found).toEqual(
      expect.arrayContaining([
        { ...open, at: "user:alice frontier usd daily", says: 5_500_000_000 },
        { ...open, at: "user:alice frontier requests weekly", says: "unlimited" },
        {
          ...open,
          at: "user_group:team-a frontier usd 5h",
          says: 30_000_000_000,
          mode: "rolling",
          enforcement: "strict",
        },
        { ...open, at: "user_group:team-a global usd monthly", says: 300_000_000_000, mode: "calendar" },
        { ...open, at: "key:alice/laptop global tokens total", says: 100 },
        { ...open, at: "user:bob global usd daily", says: "block" },
      ]),
    );
  });

  test("stay as they are in a second run, which writes no audit row and steps no version", async () => {
    const { configVersion } = await apply(LIMITS);
    const rows = await operations.audit();
    expect(await apply(LIMITS)).toMatchObject({ ...NOTHING, configVersion });
    expect(await operations.audit()).toEqual(rows);
  });

  test("change what they name and leave the cells beside it alone", async () => {
    await apply(LIMITS);
    const admin = await operations.signUp("admin", "root");
    const bob = await operations.ports.users.findByName("bob");
    const place = { kind: "user", id: bob?.id, target: "global" };
    const { output } = await operations.run("limits.get", place, admin);
    const { version, values } = output as { version: string; values: { usd: object } };
    const weekly = { state: "limit", amount: "7" };
    const mine = { ...values, usd: { daily: { state: "limit", amount: "1" }, weekly } };
    await operations.run("limits.put", { ...place, version, values: mine }, admin);
    const { changed } = await apply(LIMITS.replace('"5.50"', '"6"'));
    expect(changed).toEqual(["limits user:alice group:frontier", "limits user:bob global"]);
    const found = await limits();
    expect(found.find(({ at }) => at === "user:alice frontier usd daily")?.says).toBe(6_000_000_000);
    expect(found.find(({ at }) => at === "user:alice frontier requests weekly")?.says).toBe("unlimited");
    expect(found.find(({ at }) => at === "user:bob global usd daily")?.says).toBe("block");
    expect(found.find(({ at }) => at === "user:bob global usd weekly")).toMatchObject({ managedBy: null });
  });

  test("go when it prunes and no longer names them, and those of a person stay", async () => {
    await apply(LIMITS);
    const admin = await operations.signUp("admin", "root");
    const alice = await operations.ports.users.findByName("alice");
    const place = { kind: "user", id: alice?.id, target: "global" };
    const { output } = await operations.run("limits.get", place, admin);
    const { version } = output as { version: string };
    const values = { usd: { daily: { state: "limit", amount: "1" } } };
    await operations.run("limits.put", { ...place, version, values }, admin);
    const kept = '  - { subject: "user:alice", target: "group:frontier", window: daily, unit: usd, amount: "5.5" }\n';
    const report = await apply(`prune: true\n${BASE}\nlimits:\n${kept}`);
    expect(report.created).toEqual([]);
    expect(report.removed).toContain("limits user:bob global");
    expect((await limits()).map(({ at }) => at)).toEqual([
      "user:alice frontier usd daily",
      "user:alice global usd daily",
    ]);
    expect(await apply(`prune: true\n${BASE}\nlimits:\n${kept}`)).toMatchObject(NOTHING);
  });

  test("are exported in the same shape, and applying the export changes nothing", async () => {
    await apply(LIMITS);
    const text = await exportConfig(operations.ports);
    expect(text).toContain("subject: key:alice/laptop");
    expect(await apply(text)).toMatchObject(NOTHING);
  });
});

describe("boosts of a file", () => {
  test("are granted once, over as they may be", async () => {
    expect((await apply(BOOSTS)).created.filter((label) => label.startsWith("boost"))).toHaveLength(2);
    const rows = await operations.audit();
    expect(await apply(BOOSTS)).toMatchObject(NOTHING);
    expect(await operations.audit()).toEqual(rows);
    expect(await boosts()).toEqual([
      { amount: 10_000_000_000, validTo: "2099-01-02", isEnded: false, note: null },
      { amount: 10, validTo: "2020-01-02", isEnded: false, note: "past" },
    ]);
  });

  test("get another end in place, and another amount by an end and a new grant", async () => {
    await apply(BOOSTS);
    const longer = BOOSTS.replace("to: 2099-01-02", "to: 2099-01-05");
    expect((await apply(longer)).changed).toHaveLength(1);
    expect((await boosts())[0]).toMatchObject({ validTo: "2099-01-05", isEnded: false });
    const more = longer.replace('amount: "10", from: 2099', 'amount: "20", from: 2099');
    await apply(more);
    expect(await boosts()).toMatchObject([
      { amount: 10_000_000_000, isEnded: true },
      { amount: 10, isEnded: false },
      { amount: 20_000_000_000, isEnded: false, validTo: "2099-01-05" },
    ]);
    expect(await apply(more)).toMatchObject(NOTHING);
  });

  test("end when it prunes and no longer names them, and their rows stay", async () => {
    await apply(BOOSTS);
    await apply(`prune: true\n${BASE}`);
    expect((await boosts()).map(({ isEnded }) => isEnded)).toEqual([true, false]);
    expect(await apply(`prune: true\n${BASE}`)).toMatchObject(NOTHING);
  });

  test("are exported unless a hand ended them, and applying the export changes nothing", async () => {
    await apply(BOOSTS);
    const text = await exportConfig(operations.ports);
    expect(text).toContain("modelGroup: frontier");
    expect(await apply(text)).toMatchObject(NOTHING);
  });
});

test("settings of limits are stored, and the modes it does not name stay", async () => {
  const settings = `
settings:
  dailyReset: "04:05"
  enforcement: strict
  failOpen: false
  failOpenAllowance: { percent: 5, maxUsd: "0.5" }
  modelGroupLimits: false
  billingModel: upstream
  windowModes: { 5h: fixed }
`;
  await apply(settings);
  expect(await operations.ports.settings.read()).toEqual({
    ...{
      dailyReset: "04:05",
      enforcement: "strict",
      failOpen: false,
      modelGroupLimits: false,
      billingModel: "upstream",
    },
    failOpenAllowance: { percent: 5, maxUsd: "0.5" },
    windowModes: { "5h": "fixed", daily: "calendar", weekly: "calendar", monthly: "calendar" },
  });
  expect(await apply(settings)).toMatchObject(NOTHING);
});

describe("a bad file", () => {
  const row = (patch: string) => `  - { subject: "user:alice", target: global, window: daily, unit: usd, ${patch} }`;

  test("tells every problem of its limits with the path and applies nothing", async () => {
    const bad = `${BASE}
settings: { dailyReset: "04:03", enforcement: hard, windowModes: { 5h: calendar, hourly: rolling }, failOpenAllowance: { percent: 101, maxUsd: "-1" } }
limits:
${row('amount: "0"')}
${row("amount: 0")}
${row("amount: null")}
${row("amount: 5")}
${row('amount: "-5"')}
${row('amount: "1e400"')}
${row('amount: "1.0000000001"')}
${row('amount: "9007200"')}
${row("enforcement: strict")}
${row('state: block, amount: "5"')}
${row("state: unlimited, mode: rolling")}
${row('amount: "5", mode: fixed, enforcement: hard')}
  - { subject: alice, target: frontier, window: yearly, unit: eur, amount: "5.5", colour: red }
  - { subject: "key:alice", target: global, window: total, unit: tokens, amount: "5.5", mode: rolling }
boosts:
  - { user: alice, modelGroup: global, window: daily, unit: requests, amount: "1.5", from: 2026-01-01, to: 2026-01-02T00:00:00Z }
`;
    expect((await faultsOf(bad)).sort()).toEqual(
      [
        "settings.dailyReset: reset_time_invalid",
        "settings.enforcement: enforcement_unknown",
        "settings.windowModes.5h: mode_not_applicable",
        "settings.windowModes.hourly: window_unknown",
        "settings.failOpenAllowance.percent: out_of_range",
        "settings.failOpenAllowance.maxUsd: amount_invalid",
        "limits[0].amount: limit_zero_use_block",
        "limits[1].amount: limit_zero_use_block",
        "limits[2].amount: limit_zero_use_block",
        "limits[3].amount: amount_invalid",
        "limits[4].amount: amount_invalid",
        "limits[5].amount: amount_invalid",
        "limits[6].amount: amount_too_precise",
        "limits[7].amount: amount_out_of_range",
        "limits[8].amount: required",
        "limits[9].amount: invalid",
        "limits[10].mode: mode_not_applicable",
        "limits[11].mode: mode_not_applicable",
        "limits[11].enforcement: enforcement_unknown",
        "limits[12].subject: subject_unknown",
        "limits[12].target: target_unknown",
        "limits[12].window: window_unknown",
        "limits[12].unit: unit_unknown",
        "limits[12].colour: unknown_field",
        "limits[13].subject: subject_unknown",
        "limits[13].amount: amount_too_precise",
        "limits[13].mode: mode_not_applicable",
        "boosts[0].amount: amount_too_precise",
        "boosts[0].from: date_invalid",
      ].sort(),
    );
    expect(await operations.audit()).toEqual([]);
  });

  test.each<[string, string, string[]]>([
    [
      "limits whom or what nobody knows",
      `limits:\n${row('amount: "5"')}\n${row('amount: "5"').replace("user:alice", "key:alice/none").replace("global", "group:none")}\n${row('amount: "5"').replace("daily", "weekly").replace("user:alice", "user:none")}`,
      ["limits[1].subject: subject_unknown", "limits[1].target: target_unknown", "limits[2].subject: subject_unknown"],
    ],
    [
      "limits one cell twice",
      `limits:\n${row('amount: "5"')}\n${row("state: block").replace("alice", "ALICE")}`,
      ["limits[1].subject: duplicate"],
    ],
    [
      "boosts whom or what nobody knows, and backwards",
      'boosts: [{ user: none, modelGroup: none, window: daily, unit: usd, amount: "1", from: 2026-01-01T00:00:00Z, to: 2026-01-02T00:00:00Z }, { user: alice, modelGroup: global, window: daily, unit: usd, amount: "1", from: 2026-01-01T00:00:00Z, to: 2026-01-01T00:00:00Z }]',
      ["boosts[0].user: not_found", "boosts[0].modelGroup: target_unknown", "boosts[1].to: boost_range_invalid"],
    ],
    [
      "names one boost twice",
      'boosts: [{ user: alice, modelGroup: global, window: daily, unit: usd, amount: "1", from: 2026-01-01T00:00:00Z, to: 2026-01-02T00:00:00Z }, { user: Alice, modelGroup: global, window: daily, unit: usd, amount: "2", from: "2026-01-01T01:00:00+01:00", to: 2026-01-02T00:00:00Z }]',
      ["boosts[1].user: duplicate"],
    ],
  ])("that %s is refused whole", async (...[, text, faults]) => {
    expect(await faultsOf(`${BASE}\n${text}`)).toEqual(faults);
    expect(await operations.ports.users.list({})).toEqual([]);
  });
});
