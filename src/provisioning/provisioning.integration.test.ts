import { buildOperations, type TestOperations } from "@test/build-operations";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_BREAKER } from "@/core/channels/breaker";
import { credentialContext } from "@/core/channels/credential-context";
import { NO_LIMITER } from "@/core/channels/limiter";
import type { AppError } from "@/core/errors";
import { applyConfig } from "./apply-config";
import { exportConfig } from "./export-config";
import { channelHosts } from "./parse-config";

let operations: TestOperations;
const SECRET = `sk-sluice-${"a".repeat(43)}`;
const FILE = `
settings:
  timeZone: Asia/Shanghai
  weekStart: sunday
channels:
  - name: main
    protocols: [openai-chat]
    operations: null
    provider: null
    baseUrl: https://api.example.com/v1
    credential: env:UPSTREAM_KEY
    models: [gpt-4o, { name: fast, upstream: gpt-4o-mini }]
    costMultiplier: "1.5"
    timeouts: { idleMs: 5000 }
    limiter: { mode: queue, capacity: 2, queueSize: 3, queueTimeoutMs: 1500, maxWaitingPerKey: null }
    rpm: 600
    tpm: null
    overflow: stay
    breaker: { failures: 3 }
    userGroups: [VIP]
  - name: spare
    protocols: [openai-chat]
    baseUrl: https://spare.example.com
    credentials: [{ value: env:UPSTREAM_KEY }, { value: sk-second-0123456789, enabled: false }]
    models: [gpt-*]
    limiter: null
    breaker: null
    weight: 0
userGroups:
  - { name: team-a, costMultiplier: "1", rpm: null }
  - { name: vip, costMultiplier: "0.25" }
users:
  - { name: alice, email: Alice@Example.com, role: admin, password: file:/secrets/alice, groups: [team-a, VIP] }
  - { name: bob }
keys:
  - { user: alice, name: laptop, secret: ${SECRET}, expiresAt: null, models: [gpt-4o] }
modelGroups:
  - { name: frontier, models: [GPT-4o, claude-opus] }
  - { name: small, models: [] }
models:
  - { name: gpt-4o, maxOutputTokens: 16384, bytesPerToken: 3.5, expectedOutputTokens: null }
prices:
  - { model: gpt-4o, input: "2.50", output: "10", cacheRead: "1.25", channel: main, components: { tool.web_search: "10" } }
`;

const SOUND = "name: c, protocols: [openai-chat], baseUrl: https://x.example.com, models: [m]";

const secrets = {
  readEnv: (name: string) => ({ UPSTREAM_KEY: "sk-upstream-0123456789\n" })[name],
  readFile: (path: string) => ({ "/secrets/alice": "a password of alice\n" })[path],
};
const apply = (text: string) => applyConfig(text, { transact: operations.transact, clock: operations.clock, secrets });
const faultsOf = (text: string) =>
  apply(text).then(
    () => [],
    (error: AppError) => error.fields.map(({ path, code }) => `${path}: ${code}`),
  );
const NOTHING = { created: [], changed: [], removed: [] };

beforeEach(async () => {
  operations = await buildOperations();
});
afterEach(() => operations.database.drop());

describe("applying a file", () => {
  test("makes what it names, in one go and with audit rows", async () => {
    expect(await apply(FILE)).toMatchObject({
      created: [
        ...["user group team-a", "user group vip", "channel main", "channel spare", "user alice", "user bob"],
        "key alice/laptop",
        ...["model group frontier", "model group small", "model gpt-4o", "price gpt-4o"],
      ],
      changed: ["settings"],
      removed: [],
    });
    const { ports } = operations;
    expect(await ports.settings.read()).toEqual({ timeZone: "Asia/Shanghai", weekStart: "sunday" });
    const channel = await ports.channels.findByName("main");
    expect(channel).toMatchObject({
      managedBy: "file",
      baseUrl: "https://api.example.com",
      costMultiplierPpm: 1_500_000,
      timeouts: { connectMs: 10_000, firstByteMs: 300_000, idleMs: 5000 },
      models: [
        { name: "gpt-4o", upstream: "gpt-4o" },
        { name: "fast", upstream: "gpt-4o-mini" },
      ],
    });
    expect(channel).toMatchObject({
      limiter: { mode: "queue", capacity: 2, queueSize: 3, queueTimeoutMs: 1_500, maxWaitingPerKey: null },
      ...{ rpm: 600, tpm: null, overflow: "stay", breaker: { ...DEFAULT_BREAKER, failures: 3 } },
      userGroups: [(await ports.userGroups.findByName("vip"))?.id],
    });
    const spare = await ports.channels.findByName("spare");
    expect(spare).toMatchObject({ limiter: NO_LIMITER, breaker: DEFAULT_BREAKER, weight: 0, userGroups: [] });
    const credentials = await ports.channels.credentials();
    const plain = credentials.map(({ channelId, id, sealed }) =>
      ports.secrets.open(sealed, credentialContext(channelId, id)),
    );
    expect(plain).toEqual(["sk-upstream-0123456789", "sk-upstream-0123456789", "sk-second-0123456789"]);
    expect(credentials.map(({ enabled }) => enabled)).toEqual([true, true, false]);
    const alice = await ports.users.findByName("alice");
    expect(alice).toMatchObject({ email: "alice@example.com", hasAccount: true, managedBy: "file" });
    const groups = await ports.userGroups.listUsers({ userId: alice?.id ?? 0 });
    expect(groups.map(({ userGroupName }) => userGroupName)).toEqual(["team-a", "vip"]);
    const multipliers = (await ports.userGroups.list({})).map(({ costMultiplierPpm }) => costMultiplierPpm);
    expect(multipliers).toEqual([1_000_000, 250_000]);
    expect(await ports.modelGroups.findByName("FRONTIER")).toMatchObject({
      ...{ models: ["claude-opus", "gpt-4o"], slug: "frontier", managedBy: "file" },
    });
    expect(await ports.models.list()).toEqual([
      { name: "gpt-4o", maxOutputTokens: 16_384, bytesPerToken: 3.5, expectedOutputTokens: null, managedBy: "file" },
    ]);
    expect(await ports.accounts.verifyPassword(alice?.id ?? 0, "a password of alice")).toBe(true);
    const rows = await operations.audit();
    expect(rows.map((row) => row.operation)).toContain("keys.import");
    expect(JSON.stringify(rows)).not.toMatch(/sk-upstream|a password of|aaaaaaaa/);
  });

  test("a second run changes nothing and writes no audit row", async () => {
    await apply(FILE);
    const rows = await operations.audit();
    operations.clock.advance(60_000);
    expect(await apply(FILE)).toMatchObject(NOTHING);
    expect(await operations.audit()).toEqual(rows);
  });

  test("what changed in the file or by hand is brought in line, what it does not name stays", async () => {
    await apply(FILE);
    const admin = await operations.signUp("admin", "root");
    const { ports } = operations;
    const main = await ports.channels.findByName("main");
    await operations.run("channels.update", { id: main?.id, version: main?.version, weight: 9 }, admin);
    await operations.run("users.create", { name: "carol" }, admin);
    const next = FILE.replace('"2.50"', '"3"').replace(SECRET, `sk-sluice-${"b".repeat(43)}`);
    expect(await apply(next)).toMatchObject({
      created: [],
      changed: ["channel main", "key alice/laptop", "price gpt-4o"],
      removed: [],
    });
    expect((await ports.channels.findByName("main"))?.weight).toBe(1);
    expect((await ports.keys.list({}))[0]?.previous).toBeNull();
    expect(await ports.users.findByName("carol")).toMatchObject({ managedBy: null });
    expect(await apply(next)).toMatchObject(NOTHING);
  });

  test("prune removes what an earlier run made and never what a person made", async () => {
    await apply(FILE);
    const admin = await operations.signUp("admin", "root");
    await operations.run("users.create", { name: "carol" }, admin);
    await operations.run("models.put", { name: "mine", maxOutputTokens: 5 }, admin);
    const report = await apply("prune: true\nusers: [{ name: alice, role: admin }]\n");
    expect([...report.removed].sort()).toEqual([
      ...["channel main", "channel spare", "key alice/laptop", "model gpt-4o", "model group frontier"],
      ...["model group small", "user bob"],
      ...["user group team-a", "user group vip"],
    ]);
    const names = (await operations.ports.users.list({})).map(({ name }) => name);
    expect(names.sort()).toEqual(["alice", "carol", "root"]);
    expect(await operations.ports.models.list()).toMatchObject([{ name: "mine" }]);
  });

  test("address lists are the file's where it names them; a user's stay as they are where it does not", async () => {
    const key = `user: ada, name: laptop, secret: ${SECRET}`;
    await apply(`users: [{ name: ada, ipAllow: [203.0.113.9/24] }]\nkeys: [{ ${key}, ipDeny: ["2001:DB8::1"] }]`);
    const { ports } = operations;
    const listsNow = async () => {
      const [user, [laptop]] = [await ports.users.findByName("ada"), await ports.keys.list({})];
      return [user?.ipAllow, user?.ipDeny, laptop?.ipAllow, laptop?.ipDeny];
    };
    expect(await listsNow()).toEqual([["203.0.113.0/24"], [], [], ["2001:db8::1/128"]]);
    expect(await exportConfig(ports)).toContain("203.0.113.0/24");
    expect(await apply(await exportConfig(ports))).toMatchObject(NOTHING);
    await apply(`users: [{ name: ada }]\nkeys: [{ ${key} }]`);
    expect(await listsNow()).toEqual([["203.0.113.0/24"], [], [], []]);
    await apply("users: [{ name: ada, ipAllow: [] }]");
    expect(await listsNow()).toEqual([[], [], [], []]);
    expect(await faultsOf(`keys: [{ ${key}, ipAllow: ["::1", "10.0.0.0/33"] }]`)).toEqual([
      "keys[0].ipAllow[1]: ip_list_invalid_entry",
    ]);
  });

  test("a secret that another key has is told by its path, whatever the file holds behind it", async () => {
    const next = `users: [{ name: ada }]\nkeys: [{ user: ada, name: phone, secret: ${SECRET} }]\nmodelGroups: [{ name: a, models: [m1] }]`;
    await apply(`users: [{ name: ada }]\nkeys: [{ user: ada, name: laptop, secret: ${SECRET} }]`);
    expect(await faultsOf(next)).toEqual(["keys[0].secret: taken"]);
  });

  test("models change groups in one run, whatever the order of the groups", async () => {
    await apply("modelGroups: [{ name: a, models: [m1, m2] }, { name: b, models: [m3] }, { name: c, models: [m4] }]");
    const next = "prune: true\nmodelGroups: [{ name: b, models: [m1, m4] }, { name: a, models: [m2, m3] }]";
    expect(await apply(next)).toMatchObject({
      ...{ created: [], changed: ["model group b", "model group a"], removed: ["model group c"] },
    });
    const groups = await operations.ports.modelGroups.list({});
    expect(groups.map(({ name, models }) => [name, models])).toEqual([
      ["a", ["m2", "m3"]],
      ["b", ["m1", "m4"]],
    ]);
    expect(await apply(next)).toMatchObject(NOTHING);
  });

  test("a user's groups are those of the file, or the user's own when it is silent about them", async () => {
    const groupsOf = async () => {
      const rows = await operations.ports.userGroups.listUsers({});
      return rows.map(({ userName, userGroupName }) => `${userName}@${userGroupName}`);
    };
    await apply("userGroups: [{ name: a }, { name: b }]\nusers: [{ name: u, groups: [a] }]");
    expect(await apply("users: [{ name: u }]")).toMatchObject(NOTHING);
    expect(await groupsOf()).toEqual(["u@a"]);
    expect(await apply("users: [{ name: u, groups: [b] }]")).toMatchObject({ changed: ["user u"] });
    expect(await groupsOf()).toEqual(["u@b"]);
    expect(await apply("users: [{ name: u, groups: [] }]")).toMatchObject({ changed: ["user u"] });
    expect(await groupsOf()).toEqual([]);
  });

  test("JSON is a file too, and an empty one does nothing", async () => {
    expect(await apply('{"users":[{"name":"dora"}]}')).toMatchObject({ created: ["user dora"] });
    expect(await apply("")).toMatchObject(NOTHING);
  });

  test("a multiplier that the file no longer says is taken off the group", async () => {
    const multiplier = async () => (await operations.ports.userGroups.findByName("halved"))?.costMultiplierPpm;
    await apply('userGroups: [{ name: halved, costMultiplier: "0.5" }]');
    expect(await multiplier()).toBe(500_000);
    expect(await exportConfig(operations.ports)).toContain('costMultiplier: "0.5"');
    await apply("userGroups: [{ name: halved }]");
    expect(await multiplier()).toBeNull();
  });

  test("an export applies without a change and holds no secret", async () => {
    await apply(FILE);
    const text = await exportConfig(operations.ports);
    expect(text).not.toMatch(/sk-|password|credential/);
    expect(await apply(text)).toMatchObject(NOTHING);
  });
});

describe("what a file leaves open", () => {
  test("a new channel without a credential is made, told of in every run, and gets one as any other channel", async () => {
    const gap = [{ object: "channel c", code: "credential_missing" }];
    const file = `channels: [{ ${SOUND} }]`;
    expect(await apply(file)).toMatchObject({ created: ["channel c"], incomplete: gap });
    expect(await apply(file)).toMatchObject({ ...NOTHING, incomplete: gap });
    const { ports } = operations;
    const row = await ports.channels.findByName("c");
    expect(await ports.channels.credentials(row?.id)).toEqual([]);
    expect(await apply(file.replace("x.example.com", "y.example.com"))).toMatchObject({ changed: ["channel c"] });
    const whole = `channels: [{ ${SOUND}, credential: env:UPSTREAM_KEY }]`;
    expect(await apply(whole)).toMatchObject({ changed: ["channel c"], incomplete: [] });
    expect(await apply(file)).toMatchObject({ incomplete: [] });
  });

  test("a new key without a secret has one that nobody knows, which is told once", async () => {
    const file = "users: [{ name: a }]\nkeys: [{ user: a, name: k }, { user: a, name: l }]";
    const gap = (name: string) => ({ object: `key a/${name}`, code: "secret_unknown" });
    expect(await apply(file)).toMatchObject({ incomplete: [gap("k"), gap("l")] });
    const rows = await operations.ports.keys.list({});
    expect(new Set(rows.map(({ lastFour, prefix }) => prefix + lastFour)).size).toBe(2);
    expect(await apply(file)).toMatchObject({ ...NOTHING, incomplete: [] });
    expect(await operations.ports.keys.list({})).toEqual(rows);
  });
});

describe("what people did to the file's objects", () => {
  const edit = async (name: string, input: object) => {
    const who = await operations.signUp("admin", `ada ${Math.random().toString(36).slice(2, 8)}`);
    await operations.run(name, input, who);
    return who.name;
  };

  test("is told when a run undoes it, with who did it, and once", async () => {
    await apply(FILE);
    const main = await operations.ports.channels.findByName("main");
    const by = await edit("channels.update", { id: main?.id, version: main?.version, weight: 9 });
    const overwrote = [{ object: "channel main", editedBy: [by] }];
    expect(await apply(FILE)).toMatchObject({ changed: ["channel main"], overwrote });
    const next = FILE.replace('"1.5"', '"2"');
    expect(await apply(next)).toMatchObject({ changed: ["channel main"], overwrote: [] });
  });

  test("is not told of fields that the file leaves alone, nor of objects that were never the file's", async () => {
    await apply(FILE);
    await edit("settings.update", { gatewayName: "Gate" });
    const admin = await operations.signUp("admin", "root");
    const group = await operations.run("userGroups.create", { name: "theirs" }, admin);
    const { id } = group.output as { id: number };
    await operations.run("userGroups.update", { id, version: 1, costMultiplier: "3" }, admin);
    const next = `${FILE.replace("weekStart: sunday", "weekStart: monday")}rates: []\n`.replace(
      "\nuserGroups:",
      "\nuserGroups:\n  - { name: theirs }",
    );
    expect(await apply(next)).toMatchObject({ changed: ["user group theirs", "settings"], overwrote: [] });
  });

  test("is told of settings, limits, keys and users too", async () => {
    const text = (amount: string) => `
settings: { maxAttempts: 4 }
users: [{ name: u, maxConcurrent: 3 }]
keys: [{ user: u, name: k, secret: ${SECRET} }]
limits: [{ subject: "user:u", target: global, window: daily, unit: usd, amount: "${amount}" }]
`;
    await apply(text("5"));
    const user = await operations.ports.users.findByName("u");
    const [key] = await operations.ports.keys.list({});
    const place = { kind: "user", id: user?.id, target: "global" };
    const admin = await operations.signUp("admin", "ada");
    const { output } = await operations.run("limits.get", place, admin);
    const { version } = output as { version: string };
    await operations.run("settings.update", { maxAttempts: 5 }, admin);
    await operations.run("users.update", { id: user?.id, version: user?.version, maxConcurrent: 9 }, admin);
    await operations.run("keys.rotate", { id: key?.id }, admin);
    await operations.run("limits.put", { ...place, version, values: {} }, admin);
    const { overwrote, created } = await apply(text("5"));
    const editedBy = ["ada"];
    expect(overwrote).toEqual(["settings", "user u", "key u/k"].map((object) => ({ object, editedBy })));
    expect(created).toEqual(["limits user:u global"]);
  });
});

test("a channel whose only user group is gone is exported for nobody, not for everyone", async () => {
  await apply(FILE);
  const { ports } = operations;
  const vip = await ports.userGroups.findByName("vip");
  await ports.userGroups.delete(vip?.id ?? 0);
  const text = await exportConfig(ports);
  expect(await faultsOf(text)).toEqual(["channels[0].userGroups[0]: user_group_unknown"]);
});

describe("a bad file", () => {
  test("tells every problem with its path and applies nothing", async () => {
    const bad = `
settings: { timeZone: Mars/Base, maxAttempts: 99, nonsense: 1, channelOverflow: full, queueHeartbeatMs: 4999 }
channels:
  - { name: a, protocols: [soap], baseUrl: "ftp://x", models: [], owner: me, rpm: 5 }
  - { name: b, protocols: [openai-chat], baseUrl: "https://x", models: [m], credential: env:NOBODY }
users:
  - { name: x, role: root, groups: [team], rpm: 5 }
  - { name: X }
keys:
  - { user: x, name: k, secret: 7 }
prices:
  - { model: m, input: 2.5 }
userGroups: [{ name: y, costMultiplier: "101", rpm: 7 }]
modelGroups: [{ name: frontier, models: ["a b", "m*"] }, { name: rest }]
rates: [{ subject: "user:x" }]
whatever: true
`;
    expect((await faultsOf(bad)).sort()).toEqual([
      "channels[0].baseUrl: base_url_invalid",
      "channels[0].models: models_required",
      "channels[0].owner: unknown_field",
      "channels[0].protocols[0]: protocol_unknown",
      "channels[1].credential: secret_reference_invalid",
      "keys[0].secret: secret_invalid",
      "modelGroups[0].models[0]: model_name_invalid",
      "modelGroups[0].models[1]: model_name_invalid",
      "modelGroups[1].models: models_required",
      "prices[0].input: amount_invalid",
      "rates[0].amount: required",
      "rates[0].metric: required",
      "rates[0].target: required",
      "settings.channelOverflow: not_a_choice",
      "settings.maxAttempts: out_of_range",
      "settings.nonsense: unknown_field",
      "settings.queueHeartbeatMs: out_of_range",
      "settings.timeZone: zone_unknown",
      "userGroups[0].costMultiplier: multiplier_invalid",
      "users[0].role: not_a_choice",
      "whatever: unknown_field",
    ]);
    expect(await operations.audit()).toEqual([]);
  });

  test.each<[string, string, string[]]>([
    ["names one thing twice", "users: [{ name: a }, { name: A }]", ["users[1].name: duplicate"]],
    [
      "names one group twice",
      "userGroups: [{ name: a }, { name: A }]\nmodelGroups: [{ name: b, models: [] }, { name: B, models: [] }]",
      ["userGroups[1].name: duplicate", "modelGroups[1].name: duplicate"],
    ],
    [
      "gives a model to two groups",
      "modelGroups: [{ name: a, models: [x, m] }, { name: b, models: [y, M] }]",
      ["modelGroups[1].models[1]: model_in_other_group"],
    ],
    [
      "puts users into groups that are none",
      "userGroups: [{ name: a }]\nusers: [{ name: u, groups: [a, nobody] }, { name: v, groups: [nowhere] }]",
      ["users[0].groups[1]: not_found", "users[1].groups[0]: not_found"],
    ],
    ["puts a user into a group twice", "users: [{ name: u, groups: [a, A] }]", ["users[0].groups: duplicate"]],
    [
      "says things of a model twice",
      "models: [{ name: a, maxOutputTokens: 9, expectedOutputTokens: 8 }, { name: a, bytesPerToken: 2 }]",
      ["models[1].name: duplicate"],
    ],
    [
      "expects more of a model than its maximum",
      "models: [{ name: b }, { name: a, maxOutputTokens: 9, expectedOutputTokens: 10 }]",
      ["models[1].expectedOutputTokens: out_of_range"],
    ],
    [
      "gives a malformed key",
      "users: [{ name: a }]\nkeys: [{ user: a, name: k, secret: x }]",
      ["keys[0].secret: secret_invalid"],
    ],
    ["names a user that is none", `keys: [{ user: a, name: k, secret: ${SECRET} }]`, ["keys[0].user: not_found"]],
    [
      "names a channel that is none",
      'prices: [{ model: m, input: "1", channel: c }]',
      ["prices[0].channel: not_found"],
    ],
    [
      "gives one address to two",
      "users: [{ name: a, email: x@y.co }, { name: b, email: x@y.co }]",
      ["users[1].email: email_taken"],
    ],
    [
      "gives one secret to two",
      `users: [{ name: a }]\nkeys: [{ user: a, name: k, secret: ${SECRET} }, { user: a, name: l, secret: ${SECRET} }]`,
      ["keys[1].secret: taken"],
    ],
    [
      "calls a forbidden address",
      "channels: [{ name: c, protocols: [openai-chat], baseUrl: http://169.254.169.254, models: [m], credential: xxxxxxxxxxxx }]",
      ["channels[0].baseUrl: base_url_forbidden"],
    ],
    [
      "leaves a credential empty",
      `channels: [{ ${SOUND}, credential: "" }]`,
      ["channels[0].credential: credential_required"],
    ],
    ["refers to an anchor that is none", "users: *nobody", [": invalid"]],
    ["is no YAML", "users: [", ["line 1, column 9: invalid"]],
    ["repeats a field", "users: []\nusers: []", ["line 2, column 1: invalid"]],
    ["is a list", "- a", [": invalid"]],
  ])("that %s is refused whole", async (...[, text, faults]) => {
    expect(await faultsOf(text)).toEqual(faults);
    expect(await operations.audit()).toEqual([]);
    expect(await operations.ports.users.list({})).toEqual([]);
  });

  test("that is nested beyond reason is refused by its first faults", async () => {
    const faults = await faultsOf("[".repeat(20_000));
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.length).toBeLessThanOrEqual(20);
  });

  test("that takes a model of a person's group is refused whole", async () => {
    const admin = await operations.signUp("admin", "root");
    await operations.run("modelGroups.create", { name: "mine", models: ["m"] }, admin);
    expect(await faultsOf("modelGroups: [{ name: theirs, models: [n, m] }]")).toEqual([
      "modelGroups[0].models[1]: model_in_other_group",
    ]);
    expect(await operations.ports.modelGroups.findByName("theirs")).toBeNull();
  });

  test("never tells a value", async () => {
    const error = await apply(
      FILE.replace(SECRET, "sk-planted").replace("env:UPSTREAM_KEY", '"sk planted\\u0007"'),
    ).catch((thrown: AppError) => thrown);
    expect(JSON.stringify([error, (error as AppError).fields])).not.toContain("planted");
  });
});

test("the hosts of a file's channels are known before it is applied", () => {
  expect(channelHosts(FILE)).toEqual(["api.example.com:443", "spare.example.com:443"]);
  expect(channelHosts('channels: [{ baseUrl: http://10.0.0.5:8080/v1 }, { baseUrl: "http://[::1]" }, 7]')).toEqual([
    "10.0.0.5:8080",
    "::1:80",
  ]);
  expect(channelHosts("channels: [")).toEqual([]);
});
