import { buildOperations, type TestOperations } from "@test/build-operations";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { credentialContext } from "@/core/channels/credential-context";
import { applyConfig } from "./apply-config";
import { configFile } from "./config-file";
import { exportConfig } from "./export-config";

const key = (letter: string) => `sk-sluice-${letter.repeat(43)}`;

/** Every field of the file with another value than its default. */
const FULL = {
  prune: true,
  settings: {
    gatewayName: "Gate",
    timeZone: "Asia/Shanghai",
    weekStart: "sunday",
    dailyReset: "04:05",
    windowModes: { "5h": "fixed", daily: "rolling", weekly: "rolling", monthly: "rolling" },
    enforcement: "strict",
    modelGroupLimits: false,
    failOpen: false,
    failOpenAllowance: { percent: 7, maxUsd: "3.5" },
    requestRate: {
      enabled: false,
      periodMinutes: 3,
      total: 70,
      successful: 60,
      groups: { vip: { total: 9, successful: 8 }, "team-a": { total: 0, successful: 5 } },
    },
    billingModel: "upstream",
    defaultLocale: "ja",
    publicUrl: "https://llm.example.com",
    unpricedModels: "free",
    maxAttempts: 5,
    requestDeadlineMs: 120_000,
    channelOverflow: "stay",
    cooldownDefaultMs: 2_000,
    cooldownMaxMs: 60_000,
    breakerLastChannel: "block",
    queueHeartbeatMs: 6_000,
    drainTimeoutMs: 1_000,
    worstCaseOutputTokens: 1_024,
    publicDocs: false,
    apiRequestsPerMinute: 1_200,
  },
  channels: [
    {
      name: "zeta",
      protocols: ["openai-chat", "openai-responses"],
      operations: ["chat", "embedding"],
      provider: "openai",
      baseUrl: "https://zeta.example.com",
      credential: "sk-upstream-zeta-1",
      models: ["gpt-*", { name: "fast", upstream: "gpt-4o-mini" }],
      priority: 3,
      weight: 7,
      costMultiplier: "1.25",
      timeouts: { connectMs: 1_000, firstByteMs: 2_000, idleMs: 3_000 },
      limiter: { mode: "queue", capacity: 2, queueSize: 3, queueTimeoutMs: 1_500, maxWaitingPerKey: 2 },
      rpm: 600,
      tpm: 70_000,
      overflow: "group",
      onDisconnect: "drain",
      breaker: { enabled: false, failures: 6, ratioPct: 60, minAttempts: 11, openMs: 31_000 },
      headers: { set: { "x-team": "a" }, remove: ["x-other"] },
      usageInStream: "never",
      inputIncludesCache: true,
      userGroups: ["vip", "team-a"],
      enabled: false,
    },
    {
      name: "alpha",
      protocols: ["anthropic-messages"],
      baseUrl: "https://alpha.example.com",
      credentials: [{ value: "sk-upstream-alpha-1" }, { value: "sk-upstream-alpha-2", enabled: false }],
      models: ["claude-opus"],
      priority: 3,
    },
    {
      name: "observed",
      protocols: ["gemini"],
      baseUrl: "https://o.example.com",
      models: ["g"],
      credential: "sk-upstream-o",
    },
  ],
  userGroups: [
    { name: "vip", rpm: "unlimited", costMultiplier: "0.5" },
    { name: "team-a", rpm: 30 },
  ],
  users: [
    {
      name: "zoe",
      email: "zoe@example.com",
      role: "admin",
      password: "a password of zoe",
      locale: "ru",
      timeZone: "Europe/Berlin",
      ipAllow: ["203.0.113.0/24"],
      ipDeny: ["203.0.113.7/32"],
      groups: ["vip", "team-a"],
      rpm: 60,
      rpmOverrides: { vip: "exempt", "team-a": 4 },
      maxConcurrent: 8,
      enabled: false,
    },
    { name: "alice", maxConcurrent: "unlimited", groups: ["team-a"] },
  ],
  keys: [
    {
      user: "zoe",
      name: "laptop",
      secret: key("z"),
      expiresAt: "2020-01-02T03:04:05.678Z",
      ipAllow: ["198.51.100.0/24"],
      ipDeny: ["198.51.100.9/32"],
      models: ["gpt-4o", "fast"],
      maxConcurrent: 4,
      enabled: false,
    },
    { user: "alice", name: "laptop", secret: key("a"), maxConcurrent: "unlimited" },
  ],
  modelGroups: [
    { name: "frontier", models: ["gpt-4o", "claude-opus"] },
    { name: "empty", models: [] },
  ],
  models: [{ name: "gpt-4o", maxOutputTokens: 16_384, bytesPerToken: 3.5, expectedOutputTokens: 900 }],
  limits: [
    { subject: "user:zoe", target: "group:frontier", window: "weekly", unit: "requests", state: "unlimited" },
    {
      subject: "user:zoe",
      target: "group:frontier",
      window: "5h",
      unit: "usd",
      amount: "5.5",
      mode: "fixed",
      enforcement: "shadow",
    },
    { subject: "group:vip", target: "global", window: "monthly", unit: "tokens", amount: "100", mode: "rolling" },
    { subject: "key:alice/laptop", target: "global", window: "total", unit: "usd", state: "block" },
    { subject: "user:alice", target: "global", window: "daily", unit: "usd", amount: "1" },
  ],
  rates: [
    { subject: "everyone", target: "all", metric: "rpm", amount: 120, burst: 20 },
    { subject: "user:zoe", target: "model:gpt-4o", metric: "rpm", amount: 5 },
    { subject: "group:vip", target: "group:frontier", metric: "total", amount: 50 },
    { subject: "key:alice/laptop", target: "all", metric: "successful", amount: "unlimited" },
    { subject: "user:alice@team-a", target: "model:fast", metric: "rpm", amount: "exempt" },
  ],
  boosts: [
    {
      ...{ user: "zoe", modelGroup: "frontier", window: "daily", unit: "usd", amount: "10" },
      ...{ from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z", note: "a deadline" },
    },
    {
      ...{ user: "alice", modelGroup: "global", window: "5h", unit: "requests", amount: "3" },
      ...{ from: "2099-01-01T00:00:00Z", to: "2099-01-02T00:00:00Z" },
    },
  ],
  prices: [
    {
      ...{ model: "gpt-4o", input: "2.50", output: "10", cacheRead: "1.25", cacheWrite: "3", cacheWriteLong: "4" },
      ...{ components: { output_image: "30", "tool.web_search": "10" }, channel: "zeta" },
      ...{ effectiveFrom: "2026-01-01T00:00:00Z", serviceTier: "flex", minInputTokens: 200_000 },
      ...{ dailyUtcFrom: 59_400, dailyUtcTo: 1_800 },
    },
    { model: "gpt-4o", input: "1", effectiveFrom: "2026-02-01T00:00:00Z" },
    { model: "gpt-4o", input: "2", effectiveFrom: "2026-03-01T00:00:00Z" },
    { model: "fast", priceAs: "gpt-4o" },
  ],
};

/** Fields that an export says in another way: secrets not at all, `rpm` as rates, amounts of prices as components. */
const SAID_OTHERWISE = new Set([
  ...["prune", "channels[].credential", "channels[].credentials", "users[].password", "keys[].secret"],
  ...["channels[].credentials[].id", "channels[].credentials[].value", "channels[].credentials[].enabled"],
  ...["userGroups[].rpm", "users[].rpm", "users[].rpmOverrides"],
  ...["input", "output", "cacheRead", "cacheWrite", "cacheWriteLong"].map((name) => `prices[].${name}`),
]);
/** The id of a credential is that of one gateway. */
const OF_ONE_GATEWAY = new Set(["channels[].credentials[].id"]);

type Node = { properties?: Record<string, Node>; items?: Node; anyOf?: Node[]; oneOf?: Node[] };

/** Every field of a schema: `channels[].timeouts.idleMs`. */
function fieldsOf(node: Node, path = ""): readonly string[] {
  const own = Object.entries(node.properties ?? {}).flatMap(([name, field]) => {
    const at = path === "" ? name : `${path}.${name}`;
    return [at, ...fieldsOf(field, at)];
  });
  const inside = node.items === undefined ? [] : fieldsOf(node.items, `${path}[]`);
  const choices = [...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap((choice) => fieldsOf(choice, path));
  return [...new Set([...own, ...inside, ...choices])];
}

const FIELDS = fieldsOf(z.toJSONSchema(configFile, { io: "input" }) as Node);

/** Copies of a document, each without one occurrence of the field. */
function without(document: unknown, path: string): readonly unknown[] {
  const [, head = "", list, rest = ""] = /^([^.[]+)(\[\])?\.?(.*)$/.exec(path) ?? [];
  if (typeof document !== "object" || document === null || !(head in document)) return [];
  const { [head]: inner, ...others } = document as Record<string, unknown>;
  if (list === undefined)
    return rest === "" ? [others] : without(inner, rest).map((cut) => ({ ...others, [head]: cut }));
  if (!Array.isArray(inner)) return [];
  return inner.flatMap((entry, index) =>
    without(entry, rest).map((cut) => ({ ...others, [head]: inner.with(index, cut) })),
  );
}

/** True when the document says the field somewhere, and not as it is anyway. */
function says(document: unknown, path: string): boolean {
  const whole = configFile.parse(document);
  return without(document, path).some((cut) => {
    const parsed = configFile.safeParse(cut);
    return !parsed.success || JSON.stringify(parsed.data) !== JSON.stringify(whole);
  });
}

const noSecrets = { readEnv: () => undefined, readFile: () => undefined };
const apply = (text: string, to: TestOperations, secrets = noSecrets as Parameters<typeof applyConfig>[1]["secrets"]) =>
  applyConfig(text, { transact: to.transact, clock: to.clock, secrets });

let first: TestOperations;
let exported: string;

beforeAll(async () => {
  first = await buildOperations();
  await apply(JSON.stringify(FULL), first);
  exported = await exportConfig(first.ports);
});
afterAll(() => first.database.drop());

describe("a configuration that uses every field", () => {
  test("names every field of the schema with another value than its default", () => {
    expect(FIELDS.length).toBeGreaterThan(120);
    expect(FIELDS.filter((field) => !OF_ONE_GATEWAY.has(field) && !says(FULL, field))).toEqual([]);
  });

  test("is in its export, field by field", () => {
    const document = parse(exported);
    expect(FIELDS.filter((field) => !SAID_OTHERWISE.has(field) && !says(document, field))).toEqual([]);
    const { settings, users, keys, channels, models } = configFile.parse(document);
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    const given = configFile.parse(FULL);
    expect(settings).toEqual(given.settings);
    expect(models).toEqual(given.models);
    const bare = given.channels.map(({ credential: _, credentials: __, ...channel }) => channel);
    expect([...channels].sort(byName)).toEqual([...bare].sort(byName));
    const people = given.users.map(({ password: _, rpm: __, rpmOverrides: ___, groups, ...user }) => user);
    expect([...users].sort(byName)).toMatchObject([...people].sort(byName));
    expect(keys.map(({ user, name }) => `${user}/${name}`)).toEqual(["alice/laptop", "zoe/laptop"]);
  });

  test("comes out byte for byte as it went into an empty gateway, which lacks the secrets and says so", async () => {
    const second = await buildOperations();
    try {
      const report = await apply(exported, second);
      expect(report.incomplete).toEqual([
        ...["alpha", "observed", "zeta"].map((name) => ({ object: `channel ${name}`, code: "credential_missing" })),
        ...["alice", "zoe"].map((name) => ({ object: `key ${name}/laptop`, code: "secret_unknown" })),
      ]);
      expect(await exportConfig(second.ports)).toBe(exported);
      expect(await apply(exported, second)).toMatchObject({ created: [], changed: [], removed: [], overwrote: [] });
    } finally {
      await second.database.drop();
    }
  });

  test("with references needs nothing but the variables that it names", async () => {
    const text = await exportConfig(first.ports, { references: true });
    const names = [...text.matchAll(/env:(\w+)/g)].map(([, name]) => name ?? "");
    expect([...names].sort()).toEqual([
      ...["SLUICE_CHANNEL_ALPHA_CREDENTIAL", "SLUICE_CHANNEL_ALPHA_CREDENTIAL_2", "SLUICE_CHANNEL_OBSERVED_CREDENTIAL"],
      ...["SLUICE_CHANNEL_ZETA_CREDENTIAL", "SLUICE_KEY_ALICE_LAPTOP_SECRET", "SLUICE_KEY_ZOE_LAPTOP_SECRET"],
      "SLUICE_USER_ZOE_PASSWORD",
    ]);
    const second = await buildOperations();
    try {
      const secrets: Record<string, string> = {
        SLUICE_CHANNEL_ALPHA_CREDENTIAL: "sk-upstream-alpha-1",
        SLUICE_CHANNEL_ALPHA_CREDENTIAL_2: "sk-upstream-alpha-2",
        SLUICE_CHANNEL_OBSERVED_CREDENTIAL: "sk-upstream-o",
        SLUICE_CHANNEL_ZETA_CREDENTIAL: "sk-upstream-zeta-1",
        SLUICE_KEY_ALICE_LAPTOP_SECRET: key("a"),
        SLUICE_KEY_ZOE_LAPTOP_SECRET: key("z"),
        SLUICE_USER_ZOE_PASSWORD: "a password of zoe",
      };
      const report = await apply(text, second, { ...noSecrets, readEnv: (name) => secrets[name] });
      expect(report.incomplete).toEqual([]);
      expect(await exportConfig(second.ports, { references: true })).toBe(text);
      const credentials = async ({ ports }: TestOperations) =>
        (await ports.channels.credentials()).map(({ channelId, id, sealed, enabled }) => [
          ports.secrets.open(sealed, credentialContext(channelId, id)),
          enabled,
        ]);
      expect(new Set(await credentials(second))).toEqual(new Set(await credentials(first)));
      const digests = async ({ ports }: TestOperations) =>
        Promise.all((await ports.keys.list({})).map(({ id }) => ports.keys.currentDigest(id)));
      expect(await digests(second)).toEqual(await digests(first));
      const zoe = await second.ports.users.findByName("zoe");
      expect(await second.ports.accounts.verifyPassword(zoe?.id ?? 0, "a password of zoe")).toBe(true);
    } finally {
      await second.database.drop();
    }
  });

  test("has no secret in any export", async () => {
    for (const references of [false, true])
      expect(await exportConfig(first.ports, { references })).not.toMatch(/sk-upstream|sk-sluice|password of/);
  });
});
