import { buildDatabase, type TestDatabase } from "@test/build-database";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChannelValues, SealedCredential } from "@/core/channels/channel-row";
import type { PriceRow } from "@/core/prices/price";
import type { UserValues } from "@/core/users/user";
import { authSource } from "./auth-source";
import { configSource } from "./config-source";
import { createTransact, type OperationStores, operationStores } from "./operation-stores";
import { accountCredentials, accounts } from "./schema/account";

let database: TestDatabase;
beforeAll(async () => {
  database = await buildDatabase();
});
afterAll(() => database.drop());

/** Runs in a transaction of its own, as an operation does. */
const inStores = <T>(run: (stores: OperationStores) => Promise<T>) =>
  database.transaction((tx) => run(operationStores(tx, database)));

let serial = 0;
const userValues = (patch: Partial<UserValues> = {}): UserValues => ({
  name: `user ${++serial}`,
  email: null,
  role: "user",
  enabled: true,
  locale: null,
  timeZone: null,
  managedBy: null,
  ...patch,
});
const addUser = (patch: Partial<UserValues> = {}) => inStores(({ users }) => users.insert(userValues(patch)));
const secret = (name: string) => ({ digest: name.padEnd(64, "0"), prefix: `sk-sluice-${name}`, lastFour: "wxyz" });
const keyValues = (userId: number, name = `key ${++serial}`) => ({
  ...{ userId, name, enabled: true, expiresAt: null, models: null, managedBy: null },
});
const addKey = (userId: number, digest: string) =>
  inStores(({ keys }) => keys.insert(keyValues(userId), secret(digest)));

async function giveAccount(userId: number): Promise<void> {
  const written = { createdAt: new Date(), updatedAt: new Date() };
  const id = `account-${userId}`;
  await database.db.insert(accounts).values({ id, name: id, email: `${id}@example.org`, userId, ...written });
  await database.db
    .insert(accountCredentials)
    .values({ id, accountId: id, providerId: "credential", providerAccountId: id, password: "hash", ...written });
}

describe("the user store", () => {
  it("takes names and e-mail addresses once, ignoring case", async () => {
    const grace = await addUser({ name: "Grace", email: "Grace@example.org" });
    await expect(addUser({ name: "gRACE" })).rejects.toMatchObject({ code: "name_taken" });
    await expect(addUser({ email: "grace@EXAMPLE.org" })).rejects.toMatchObject({ code: "email_taken" });
    expect(await inStores(({ users }) => users.findByName("GRACE"))).toEqual(grace);
    const other = await addUser();
    await expect(inStores(({ users }) => users.update(other.id, { name: "GRACE" }))).rejects.toMatchObject({
      code: "name_taken",
    });
  });

  it("steps the version with each update and refuses a stale one", async () => {
    const user = await addUser();
    const updated = await inStores(({ users }) => users.update(user.id, { enabled: false, locale: "ja" }, 1));
    expect(updated).toMatchObject({ version: 2, enabled: false, locale: "ja", name: user.name });
    await expect(inStores(({ users }) => users.update(user.id, {}, 1))).rejects.toMatchObject({
      code: "version_conflict",
    });
    await expect(inStores(({ users }) => users.update(999_999, {}))).rejects.toMatchObject({ code: "not_found" });
  });

  it("counts the admins that can sign in, and tells who has an account", async () => {
    const admin = await addUser({ role: "admin" });
    const disabled = await addUser({ role: "admin", enabled: false });
    await addUser({ role: "admin" });
    await giveAccount(admin.id);
    await giveAccount(disabled.id);
    expect(await inStores(({ users }) => users.countAdmins())).toBe(1);
    expect(await inStores(({ users }) => users.find(admin.id))).toMatchObject({ hasAccount: true });
    expect(admin.hasAccount).toBe(false);
    await database.sql`delete from accounts`;
  });

  it("lists by name and finds text without reading pattern characters", async () => {
    await addUser({ name: "Zoë 100%_x" });
    await addUser({ name: "älan 100" });
    const found = await inStores(({ users }) => users.list({ q: "0%_X" }));
    expect(found.map((user) => user.name)).toEqual(["Zoë 100%_x"]);
    expect(await inStores(({ users }) => users.list({ q: "'; drop table users; --" }))).toEqual([]);
    const all = await inStores(({ users }) => users.list({ enabled: true }));
    expect(all.every((user) => user.enabled)).toBe(true);
    expect(all.length).toBeGreaterThan(2);
  });

  it("deletes a user with keys, secrets and account", async () => {
    const user = await addUser();
    await addKey(user.id, "gone");
    await giveAccount(user.id);
    expect(await inStores(({ users }) => users.delete(user.id))).toBe(true);
    expect(await inStores(({ users }) => users.delete(user.id))).toBe(false);
    expect(await database.sql`select 1 from key_secrets where digest like 'gone%'`).toEqual([]);
    expect(await database.sql`select 1 from accounts where user_id = ${user.id}`).toEqual([]);
  });
});

describe("the key store and the auth source", () => {
  const snapshotOf = (digest: string) => authSource(database).findByDigest(secret(digest).digest);

  it("makes a key whose digest opens it", async () => {
    const user = await addUser();
    const key = await addKey(user.id, "fresh");
    expect(key).toMatchObject({
      userName: user.name,
      prefix: "sk-sluice-fresh",
      lastFour: "wxyz",
      previous: null,
      lastUsedAt: null,
    });
    expect(await snapshotOf("fresh")).toEqual({
      ...{
        keyId: key.id,
        keyName: key.name,
        keyPrefix: "sk-sluice-fresh",
        keyEnabled: true,
        expiresAt: null,
        models: null,
        addressRules: [],
      },
      ...{ userId: user.id, userName: user.name, userEnabled: true },
      ...{ version: expect.any(Number), userGroups: [], limits: [], boosts: [], restarts: [] },
      ...{ rates: [], maxConcurrent: { user: null, key: null } },
    });
    expect(await snapshotOf("unknown")).toBeNull();
  });

  it("passes on states, end and models", async () => {
    const user = await addUser();
    const key = await addKey(user.id, "states");
    const expiresAt = Date.parse("2027-01-01T00:00:00.123Z");
    await inStores(({ keys }) => keys.update(key.id, { enabled: false, expiresAt, models: ["a", "b"] }));
    await inStores(({ users }) => users.update(user.id, { enabled: false }));
    expect(await snapshotOf("states")).toMatchObject({
      keyEnabled: false,
      userEnabled: false,
      expiresAt,
      models: new Set(["a", "b"]),
    });
  });

  it("lets both secrets work while a rotation overlaps, each with its own end", async () => {
    const key = await addKey((await addUser()).id, "old");
    const overlapUntil = Date.now() + 60_000;
    const rotated = await inStores(({ keys }) => keys.rotate(key.id, secret("new"), overlapUntil));
    expect(rotated).toMatchObject({
      version: 2,
      prefix: "sk-sluice-new",
      previous: { prefix: "sk-sluice-old", lastFour: "wxyz", expiresAt: overlapUntil },
    });
    expect(await snapshotOf("old")).toMatchObject({ keyId: key.id, expiresAt: overlapUntil });
    expect(await snapshotOf("new")).toMatchObject({ keyId: key.id, expiresAt: null });
    expect(await inStores(({ keys }) => keys.currentDigest(key.id))).toBe(secret("new").digest);
    await inStores(({ keys }) => keys.rotate(key.id, secret("newer"), overlapUntil));
    expect(await snapshotOf("old")).toBeNull();
    await inStores(({ keys }) => keys.rotate(key.id, secret("newest"), null));
    expect(await snapshotOf("newer")).toBeNull();
    expect(await inStores(({ keys }) => keys.find(key.id))).toMatchObject({
      previous: null,
      prefix: "sk-sluice-newest",
    });
  });

  it("gives the earlier of the key's end and the old secret's", async () => {
    const key = await addKey((await addUser()).id, "end1");
    await inStores(({ keys }) => keys.update(key.id, { expiresAt: 1_000 }));
    await inStores(({ keys }) => keys.rotate(key.id, secret("end2"), Date.now() + 60_000));
    expect(await snapshotOf("end1")).toMatchObject({ expiresAt: 1_000 });
  });

  it("refuses a name twice for one user, a secret twice at all, and a user who is not there", async () => {
    const [ada, bob] = [await addUser(), await addUser()];
    const add = (userId: number, name: string, digest: string) =>
      inStores(({ keys }) => keys.insert(keyValues(userId, name), secret(digest)));
    await add(ada.id, "Laptop", "l1");
    await expect(add(ada.id, "laptop", "l2")).rejects.toMatchObject({ code: "name_taken" });
    expect(await add(bob.id, "laptop", "l3")).toMatchObject({ name: "laptop" });
    await expect(add(bob.id, "desk", "l1")).rejects.toMatchObject({
      code: "validation_failed",
      fields: [{ path: "secret" }],
    });
    await expect(add(999_999, "desk", "l4")).rejects.toMatchObject({ code: "not_found" });
  });

  it("lists by owner and text, and tells when a key was last used", async () => {
    const user = await addUser({ name: "list owner" });
    const key = await addKey(user.id, "used");
    const at = "2026-11-21T12:00:00.5Z";
    await database.sql`insert into requests (id, at, user_id, key_id, key_prefix, protocol, operation, model, stream, outcome, input_tokens,
      cached_tokens, output_tokens, cost_nusd, cost_source, duration_ms)
      values (gen_random_uuid(), ${at}, 1, ${key.id}, 'p', 'openai-chat', 'chat', 'm', false, 'ok', 0, 0, 0, 0, 'none', 1)`;
    const [listed, ...others] = await inStores(({ keys }) => keys.list({ userId: user.id, q: "USED", enabled: true }));
    expect(listed).toMatchObject({ id: key.id, lastUsedAt: Date.parse(at) });
    expect(others).toEqual([]);
    expect(await inStores(({ keys }) => keys.list({ userId: user.id, enabled: false }))).toEqual([]);
  });
});

const channelValues = (patch: Partial<ChannelValues> = {}): ChannelValues => ({
  name: `channel ${++serial}`,
  protocols: ["openai-chat"],
  operations: null,
  provider: "openai",
  baseUrl: "https://api.example.org",
  models: [{ name: "gpt-test", upstream: "gpt-test-2026" }],
  priority: 10,
  weight: 2,
  costMultiplierPpm: 1_100_000,
  timeouts: { connectMs: 1_000, firstByteMs: 2_000, idleMs: 3_000 },
  headers: { set: { "x-a": "1" }, remove: ["x-b"] },
  usageInStream: "never",
  inputIncludesCache: true,
  onDisconnect: "abort",
  limiter: { mode: "queue", capacity: 2, queueSize: 3, queueTimeoutMs: 1_500, maxWaitingPerKey: 1 },
  overflow: "group",
  breaker: { enabled: false, failures: 1, ratioPct: 2, minAttempts: 3, openMs: 4_000 },
  rpm: 60,
  tpm: 2_147_483_647,
  userGroups: [7, 8],
  enabled: true,
  managedBy: "file",
  ...patch,
});
const price = (patch: Partial<PriceRow> = {}): Omit<PriceRow, "id"> => ({
  model: "gpt-test",
  channelId: null,
  provider: "openai",
  source: "admin",
  effectiveFrom: Date.parse("2026-01-01T00:00:00Z"),
  serviceTier: "standard",
  minInputTokens: 0,
  dailyUtcFrom: null,
  dailyUtcTo: null,
  components: { input: 2_500_000n, output: 9_007_199_254_740_993n },
  priceAs: null,
  ...patch,
});

describe("channels, prices, settings and the configuration source", () => {
  it("keeps every column of a channel, and its credential apart", async () => {
    const values = channelValues();
    const channel = await inStores(({ channels }) => channels.insert(values));
    expect(channel).toMatchObject({ ...values, version: 1 });
    const write = (entries: readonly SealedCredential[], id = channel.id) =>
      inStores(({ channels }) => channels.setCredentials(id, entries));
    const read = async () =>
      (await inStores(({ channels }) => channels.credentials(channel.id))).map(({ id, enabled, sealed }) => ({
        ...{ id, enabled, sealed },
      }));
    const [first, second] = [
      { id: 1, enabled: true, sealed: "sealed 1" },
      { id: 2, enabled: false, sealed: "sealed 2" },
    ];
    await write([first]);
    await write([second, { ...first, sealed: "sealed 3" }]);
    expect(await read()).toEqual([second, { ...first, sealed: "sealed 3" }]);
    const found = await inStores(({ channels }) => channels.findByName(values.name.toUpperCase()));
    expect(JSON.stringify(found)).not.toContain("sealed");
    await write([]);
    expect(await read()).toEqual([]);
    await expect(write([first], 999_999)).rejects.toMatchObject({ code: "not_found" });
    await expect(
      inStores(({ channels }) => channels.insert(channelValues({ name: values.name }))),
    ).rejects.toMatchObject({ code: "name_taken" });
    expect(await inStores(({ channels }) => channels.update(channel.id, { weight: 5 }, 1))).toMatchObject({
      weight: 5,
      version: 2,
    });
    expect(await inStores(({ channels }) => channels.delete(channel.id))).toBe(true);
  });

  it("keeps unit prices exact beyond 2^53", async () => {
    const [row] = await inStores(({ prices }) => prices.insert([price()], "admin"));
    expect(row).toEqual({ ...price(), id: row?.id });
    expect(await inStores(({ prices }) => prices.list({ model: "gpt-test", source: "admin" }))).toEqual([row]);
    expect(await inStores(({ prices }) => prices.list({ source: "catalogue" }))).toEqual([]);
    expect(await inStores(({ prices }) => prices.insert([], "admin"))).toEqual([]);
  });

  it("stores settings apart from defaults, null included, and skips what it does not know", async () => {
    expect(await inStores(({ settings }) => settings.read())).toEqual({});
    await inStores(({ settings }) => settings.write({ publicUrl: null, maxAttempts: 5, gatewayName: "Ours" }));
    await inStores(({ settings }) => settings.write({ maxAttempts: 7 }));
    await database.sql`insert into settings (name, value) values ('fromTheFuture', '1'), ('drainTimeoutMs', '"soon"'), ('constructor', '1')`;
    expect(await inStores(({ settings }) => settings.read())).toEqual({
      publicUrl: null,
      maxAttempts: 7,
      gatewayName: "Ours",
    });
  });

  it("loads version, settings, channels with sealed credentials and prices", async () => {
    const disabled = await inStores(({ channels }) => channels.insert(channelValues({ enabled: false, priority: 1 })));
    const enabled = await inStores(({ channels }) => channels.insert(channelValues()));
    await inStores(({ channels }) => channels.setCredentials(enabled.id, [{ id: 1, enabled: true, sealed: "sealed" }]));
    const version = await inStores(({ configVersion }) => configVersion());
    const config = await configSource(database).loadConfig();
    expect(config.version).toBe(version);
    expect(config.channels.map(({ id }) => id)).toEqual([disabled.id, enabled.id]);
    expect(config.credentials).toMatchObject([{ channelId: enabled.id, id: 1, sealed: "sealed" }]);
    expect(config.settings).toMatchObject({ maxAttempts: 7 });
    expect(config.prices[0]?.components).toEqual(price().components);
  });

  it("sees the version of its own writes inside the transaction", async () => {
    const before = await inStores(({ configVersion }) => configVersion());
    const inside = await inStores(async ({ settings, configVersion }) => {
      await settings.write({ maxAttempts: 3 });
      await settings.write({ gatewayName: "Again" });
      return configVersion();
    });
    expect(inside).toBe(before + 1);
  });
});

describe("an operation's transaction", () => {
  it("undoes everything when it throws, and passes the error on as it is", async () => {
    const transact = createTransact(database, () => ({}) as never);
    const fault = new Error("ours");
    await expect(
      transact(async ({ users, audit }) => {
        await users.insert(userValues({ name: "never there" }));
        await audit.insert([
          {
            at: 1,
            via: "file",
            actorKind: "file",
            actorUserId: null,
            actorName: "file",
            address: null,
            operation: "users.create",
            target: "user:1",
            before: null,
            after: { a: 1 },
          },
        ]);
        throw fault;
      }),
    ).rejects.toBe(fault);
    expect(await inStores(({ users }) => users.findByName("never there"))).toBeNull();
    expect(await database.sql`select 1 from audit_log`).toEqual([]);
  });
});
