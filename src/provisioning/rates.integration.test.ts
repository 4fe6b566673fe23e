import { buildOperations, type TestOperations } from "@test/build-operations";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isAppError } from "@/core/errors";
import { applyConfig } from "./apply-config";
import { exportConfig } from "./export-config";

let operations: TestOperations;
beforeAll(async () => {
  operations = await buildOperations();
});
afterAll(() => operations.database.drop());

const apply = (text: string) => {
  const secrets = { readEnv: () => undefined, readFile: () => undefined };
  return applyConfig(text, { transact: operations.transact, clock: operations.clock, secrets });
};
async function faultsOf(text: string): Promise<readonly string[]> {
  try {
    await apply(text);
    return [];
  } catch (error) {
    if (!isAppError(error)) throw error;
    return error.fields.map(({ path, code }) => `${path}: ${code}`);
  }
}
const stored = async () =>
  (await operations.ports.rates.listAll()).map((row) => [
    ...[row.subjectType, row.userName ?? row.keyName, row.userGroupName, row.model ?? row.modelGroupName],
    ...[row.metric, row.amount, row.burst],
  ]);

const FILE = `
prune: true
settings: { requestRate: { groups: { VIP: { successful: 5000 } } } }
userGroups: [{ name: vip, rpm: unlimited }, { name: team-a }]
users: [{ name: alice, groups: [vip, team-a], rpm: 60, rpmOverrides: { team-a: exempt }, maxConcurrent: 8 }]
keys: [{ user: alice, name: laptop, secret: sk-sluice-0123456789012345678901234567890123456789012, maxConcurrent: unlimited }]
modelGroups: [{ name: frontier, models: [gpt-4o] }]
rates:
  - { subject: everyone, target: all, metric: rpm, amount: 120 }
  - { subject: "user:alice", target: "model:GPT-4o", metric: rpm, amount: 5, burst: 2 }
  - { subject: "user:alice@vip", target: "group:frontier", metric: total, amount: 7 }
  - { subject: "key:alice/laptop", target: all, metric: successful, amount: 3 }
`;

test("rates, caps of running requests and the block of periods come from a file, which a second run leaves alone", async () => {
  await apply(FILE);
  expect(await stored()).toEqual([
    ["everyone", null, null, null, "rpm", 120, null],
    ["user", "alice", null, "gpt-4o", "rpm", 5, 2],
    ["user", "alice", null, null, "rpm", 60, null],
    ["override", "alice", "vip", "frontier", "total", 7, null],
    ["key", "alice/laptop", null, null, "successful", 3, null],
    ["user_group", null, "vip", null, "rpm", null, null],
    ["override", "alice", "team-a", null, "rpm", null, null],
  ]);
  expect((await operations.ports.users.findByName("alice"))?.maxConcurrent).toBe(8);
  expect((await operations.ports.keys.list({}))[0]?.maxConcurrent).toBe("unlimited");
  expect((await operations.ports.settings.read()).requestRate).toEqual({
    ...{ enabled: true, periodMinutes: 1, total: 0, successful: 1000, groups: { VIP: { total: 0, successful: 5000 } } },
  });
  expect(await apply(FILE)).toMatchObject({ created: [], changed: [], removed: [] });
  const exported = await exportConfig(operations.ports);
  expect(await apply(exported)).toMatchObject({ created: [], changed: [], removed: [] });
});

test("a rate that a pruning file no longer names goes; one that a person made stays", async () => {
  const admin = await operations.signUp("admin", "root");
  const place = { kind: "everyone", id: 0 } as const;
  const { output } = await operations.run("rates.get", place, admin);
  const { version, rules } = output as { version: string; rules: readonly object[] };
  const own = { metric: "total", target: "all", value: { state: "limit", amount: 9 } };
  await operations.run("rates.put", { ...place, version, rules: [...rules, own] }, admin);
  await apply(FILE.replace(/ {2}- \{ subject: everyone.*\n/, "").replace("rpm: 60, ", ""));
  const left = (await stored()).map(([subject, , , , metric, amount]) => `${subject} ${metric} ${amount}`);
  expect(left).toContain("everyone total 9");
  expect(left).not.toContain("everyone rpm 120");
  expect(left).not.toContain("user rpm 60");
});

test("every fault of a rate is told at its place in the file", async () => {
  const faults = await faultsOf(`
settings: { requestRate: { groups: { nobody: { successful: 1 } } } }
users: [{ name: bob, rpmOverrides: { nowhere: 5 } }]
rates:
  - { subject: "user:nobody", target: all, metric: rpm, amount: 5 }
  - { subject: "user:bob", target: "group:none", metric: rpm, amount: 5 }
`);
  expect([...faults].sort()).toEqual([
    "rates[0].subject: subject_unknown",
    "rates[1].target: target_unknown",
    "settings.requestRate.groups.nobody: user_group_unknown",
    "users[0].rpmOverrides.nowhere: user_group_unknown",
  ]);
  expect(
    await faultsOf(`
users: [{ name: bob, rpm: 0, maxConcurrent: 0 }, { name: eve, rpm: 5 }]
rates:
  - { subject: "user:eve", target: all, metric: rpm, amount: 6 }
`),
  ).toEqual(["users[0].maxConcurrent: limit_zero_use_block", "users[0].rpm: limit_zero_use_block"]);
  expect(
    await faultsOf(`
users: [{ name: eve, rpm: 5 }]
rates:
  - { subject: "user:eve", target: all, metric: rpm, amount: 6 }
  - { subject: "user:eve", target: "model:m", metric: total, amount: 6, burst: 7 }
`),
  ).toEqual(["users[0].rpm: duplicate"]);
  expect(
    await faultsOf(`
users: [{ name: eve }]
rates: [{ subject: "user:eve", target: "model:m", metric: total, amount: 6, burst: 7 }]
`),
  ).toEqual(["rates[0].burst: burst_out_of_range"]);
});

test("the block of periods has the bounds of the API in a file too, and a bad file leaves the old block in force", async () => {
  await apply("settings: { requestRate: { enabled: true, periodMinutes: 5, total: 7, successful: 8 } }");
  const before = (await operations.ports.settings.read()).requestRate;
  await apply("userGroups: [{ name: vip }]");
  const bounds = { total: [0, 2_147_483_647], successful: [1, 2_147_483_647], periodMinutes: [1, 1_440] } as const;
  for (const [name, [min, max]] of Object.entries(bounds)) {
    const code = `${name.replace("Minutes", "")}_out_of_range`;
    for (const value of [-1, 0, 1, max, max + 1]) {
      const isFine = value >= min && value <= max;
      const told = (path: string) => (isFine ? [] : [`settings.requestRate.${path}${name}: ${code}`]);
      expect([value, await faultsOf(`settings: { requestRate: { ${name}: ${value} } }`)]).toEqual([value, told("")]);
      if (name === "periodMinutes") continue;
      const other = name === "total" ? "successful: 1" : "total: 1";
      const entry = `settings: { requestRate: { groups: { vip: { ${other}, ${name}: ${value} } } } }`;
      expect([value, await faultsOf(entry)]).toEqual([value, told("groups.vip.")]);
      if (!isFine) expect((await operations.ports.settings.read()).requestRate).not.toMatchObject({ [name]: value });
    }
    expect(await faultsOf(`settings: { requestRate: { ${name}: 1.5 } }`)).toEqual([
      `settings.requestRate.${name}: not_an_integer`,
    ]);
  }
  await apply(`settings: { requestRate: ${JSON.stringify(before)} }`);
  await faultsOf("settings: { requestRate: { total: 3, groups: { vip: { total: -1, successful: 1 } } } }");
  expect((await operations.ports.settings.read()).requestRate).toMatchObject({ total: 7, successful: 8 });
});
