import { settlementTexts } from "@test/build-ledger";
import { ANONYMOUS, buildOperations, TEST_PASSWORD, type TestOperations } from "@test/build-operations";
import { buildStoredDenial, buildStoredEntry, buildStoredRequest } from "@test/build-stored-rows";
import { createReplyFaults } from "@test/reply-faults";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ChannelProbe } from "@/core/channels/channel-row";
import type { AppError } from "@/core/errors";
import { requestIdOf, uuidv7Hex } from "@/lib/id";
import { asNanoUsd } from "@/lib/money";
import { ledgerStore } from "@/stores/postgres/ledger-store";
import { ensurePartitions } from "@/stores/postgres/partitions";
import { issueSetupToken } from "@/stores/postgres/setup-store";
import { twinInput, twinOf } from "./current-state";
import type { Actor, Operation } from "./operation";
import { permissionsOf } from "./permissions";
import { OPERATIONS, type OperationTypes } from "./registry";
import { takesIdempotencyKey } from "./run-once";
import { createRunOperation, isRead } from "./run-operation";

type Name = keyof OperationTypes;
type World = {
  readonly operations: TestOperations;
  readonly admin: Actor & { userId: number };
  readonly user: Actor & { userId: number };
  readonly other: Actor & { userId: number };
};

let world: World;
let count = 0;
const fresh = (what: string) => `${what} ${++count}`;
const CHANNEL = {
  protocols: ["openai-chat" as const],
  baseUrl: "https://api.example.com/v1",
  credential: "sk-upstream-0123456789",
  models: ["gpt-4o"],
};

/** Runs an operation whose types are known. */
async function call<N extends Name>(name: N, input: OperationTypes[N]["input"], actor: Actor = world.admin) {
  const { output } = await world.operations.run(name, input, actor);
  return output as OperationTypes[N]["output"];
}
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "ok",
    (error: AppError) => error.code,
  );
const fieldsOf = (work: Promise<unknown>) =>
  work.then(
    () => [],
    (error: AppError) => error.fields.map(({ path, code }) => `${path}: ${code}`),
  );

const newChannel = (patch: object = {}) => call("channels.create", { ...CHANNEL, name: fresh("channel"), ...patch });
const newUser = (patch: object = {}) => call("users.create", { name: fresh("user"), ...patch });
const newModelGroup = (models: string[] = []) => call("modelGroups.create", { name: fresh("models"), models });
const newUserGroup = (userIds: number[] = []) => call("userGroups.create", { name: fresh("team"), userIds });
const newModel = () => fresh("model").replace(" ", "-");
const newKey = async (userId: number) => (await call("keys.create", { userId, name: fresh("key") })).key;

const newAccessToken = async () =>
  (await call("accessTokens.create", { name: fresh("script"), scopes: ["read"] })).accessToken;

const BOOST = {
  target: "global" as const,
  unit: "usd" as const,
  window: "daily" as const,
  amount: "5",
  to: "2099-01-02T00:00:00Z",
};
const newBoost = async () => {
  const { items } = await call("boosts.grant", { ...BOOST, users: [(await newUser()).id] });
  return items[0]?.id ?? 0;
};

const RULES = [{ metric: "rpm", target: "all", value: { state: "limit", amount: 5 } } as const];
/** A user in a group with a rate of its own there. */
const overridden = async () => {
  const { id: userId } = await newUser();
  const { id: userGroupId } = await newUserGroup([userId]);
  const place = { kind: "user", id: userId, userGroupId } as const;
  const { version } = await call("rates.get", place);
  await call("rates.put", { ...place, version, rules: RULES });
  return { userId, userGroupId };
};

/** One admitted request of a user, in the log and the ledger. */
async function newRequest(
  userId: number,
  at = world.operations.clock.now(),
  given: Parameters<typeof buildStoredEntry>[0] = {},
): Promise<string> {
  const id = uuidv7Hex(at);
  const key = await newKey(userId);
  const { id: channelId } = await newChannel();
  const entry = buildStoredEntry({ id, admittedAt: at, userId, keyId: key.id, channelId, ...given });
  const request = buildStoredRequest({ id, at, userId, keyId: key.id, channelId });
  await ledgerStore(world.operations.database).record(settlementTexts([entry], [request]));
  return requestIdOf(id);
}

/** True for updates of a version that was read. */
const hasVersion = ({ name, input }: Operation) =>
  name !== "limits.preview" && "version" in ((input as { shape?: object }).shape ?? {});
/** One refused request. */
async function newDenial(): Promise<string> {
  const at = world.operations.clock.now();
  const id = uuidv7Hex(at);
  await ledgerStore(world.operations.database).recordDenials([
    buildStoredDenial({ id, at, userId: null, keyId: null }),
  ]);
  return requestIdOf(id);
}

/** A change of the limits of a new user. */
async function newLimits() {
  const place = { kind: "user" as const, id: (await newUser()).id, target: "global" as const };
  const { version } = await call("limits.get", place);
  return { ...place, version, values: { usd: { daily: { state: "limit" as const, amount: "5" } } } };
}

/** An input with which the operation does something, for each of them. */
const SAMPLES: { readonly [N in Name]: (actor: Actor) => Promise<OperationTypes[N]["input"]> } = {
  "viewer.get": async () => ({}),
  "overview.get": async () => ({}),
  "setup.state": async () => ({}),
  "setup.unlock": async () => ({ token: "wrong" }),
  "setup.createAdmin": async () => ({
    token: "wrong",
    name: "x",
    email: "x@example.com",
    password: TEST_PASSWORD,
    locale: "en",
    timeZone: "UTC",
    weekStart: "monday",
  }),
  "setup.dismiss": async () => ({}),
  "setup.firstRequest": async () => ({ since: "2026-01-01T00:00:00Z" }),
  "channels.list": async () => ({}),
  "channels.live": async () => ({ ids: "1" }),
  "channels.get": async () => ({ id: (await newChannel()).id }),
  "channels.create": async () => ({ ...CHANNEL, name: fresh("channel") }),
  "channels.update": async () => ({ id: (await newChannel()).id, version: 1, weight: 7 }),
  "channels.delete": async () => ({ id: (await newChannel()).id }),
  "channels.test": async () => ({ id: (await newChannel()).id }),
  "channels.testDraft": async () => ({
    protocols: CHANNEL.protocols,
    baseUrl: CHANNEL.baseUrl,
    credential: CHANNEL.credential,
  }),
  "users.list": async () => ({}),
  "users.get": async () => ({ id: (await newUser()).id }),
  "users.create": async () => ({ name: fresh("user") }),
  "users.update": async () => ({ id: (await newUser()).id, version: 1, enabled: false }),
  "users.delete": async () => ({ id: (await newUser()).id }),
  "users.setPassword": async () => ({
    id: (await newUser({ email: `u${++count}@example.com` })).id,
    password: TEST_PASSWORD,
  }),
  "keys.list": async () => ({}),
  "keys.get": async () => ({ id: (await newKey(world.user.userId)).id }),
  "keys.create": async () => ({ userId: world.user.userId, name: fresh("key") }),
  "keys.rotate": async () => ({ id: (await newKey(world.user.userId)).id }),
  "keys.update": async () => ({ id: (await newKey(world.user.userId)).id, version: 1, enabled: false }),
  "keys.delete": async () => ({ id: (await newKey(world.user.userId)).id }),
  "accessTokens.list": async () => ({}),
  "accessTokens.get": async () => ({ id: (await newAccessToken()).id }),
  "accessTokens.create": async () => ({ name: fresh("script"), scopes: ["read"] }),
  "accessTokens.update": async () => ({ id: (await newAccessToken()).id, version: 1, scopes: ["write"] }),
  "accessTokens.rotate": async () => ({ id: (await newAccessToken()).id }),
  "accessTokens.revoke": async () => ({ id: (await newAccessToken()).id }),
  "userGroups.list": async () => ({}),
  "userGroups.get": async () => ({ id: (await newUserGroup()).id }),
  "userGroups.create": async () => ({ name: fresh("team") }),
  "userGroups.update": async () => ({ id: (await newUserGroup()).id, version: 1, name: fresh("team") }),
  "userGroups.delete": async () => ({ id: (await newUserGroup()).id }),
  "userGroups.addUsers": async () => ({ id: (await newUserGroup()).id, userIds: [world.user.userId] }),
  "userGroups.removeUsers": async () => ({
    id: (await newUserGroup([world.user.userId])).id,
    userIds: [world.user.userId],
  }),
  "modelGroups.list": async () => ({}),
  "modelGroups.get": async () => ({ id: (await newModelGroup()).id }),
  "modelGroups.create": async () => ({ name: fresh("models") }),
  "modelGroups.createSingle": async () => ({ model: newModel() }),
  "modelGroups.update": async () => ({ id: (await newModelGroup()).id, version: 1, models: [newModel()] }),
  "modelGroups.delete": async () => ({ id: (await newModelGroup()).id }),
  "modelGroups.addModels": async () => ({ id: (await newModelGroup()).id, models: [newModel()] }),
  "modelGroups.removeModels": async () => {
    const models = [newModel()];
    return { id: (await newModelGroup(models)).id, models };
  },
  "modelGroups.moveModels": async () => {
    const models = [newModel()];
    return { id: (await newModelGroup()).id, from: (await newModelGroup(models)).id, models };
  },
  "requests.list": async () => ({}),
  "requests.get": async () => ({ id: await newRequest(world.user.userId) }),
  "me.summary": async () => ({}),
  "me.requests.list": async () => ({}),
  "me.requests.get": async (actor) => ({ id: await newRequest(actor.userId ?? world.user.userId) }),
  "me.keys.list": async () => ({}),
  "me.keys.get": async (actor) => ({ id: (await newKey(actor.userId ?? world.user.userId)).id }),
  "me.keys.create": async () => ({ name: fresh("key") }),
  "me.keys.rotate": async (actor) => ({ id: (await newKey(actor.userId ?? world.user.userId)).id }),
  "me.keys.update": async (actor) => ({
    id: (await newKey(actor.userId ?? world.user.userId)).id,
    version: 1,
    enabled: false,
  }),
  "requests.recompute": async () => ({ id: await newRequest(world.user.userId) }),
  "prices.missing": async () => ({}),
  "prices.import": async () => ({}),
  "prices.list": async () => ({ model: "gpt-4o" }),
  "prices.override": async () => ({ model: fresh("model").replace(" ", "-"), input: "2.5", output: "10" }),
  "models.list": async () => ({}),
  "models.put": async () => ({ name: newModel(), maxOutputTokens: 8_192 }),
  "limits.list": async () => ({}),
  "limits.get": async () => ({ kind: "user" as const, id: world.user.userId, target: "global" as const }),
  "limits.put": newLimits,
  "limits.bulk": async () => ({ changes: [await newLimits()] }),
  "limits.delete": async () => {
    const { kind, id, target, version } = await call("limits.put", await newLimits());
    return { kind, id, target, version };
  },
  "limits.preview": async () => ({
    kind: "user" as const,
    id: (await newUser()).id,
    target: "global" as const,
    values: { usd: { daily: { state: "limit" as const, amount: "5" } } },
  }),
  "limits.restartTotal": async () => ({
    kind: "user" as const,
    id: (await newUser()).id,
    target: "global" as const,
    units: ["usd" as const],
  }),
  "rates.list": async () => ({}),
  "rates.get": async () => ({ kind: "user", id: (await newUser()).id }),
  "rates.put": async () => {
    const { id } = await newUser();
    const { version } = await call("rates.get", { kind: "user", id });
    return { kind: "user", id, version, rules: RULES };
  },
  "rates.rpmStatus": async () => ({ id: (await overridden()).userId }),
  "rates.clearUserOverrides": async () => ({ id: (await overridden()).userId }),
  "rates.clearGroupOverrides": async () => ({ id: (await overridden()).userGroupId }),
  "boosts.list": async () => ({}),
  "boosts.get": async () => ({ id: await newBoost() }),
  "boosts.grant": async () => ({ ...BOOST, users: [(await newUser()).id] }),
  "boosts.extend": async () => ({ id: await newBoost(), version: 1, to: "2099-01-03T00:00:00Z" }),
  "boosts.end": async () => ({ id: await newBoost() }),
  "denials.list": async () => ({}),
  "denials.get": async () => ({ id: await newDenial() }),
  "usage.report": async () => ({ groupBy: "user" }),
  "me.usage": async () => ({ groupBy: "key" }),
  "users.limits": async () => ({ id: (await newUser()).id }),
  "me.quotas": async () => ({}),
  "quotas.matrix": async () => ({}),
  "users.rebuildCounters": async () => ({ id: (await newUser()).id }),
  "explain.get": async () => ({ requestId: await newRequest(world.user.userId) }),
  "explain.whatIf": async () => ({ keyId: (await newKey(world.user.userId)).id, model: "gpt-4o" }),
  "settings.get": async () => ({}),
  "settings.update": async () => ({ maxAttempts: 1 + (++count % 9) }),
  "provisioning.export": async () => ({}),
  "provisioning.apply": async () => ({ document: `userGroups: [{ name: ${fresh("team")} }]` }),
  "audit.list": async () => ({}),
  "audit.get": async () => {
    await newUser();
    return { id: (await call("audit.list", {})).items[0]?.id ?? 0 };
  },
  "replicas.list": async () => ({}),
};
/** Whole configurations are written by one operation that leaves a row for each object too. */
const ROWS_BESIDES: Partial<Record<Name, readonly string[]>> = { "provisioning.apply": ["userGroups.create"] };
/** True for changes of what a caller has seen. */
const isVersioned = ({ input }: (typeof OPERATIONS)[number]) =>
  "shape" in input && "version" in (input.shape as object);
const sample = (name: string, actor: Actor): Promise<unknown> => SAMPLES[name as Name](actor);

beforeAll(async () => {
  const operations = await buildOperations();
  await ensurePartitions(operations.database, operations.clock.now());
  world = {
    operations,
    admin: await operations.signUp("admin", "admin"),
    user: await operations.signUp("user", "user"),
    other: await operations.signUp("user", "other"),
  };
});
afterAll(() => world.operations.database.drop());

describe("every operation", () => {
  const open = OPERATIONS.filter((operation) => operation.permission === null).map(({ name }) => name);
  const REFUSALS = ["unauthenticated", "forbidden"];

  test("the open ones are those of the wizard", () => {
    expect(open).toEqual(["setup.state", "setup.unlock", "setup.createAdmin"]);
  });

  test.each(OPERATIONS)("$name is refused to anonymous callers unless it is open", async ({ name }) => {
    const code = await codeOf(world.operations.run(name, await sample(name, ANONYMOUS), ANONYMOUS));
    expect(code === "unauthenticated").toBe(!open.includes(name));
  });

  test.each(OPERATIONS)("$name is allowed to users when its permission is theirs", async ({ name, permission }) => {
    const code = await codeOf(world.operations.run(name, await sample(name, world.user), world.user));
    const isAllowed = permission === null || permissionsOf(world.user).includes(permission);
    expect([name, REFUSALS.includes(code)]).toEqual([name, !isAllowed]);
    if (permission !== null && isAllowed) expect(code).toBe("ok");
  });

  test.each(OPERATIONS)("$name is allowed to admins and leaves one audit row when it writes", async (operation) => {
    const input = await sample(operation.name, world.admin);
    const before = (await world.operations.audit()).length;
    const code = await codeOf(world.operations.run(operation.name, input, world.admin));
    if (open.includes(operation.name) && operation.name !== "setup.state") return expect(code).not.toBe("ok");
    expect(code).toBe("ok");
    const rows = (await world.operations.audit()).slice(before);
    const besides = ROWS_BESIDES[operation.name as Name] ?? [];
    expect(rows.map((row) => row.operation)).toEqual(isRead(operation) ? [] : [...besides, operation.name]);
    const { kind, via, name, address } = world.admin;
    const own = rows.slice(besides.length);
    for (const row of own) {
      expect(row).toMatchObject({
        via,
        actor_kind: kind,
        actor_name: name,
        address,
        target: expect.stringMatching(/^.+/),
      });
      expect([row.before, row.after]).not.toEqual([null, null]);
      if (/\.(create|createSingle|grant)$/.test(operation.name)) expect(row.before).toBeNull();
      if (/\.delete$/.test(operation.name)) expect([row.before === null, row.after]).toEqual([false, null]);
    }
  });

  test.each(OPERATIONS.filter(isVersioned))("$name leaves no audit row when it changes nothing", async ({ name }) => {
    const input = (await sample(name, world.admin)) as object;
    const { output } = await world.operations.run(name, input, world.admin);
    const before = (await world.operations.audit()).length;
    const again = { ...input, version: (output as { version: string | number }).version };
    await world.operations.run(name, again, world.admin);
    expect((await world.operations.audit()).length).toBe(before);
  });

  test.each(OPERATIONS.filter(takesIdempotencyKey))(
    "$name runs once under an idempotency key",
    async ({ name, permission }) => {
      if (permission === null) return;
      const input = await sample(name, world.admin);
      const caller = { ...world.admin, idempotencyKey: fresh("once") };
      const first = await world.operations.run(name, input, caller);
      const before = (await world.operations.audit()).length;
      const again = await world.operations.run(name, input, caller);
      expect(again).toEqual({ ...JSON.parse(JSON.stringify(first)), isReplayed: true });
      expect((await world.operations.audit()).length).toBe(before);
    },
  );

  test.each(OPERATIONS.filter(hasVersion))(
    "$name refuses a stale version and tells what is there now, as its reader would",
    async (operation) => {
      const { name } = operation;
      const actor = name.startsWith("me.") ? world.user : world.admin;
      const input = (await sample(name, actor)) as { version: number | string };
      await world.operations.run(name, input, actor);
      const error: AppError = await world.operations.run(name, input, actor).then(
        () => expect.fail("a stale version passed"),
        (thrown) => thrown,
      );
      const twin = twinOf(operation, OPERATIONS);
      const { output } = await world.operations.run(twin?.name ?? "", twinInput(twin ?? operation, input), actor);
      expect([error.code, error.current]).toEqual(["version_conflict", output]);
      const { version } = output as { version: number | string };
      expect(version).not.toBe(input.version);
      if (typeof version === "number") expect(version).toBeGreaterThan(Number(input.version));
    },
  );

  test("a conflict tells nothing of a row to who may write it and not read it", async () => {
    const { id } = await newUser();
    const operations = OPERATIONS.filter(({ name }) => name !== "users.get");
    const { ports, transact, clock } = world.operations;
    const run = createRunOperation({ operations, ports, transact, clock });
    await expect(run("users.update", { id, version: 9, name: fresh("user") }, world.admin)).rejects.toMatchObject({
      code: "version_conflict",
      current: undefined,
    });
  });

  const replyFaults = createReplyFaults();
  const answered = OPERATIONS.filter(({ name }) => !open.includes(name) || name === "setup.state");
  test.each(answered)("$name answers what the OpenAPI document says", async ({ name }) => {
    const { output } = await world.operations.run(name, await sample(name, world.admin), world.admin);
    expect(replyFaults(name, output)).toEqual([]);
  });

  test.each(OPERATIONS)("$name refuses fields it does not know", async ({ name }) => {
    for (const extra of ["managedBy", "role2", "ownerId"]) {
      const input = { ...((await sample(name, world.admin)) as object), [extra]: 1 };
      const rows = (await world.operations.audit()).length;
      expect(await fieldsOf(world.operations.run(name, input, world.admin))).toContain(`${extra}: unknown_field`);
      expect((await world.operations.audit()).length).toBe(rows);
    }
  });

  test.each(OPERATIONS)("$name answers with a code to input of any kind", async ({ name }) => {
    for (const input of [
      null,
      undefined,
      7,
      "x",
      [],
      [1],
      { id: {} },
      { id: -1 },
      { id: 1e300 },
      { __proto__: null },
    ]) {
      const code = await codeOf(world.operations.run(name, input, world.admin));
      expect([name, input, code === "internal_error"]).toEqual([name, input, false]);
    }
  });

  test("a name that is none is not found", async () => {
    expect(await codeOf(world.operations.run("nothing.here", {}, world.admin))).toBe("not_found");
  });

  test("no secret is in the audit log", async () => {
    const { secret } = await call("keys.create", { userId: world.user.userId, name: fresh("key") });
    await newChannel({ credential: "sk-planted-credential" });
    const { id } = await newUser({ email: `p${++count}@example.com`, password: "a planted password" });
    await call("users.setPassword", { id, password: "a planted password, later" });
    const rotated = await call("keys.rotate", { id: (await newKey(world.user.userId)).id });
    const channel = await newChannel();
    const credentials = [{ value: "sk-planted-second" }, { value: "sk-planted-third", enabled: false }];
    await call("channels.update", { id: channel.id, version: 1, credentials });
    await call("provisioning.apply", {
      document: [
        `users: [{ name: planted, email: planted@example.com, password: env:P }]`,
        `keys: [{ user: planted, name: k, secret: env:K }]`,
        `channels: [{ name: planted, protocols: [openai-chat], baseUrl: https://planted.example.com, models: [m], credential: env:C }]`,
      ].join("\n"),
      secrets: { P: "a planted password by file", K: `sk-sluice-${"p".repeat(43)}`, C: "sk-planted-by-file" },
    });
    const text = JSON.stringify(await world.operations.audit());
    for (const planted of [secret, rotated.secret, "sk-planted", "a planted password", "pppppppp"])
      expect(text).not.toContain(planted);
  });
});

describe("channels", () => {
  test("a channel shows when its credential was set and its last four characters", async () => {
    const channel = await newChannel({ costMultiplier: "1.25" });
    expect(channel).toMatchObject({ baseUrl: "https://api.example.com", costMultiplier: "1.25", version: 1 });
    expect(channel.credential).toEqual({
      setAt: expect.stringMatching(/^\d{4}-.*Z$/),
      opens: true,
      lastFour: "6789",
    });
    expect(JSON.stringify(channel)).not.toContain("sk-upstream");
  });

  test("a stored credential opens for its own channel only", async () => {
    const channel = await newChannel();
    const { ports } = world.operations;
    const row = (await ports.channels.credentials()).find((entry) => entry.channelId === channel.id);
    expect(ports.secrets.open(row?.sealed ?? "", `channel:${channel.id}`)).toBe("sk-upstream-0123456789");
    expect(ports.secrets.open(row?.sealed ?? "", `channel:${channel.id + 1}`)).toBeNull();
  });

  test("a new host needs the credential again, a new path does not", async () => {
    const { id } = await newChannel();
    const move = { id, version: 1, baseUrl: "https://other.example.com" };
    expect(await fieldsOf(call("channels.update", move))).toEqual(["credential: credential_reentry_required"]);
    const moved = await call("channels.update", { id, version: 1, baseUrl: "https://api.example.com/proxy/v1" });
    expect(moved.baseUrl).toBe("https://api.example.com/proxy");
    expect((await call("channels.update", { ...move, version: 2, credential: "sk-new-0123456789ab" })).version).toBe(3);
  });

  test("a patch changes what it names, also single time-outs", async () => {
    const before = await newChannel();
    const after = await call("channels.update", { id: before.id, version: 1, timeouts: { idleMs: 5000 } });
    expect(after).toMatchObject({
      ...before,
      version: 2,
      updatedAt: after.updatedAt,
      timeouts: { ...before.timeouts, idleMs: 5000 },
    });
  });

  test("a stale version is refused and changes nothing", async () => {
    const { id } = await newChannel();
    await call("channels.update", { id, version: 1, weight: 2 });
    expect(await codeOf(call("channels.update", { id, version: 1, weight: 3 }))).toBe("version_conflict");
    expect((await call("channels.get", { id })).weight).toBe(2);
  });

  test("a patch that changes nothing writes nothing", async () => {
    const { id } = await newChannel();
    const rows = (await world.operations.audit()).length;
    const after = await call("channels.update", { id, version: 1, weight: 1, credential: CHANNEL.credential });
    expect([after.version, (await world.operations.audit()).length]).toEqual([1, rows]);
  });

  test("a new credential alone steps the version", async () => {
    const { id } = await newChannel();
    const after = await call("channels.update", { id, version: 1, credential: "sk-another-0123456789" });
    expect([after.version, after.credential?.lastFour]).toEqual([2, "6789"]);
  });

  test("a taken name is told at its field, whatever its case", async () => {
    const { name } = await newChannel();
    expect(await fieldsOf(newChannel({ name: name.toUpperCase() }))).toEqual(["name: name_taken"]);
  });

  test("a forbidden address is told at its field", async () => {
    const work = newChannel({ baseUrl: "http://169.254.169.254" });
    expect(await fieldsOf(work)).toEqual(["baseUrl: base_url_forbidden"]);
  });

  test("an operation that no protocol of the channel has is refused", async () => {
    expect(await fieldsOf(newChannel({ operations: ["models", "message"] }))).toEqual([
      "operations[1]: operation_not_applicable",
    ]);
  });

  test("a test tells models and prices; a draft may borrow a credential for its own host only", async () => {
    const { id } = await newChannel();
    const found = { ok: true, latencyMs: 5, pricedCount: 1 };
    expect(await call("channels.test", { id })).toMatchObject(found);
    const draft = { channelId: id, protocols: CHANNEL.protocols, baseUrl: CHANNEL.baseUrl };
    expect(await call("channels.testDraft", draft)).toMatchObject(found);
    const elsewhere = { ...draft, baseUrl: "https://evil.example" };
    expect(await fieldsOf(call("channels.testDraft", elsewhere))).toEqual(["credential: credential_reentry_required"]);
    expect(await codeOf(call("channels.testDraft", { ...draft, baseUrl: "http://169.254.169.254" }))).toBe(
      "base_url_forbidden",
    );
  });
});

test("a test of a channel takes a slot, tells whether it passed, and is on record", async () => {
  const ended: boolean[] = [];
  const answer: { found: Awaited<ReturnType<ChannelProbe>>; isFull: boolean } = {
    found: { ok: true, latencyMs: 5, models: [] },
    isFull: false,
  };
  const operations = await buildOperations({
    probe: async () => answer.found,
    beginChannelTest: async () => (answer.isFull ? null : { end: (hasPassed) => void ended.push(hasPassed) }),
  });
  try {
    const admin = await operations.signUp("admin", "Root");
    const { id } = (await operations.run("channels.create", { ...CHANNEL, name: "tested" }, admin)).output as {
      id: number;
    };
    const test = async () => (await operations.run("channels.test", { id }, admin)).output;
    await test();
    answer.found = { ok: false, cause: "status", status: 401 };
    await test();
    answer.isFull = true;
    expect(await test()).toEqual({ ok: false, cause: "busy", status: null });
    expect(ended).toEqual([true, false]);
    const rows = (await operations.audit()).filter(({ operation }) => operation === "channels.test");
    expect(rows.map(({ target, after }) => [target, after])).toEqual([
      [`channel:${id}`, { ok: true }],
      [`channel:${id}`, { ok: false, cause: "status", status: 401 }],
      [`channel:${id}`, { ok: false, cause: "busy", status: null }],
    ]);
  } finally {
    await operations.database.drop();
  }
});

describe("users", () => {
  test("the last admin who can sign in stays one", async () => {
    const { admin } = world;
    const { version } = await call("users.get", { id: admin.userId });
    for (const patch of [{ role: "user" as const }, { enabled: false }]) {
      expect(await codeOf(call("users.update", { id: admin.userId, version, ...patch }))).toBe("last_admin");
    }
    expect(await codeOf(call("users.delete", { id: admin.userId }))).toBe("last_admin");
    expect(await call("users.get", { id: admin.userId })).toMatchObject({ role: "admin", enabled: true, version });
  });

  test("a password needs an e-mail address and makes an account", async () => {
    const user = await newUser({ email: `Mixed${++count}@Example.com`, password: TEST_PASSWORD });
    expect(user.hasAccount).toBe(true);
    expect(user.email).toMatch(/^mixed\d+@example\.com$/);
    const plain = await newUser();
    expect(plain.hasAccount).toBe(false);
    const set = call("users.setPassword", { id: plain.id, password: TEST_PASSWORD });
    expect(await fieldsOf(set)).toEqual(["email: email_required"]);
  });

  test("a taken address is refused and leaves no half user", async () => {
    const email = `taken${++count}@example.com`;
    await newUser({ email, password: TEST_PASSWORD });
    const name = fresh("user");
    expect(await fieldsOf(newUser({ name, email, password: TEST_PASSWORD }))).toEqual(["email: email_taken"]);
    expect((await call("users.list", { q: name })).items).toEqual([]);
  });

  test("the address of someone who signs in can change but not go", async () => {
    const user = await newUser({ email: `a${++count}@example.com`, password: TEST_PASSWORD });
    const changed = await call("users.update", { id: user.id, version: 1, email: `b${count}@example.com` });
    expect(changed.email).toBe(`b${count}@example.com`);
    const gone = call("users.update", { id: user.id, version: 2, email: null });
    expect(await fieldsOf(gone)).toEqual(["email: email_required"]);
  });
});

describe("keys", () => {
  test("a key shows its secret once, and a rotation keeps the old one for the overlap", async () => {
    const { key, secret } = await call("keys.create", { userId: world.user.userId, name: fresh("key") });
    expect(secret).toMatch(/^sk-sluice-[0-9A-Za-z]{43}$/);
    expect(JSON.stringify(await call("keys.get", { id: key.id }))).not.toContain(secret);
    const rotated = await call("keys.rotate", { id: key.id, overlapMinutes: 60 });
    expect(rotated.secret).not.toBe(secret);
    expect(rotated.key.previous).toMatchObject({ prefix: key.prefix, lastFour: key.lastFour });
    const again = await call("keys.rotate", { id: key.id });
    expect(again.key.previous).toBeNull();
  });

  test("an end in the past and an unknown user are told at their fields", async () => {
    const past = call("keys.create", {
      userId: world.user.userId,
      name: fresh("key"),
      expiresAt: "2020-01-01T00:00:00Z",
    });
    expect(await fieldsOf(past)).toEqual(["expiresAt: date_past"]);
    expect(await fieldsOf(call("keys.create", { userId: 999_999, name: "k" }))).toEqual(["userId: not_found"]);
  });

  test("a user reaches no key of another and cannot switch a key on again", async () => {
    const foreign = await newKey(world.other.userId);
    const update = { version: 1, name: "mine" };
    expect(await codeOf(call("me.keys.rotate", { id: foreign.id }, world.user))).toBe("not_found");
    expect(await codeOf(call("me.keys.update", { id: foreign.id, ...update }, world.user))).toBe("not_found");
    expect(await codeOf(call("me.keys.update", { id: 999_999, ...update }, world.user))).toBe("not_found");
    const own = await newKey(world.user.userId);
    const on = { id: own.id, version: 1, enabled: true as never };
    expect(await fieldsOf(call("me.keys.update", on, world.user))).toEqual(["enabled: not_a_choice"]);
    const mine = await call("me.keys.list", {}, world.user);
    expect(new Set(mine.items.map((key) => key.userId))).toEqual(new Set([world.user.userId]));
  });
});

describe("requests", () => {
  test("pages follow each other and a cursor belongs to its filters", async () => {
    for (let i = 0; i < 3; i++) await newRequest(world.other.userId, world.operations.clock.now() - i * 1000);
    const filter = { userId: world.other.userId };
    const all = (await call("requests.list", filter)).items.map((row) => row.id);
    const first = await call("requests.list", { ...filter, limit: 2 });
    const cursor = first.nextCursor ?? "";
    const second = await call("requests.list", { ...filter, limit: 2, cursor });
    expect([...first.items, ...second.items].slice(0, 3).map((row) => row.id)).toEqual(all.slice(0, 3));
    expect(await codeOf(call("requests.list", { userId: world.user.userId, cursor }))).toBe("cursor_mismatch");
    for (const bad of [
      "x",
      "e30",
      Buffer.from('["a","b","c"]').toString("base64url"),
      Buffer.from('[1e99,"x",1]').toString("base64url"),
    ]) {
      expect(await codeOf(call("requests.list", { ...filter, cursor: bad }))).toBe("cursor_invalid");
    }
  });

  test("a request shows its cost math", async () => {
    const id = await newRequest(world.user.userId);
    const detail = await call("requests.get", { id });
    expect(detail).toMatchObject({ id, user: { name: "user" }, entries: [{ attempt: 1 }] });
    expect(detail.channel?.name).toMatch(/^channel/);
  });

  test("its cost is computed again from what its entries hold, whatever the prices are today", async () => {
    const charged = (nanoUsd: number) =>
      newRequest(world.user.userId, world.operations.clock.now(), { costNanoUsd: asNanoUsd(nanoUsd) });
    const id = await charged(1_000);
    await call("prices.override", { model: "model", input: "9999" });
    expect(await call("requests.recompute", { id })).toEqual({
      ...{ id, isEqual: true },
      entries: [{ attempt: 1, costUsd: "0.000001", computedUsd: "0.000001", isEqual: true }],
    });
    const wrong = await charged(1_001);
    expect(await call("requests.recompute", { id: wrong })).toMatchObject({
      isEqual: false,
      entries: [{ costUsd: "0.000001001", computedUsd: "0.000001", isEqual: false }],
    });
    expect(await codeOf(call("requests.recompute", { id: "req_0" }))).toBe("not_found");
  });

  test("the owner sees neither channel nor upstream, and of another's request as much as of none", async () => {
    const id = await newRequest(world.user.userId);
    const own = await call("me.requests.get", { id }, world.user);
    expect(JSON.stringify(own)).not.toMatch(/channel|upstreamModel|up_1|decision/);
    const refusals = [id, requestIdOf(uuidv7Hex(5)), "nonsense"].map((foreign) =>
      call("me.requests.get", { id: foreign }, world.other).catch((error: AppError) => [
        error.code,
        error.params,
        error.fields,
      ]),
    );
    expect(await Promise.all(refusals)).toEqual([
      ["not_found", {}, []],
      ["not_found", {}, []],
      ["not_found", {}, []],
    ]);
    const list = await call("me.requests.list", {}, world.user);
    expect(JSON.stringify(list)).not.toMatch(/channel|upstreamModel/);
    expect(list.items.map((row) => row.id)).toContain(id);
    const theirs = await call("me.requests.list", { limit: 200 }, world.other);
    expect(theirs.items.map((row) => row.id)).not.toContain(id);
    expect(
      await fieldsOf(world.operations.run("me.requests.list", { userId: world.other.userId }, world.user)),
    ).toEqual(["userId: unknown_field"]);
  });

  test("the sums of today are one's own", async () => {
    const nobody = await world.operations.signUp("user", "idle");
    const summary = await call("me.summary", {}, nobody);
    expect(summary.today).toEqual({ costUsd: "0", requests: 0, tokens: 0, denied: 0, p95Ms: null });
    await newRequest(nobody.userId);
    expect((await call("me.summary", {}, nobody)).today.requests).toBe(1);
    expect((await call("overview.get", {})).today.requests).toBeGreaterThan(1);
  });
});

describe("prices and settings", () => {
  test("an override is a new row with decimals in the unit of each component", async () => {
    const model = fresh("model").replace(" ", "-");
    const price = await call("prices.override", { model, input: "0.0375", components: { "tool.web_search": "10" } });
    expect(price.components).toEqual([
      { component: "input_text", unit: "usdPerMtok", price: "0.0375" },
      { component: "tool.web_search", unit: "usdPer1k", price: "10" },
    ]);
    const rows = (await world.operations.audit()).length;
    expect(
      (await call("prices.override", { model, input: "0.0375", components: { "tool.web_search": "10" } })).id,
    ).toBe(price.id);
    expect((await world.operations.audit()).length).toBe(rows);
    expect((await call("prices.override", { model, input: "1" })).id).not.toBe(price.id);
    expect((await call("prices.list", { q: model })).items).toHaveLength(2);
  });

  test.each<[string, object, string]>([
    ["nothing", {}, "input: price_empty"],
    ["amounts and another model", { input: "1", priceAs: "b" }, "priceAs: price_empty"],
    ["itself", { priceAs: "a" }, "priceAs: invalid"],
    ["a component nobody counts", { components: { smell: "1" } }, "components.smell: component_unknown"],
    ["more digits than pico-USD", { input: "0.0000001" }, "input: amount_invalid"],
    ["half a daily window", { input: "1", dailyUtcFrom: 0 }, "dailyUtcTo: required"],
    ["a channel that is none", { input: "1", channelId: 999_999 }, "channelId: not_found"],
    ["an input given twice", { input: "1", components: { input_text: "2" } }, "components.input_text: duplicate"],
  ])("a price of %s is refused", async (...[, patch, fault]) => {
    expect(await fieldsOf(call("prices.override", { model: "a", ...patch }))).toContain(fault);
  });

  test("what is said of a model replaces what was said, equal values write nothing, and nothing said forgets it", async () => {
    const name = newModel();
    const traits = { name, maxOutputTokens: 8_192, bytesPerToken: 3.5, expectedOutputTokens: null, managedBy: null };
    expect(await call("models.put", { name, maxOutputTokens: 8_192, bytesPerToken: 3.5 })).toEqual(traits);
    const rows = (await world.operations.audit()).length;
    await call("models.put", { name, maxOutputTokens: 8_192, bytesPerToken: 3.5 });
    expect((await world.operations.audit()).length).toBe(rows);
    expect((await call("models.list", { q: name.toUpperCase() })).items).toEqual([traits]);
    const next = { ...traits, maxOutputTokens: null, bytesPerToken: null, expectedOutputTokens: 20 };
    expect(await call("models.put", { name, expectedOutputTokens: 20 })).toEqual(next);
    await call("models.put", { name });
    expect((await call("models.list", { q: name })).items).toEqual([]);
    expect((await world.operations.audit()).at(-1)).toMatchObject({
      ...{ operation: "models.put", target: `model:${name}`, before: next, after: null },
    });
  });

  test.each<[string, object, string]>([
    ["no name", { name: undefined }, "name: required"],
    ["a name of two words", { name: "a b" }, "name: model_name_invalid"],
    ["a maximum of nothing", { maxOutputTokens: 0 }, "maxOutputTokens: out_of_range"],
    ["a maximum as text", { maxOutputTokens: "5" }, "maxOutputTokens: not_an_integer"],
    ["fewer bytes than the worst case reckons with", { bytesPerToken: 1.9 }, "bytesPerToken: out_of_range"],
    ["bytes as text", { bytesPerToken: "4" }, "bytesPerToken: invalid"],
    ["half a token", { expectedOutputTokens: 1.5 }, "expectedOutputTokens: not_an_integer"],
    [
      "more output than its maximum",
      { maxOutputTokens: 9, expectedOutputTokens: 10 },
      "expectedOutputTokens: out_of_range",
    ],
  ])("a model of %s is refused", async (...[, patch, fault]) => {
    expect(await fieldsOf(call("models.put", { name: "a", ...patch }))).toContain(fault);
  });

  test("settings show where they come from, and equal values write nothing", async () => {
    await call("settings.update", { gatewayName: "Gate" });
    const rows = (await world.operations.audit()).length;
    await call("settings.update", { gatewayName: "Gate" });
    expect((await world.operations.audit()).length).toBe(rows);
    const view = await call("settings.get", {});
    expect(view.values.gatewayName).toBe("Gate");
    expect(view.origins).toMatchObject({ gatewayName: { origin: "saved" }, unpricedModels: { origin: "default" } });
    expect(Object.keys(view.origins).sort()).toEqual(Object.keys(view.values).sort());
  });

  test("one window and one bound of a setting change without the others", async () => {
    await call("settings.update", { windowModes: { "5h": "fixed" }, failOpenAllowance: { maxUsd: "0" } });
    const view = await call("settings.update", {
      windowModes: { daily: "rolling" },
      failOpenAllowance: { percent: 5 },
    });
    expect(view.values).toMatchObject({
      windowModes: { "5h": "fixed", daily: "rolling", weekly: "calendar", monthly: "calendar" },
      failOpenAllowance: { percent: 5, maxUsd: "0" },
    });
    expect(await world.operations.ports.settings.read()).toMatchObject({ windowModes: view.values.windowModes });
  });

  test("wrong settings are told all at once", async () => {
    const wrong = {
      ...{ timeZone: "Mars/Base", dailyReset: "04:03", enforcement: "hard", billingModel: "none", failOpen: "yes" },
      windowModes: { "5h": "calendar", total: "rolling" },
      failOpenAllowance: { percent: -1, maxUsd: "9007200" },
      ...{ channelOverflow: "full", breakerLastChannel: "maybe", cooldownDefaultMs: -1, cooldownMaxMs: 999 },
      queueHeartbeatMs: 4_999,
    };
    expect((await fieldsOf(world.operations.run("settings.update", wrong, world.admin))).sort()).toEqual([
      "billingModel: not_a_choice",
      "breakerLastChannel: not_a_choice",
      "channelOverflow: not_a_choice",
      "cooldownDefaultMs: out_of_range",
      "cooldownMaxMs: out_of_range",
      "dailyReset: reset_time_invalid",
      "enforcement: enforcement_unknown",
      "failOpen: invalid",
      "failOpenAllowance.maxUsd: amount_out_of_range",
      "failOpenAllowance.percent: out_of_range",
      "queueHeartbeatMs: out_of_range",
      "timeZone: zone_unknown",
      "windowModes.5h: mode_not_applicable",
      "windowModes.total: window_unknown",
    ]);
  });

  test("a setting that a variable fixes shows its value and cannot be changed here", async () => {
    const operations = await buildOperations({
      system: {
        fixedSettings: { modelGroupLimits: "ENABLE_MODEL_RATE_LIMIT", failOpen: "MODEL_RATE_LIMIT_FAIL_OPEN" },
        environmentSettings: { modelGroupLimits: false, failOpen: false },
      },
    });
    try {
      const admin = await operations.signUp("admin", "admin");
      const change = operations.run(
        "settings.update",
        { modelGroupLimits: true, failOpen: true, maxAttempts: 2 },
        admin,
      );
      expect(await fieldsOf(change)).toEqual([
        "modelGroupLimits: fixed_by_environment",
        "failOpen: fixed_by_environment",
      ]);
      const { output } = await operations.run("settings.get", {}, admin);
      expect(output).toMatchObject({
        values: { modelGroupLimits: false, failOpen: false, maxAttempts: 3 },
        origins: { modelGroupLimits: { origin: "environment", variable: "ENABLE_MODEL_RATE_LIMIT" } },
      });
    } finally {
      await operations.database.drop();
    }
  });

  test("the viewer knows who looks and what they may do", async () => {
    const viewer = await call("viewer.get", {}, world.user);
    expect(viewer).toMatchObject({
      user: { name: "user", role: "user" },
      via: "password",
      can: ["me:read", "me:write"],
    });
    expect((await call("viewer.get", {})).can).toContain("channels:write");
  });

  test("the viewer is told of a stored setting that switches limits off, and that counters away let calls pass", async () => {
    const operations = await buildOperations({
      state: { countersSilentMs: 5_000 },
      system: { database: "external", counters: "redis" },
    });
    try {
      const admin = await operations.signUp("admin", "admin");
      await operations.run("settings.update", { modelGroupLimits: false }, admin);
      const { output } = await operations.run("viewer.get", {}, admin);
      expect((output as OperationTypes["viewer.get"]["output"]).banners).toMatchObject([
        { code: "counters_down", params: { admits: true } },
        { code: "model_group_limits_off", params: {}, since: null },
      ]);
    } finally {
      await operations.database.drop();
    }
  });

  test("the viewer is told what holds for the system, and only admins what only they can change", async () => {
    const state = { databaseSilentMs: 20_000, ledgerLagMs: 90_000, countersSilentMs: 5_000 };
    const system = {
      fixedSettings: { modelGroupLimits: "ENABLE_MODEL_RATE_LIMIT" },
      environmentSettings: { modelGroupLimits: false },
    };
    const operations = await buildOperations({ state, system });
    try {
      const codes = async (role: "admin" | "user") => {
        const { output } = await operations.run("viewer.get", {}, await operations.signUp(role, role));
        return (output as OperationTypes["viewer.get"]["output"]).banners;
      };
      const ago = (ms: number) => new Date(operations.clock.now() - ms).toISOString();
      const troubles = [
        { code: "database_down", params: {}, since: ago(20_000) },
        { code: "counters_down", params: { admits: false }, since: ago(5_000) },
        { code: "ledger_behind", params: {}, since: ago(90_000) },
      ];
      const off = { code: "model_group_limits_off", params: {}, since: null };
      expect(await codes("admin")).toEqual([
        ...troubles,
        { ...off, params: { variable: "ENABLE_MODEL_RATE_LIMIT" } },
        { code: "single_replica", params: {}, since: null },
      ]);
      expect(await codes("user")).toEqual([...troubles, off]);
    } finally {
      await operations.database.drop();
    }
  });
});

describe("the wizard", () => {
  test("the token makes one admin, also when two race, and then nothing more", async () => {
    const operations = await buildOperations();
    try {
      const token = await issueSetupToken(operations.database, operations.clock.now());
      const run = (name: Name, input: unknown, actor = ANONYMOUS) => operations.run(name, input, actor);
      expect((await run("setup.state", {})).output).toEqual({ finished: false, detail: null });
      expect(await codeOf(run("setup.unlock", { token: "wrong" }))).toBe("setup_token_invalid");
      expect((await run("setup.unlock", { token })).output).toMatchObject({ gatewayName: "Sluice" });
      const admin = (name: string) => ({
        token,
        name,
        email: `${name}@example.com`,
        password: TEST_PASSWORD,
        locale: "ja",
        timeZone: "Asia/Tokyo",
        weekStart: "sunday",
      });
      const race = await Promise.all(["one", "two"].map((name) => codeOf(run("setup.createAdmin", admin(name)))));
      expect(race.sort()).toEqual(["ok", "setup_finished"]);
      expect(await codeOf(run("setup.createAdmin", admin("three")))).toBe("setup_finished");
      expect(await operations.ports.users.countAdmins()).toBe(1);
      const made = (await operations.audit()).filter((row) => row.operation === "setup.createAdmin");
      expect(made).toEqual([expect.objectContaining({ target: expect.stringMatching(/^user:\d+$/), before: null })]);
      expect(await operations.ports.settings.read()).toMatchObject({
        timeZone: "Asia/Tokyo",
        weekStart: "sunday",
        defaultLocale: "ja",
      });
      expect((await run("setup.state", {})).output).toEqual({ finished: true, detail: null });
      expect(JSON.stringify(await operations.audit())).not.toContain(token);
    } finally {
      await operations.database.drop();
    }
  });

  test("wrong tokens are counted although the operation fails", async () => {
    const operations = await buildOperations();
    try {
      const token = await issueSetupToken(operations.database, operations.clock.now());
      const wrong = { ...(await SAMPLES["setup.createAdmin"](ANONYMOUS)) };
      for (let i = 0; i < 10; i++) {
        expect(await codeOf(operations.run("setup.createAdmin", wrong, ANONYMOUS))).toBe("setup_token_invalid");
      }
      expect(await codeOf(operations.run("setup.unlock", { token }, ANONYMOUS))).toBe("too_many_attempts");
    } finally {
      await operations.database.drop();
    }
  });

  test("an admin sees the next open step", async () => {
    expect((await call("setup.state", {})).detail).toMatchObject({ step: "done" });
  });
});
