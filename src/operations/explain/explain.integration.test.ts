import { settlementTexts } from "@test/build-ledger";
import { buildOperations, type TestOperations } from "@test/build-operations";
import { buildStoredDenial, buildStoredEntry, buildStoredRequest } from "@test/build-stored-rows";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { admittedDecision, deniedDecision, type LimitStep } from "@/core/decision";
import { AppError } from "@/core/errors";
import type { Denial } from "@/core/quota/denial";
import { requestIdOf, uuidv7Hex } from "@/lib/id";
import { asNanoUsd } from "@/lib/money";
import { ledgerStore } from "@/stores/postgres/ledger-store";
import { ensurePartitions } from "@/stores/postgres/partitions";
import type { Actor } from "../operation";
import type { OperationTypes } from "../registry";

type Name = keyof OperationTypes;

let operations: TestOperations;
let admin: Actor & { userId: number };
let count = 0;
const fresh = (what: string) => `${what}-${++count}`;

async function call<N extends Name>(name: N, input: OperationTypes[N]["input"]) {
  return (await operations.run(name, input, admin)).output as OperationTypes[N]["output"];
}
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "ok",
    (error: AppError) => error.code,
  );
async function putForUser(id: number, values: object) {
  const place = { kind: "user" as const, id, target: "global" as const };
  const { version } = await call("limits.get", place);
  await operations.run("limits.put", { ...place, version, values }, admin);
}

/** A user with a key, and a model that a channel serves for $2.50 in and $10 out per million. */
async function scene() {
  const { id: userId, name: userName } = await call("users.create", { name: fresh("user") });
  const { key } = await call("keys.create", { userId, name: fresh("key") });
  const model = fresh("model");
  await call("channels.create", {
    ...{ name: fresh("channel"), protocols: ["openai-chat"], baseUrl: "https://api.example.com/v1" },
    ...{ credential: "sk-upstream-0123456789", models: [model] },
  });
  await call("prices.override", { model, input: "2.5", output: "10" });
  return { userId, userName, key, model };
}

async function spend(userId: number, keyId: number, nanoUsd: number) {
  const at = operations.clock.now();
  const owner = { id: uuidv7Hex(at), admittedAt: at, userId, keyId, modelGroupId: null };
  await ledgerStore(operations.database).record(
    settlementTexts([buildStoredEntry({ ...owner, costNanoUsd: asNanoUsd(nanoUsd) })], []),
  );
}

beforeAll(async () => {
  operations = await buildOperations();
  await ensurePartitions(operations.database, operations.clock.now());
  admin = await operations.signUp("admin", "admin");
});
afterAll(() => operations.database.drop());

describe("the explanation of a request", () => {
  const step = (given: Partial<LimitStep>): LimitStep => ({
    ...{ kind: "limit", verdict: "pass", axis: "user", target: "global", targetType: "global", unit: "usd" },
    ...{ window: "daily", mode: "calendar", enforcement: "balanced", winner: { limitId: 1, kind: "user", id: 1 } },
    ...{ cap: "5", used: "1", held: "0", estimate: "0.5", worst: "1", resetsAt: Date.parse("2026-11-22T00:00:00Z") },
    ...given,
  });

  test("of one that passed are the stored steps with the names of whose rows decided", async () => {
    const { userId, userName, key, model } = await scene();
    const group = await call("userGroups.create", { name: fresh("team"), userIds: [userId] });
    const at = operations.clock.now();
    const id = uuidv7Hex(at);
    const decision = admittedDecision({
      ...{ configVersion: 3, model: { requested: model, billed: model, mapped: null }, estimate: { inputTokens: 25 } },
      limits: {
        ...{ counted: { userGlobal: true, keyGlobal: false }, group: null, failOpen: false },
        limits: [
          `u${userId}:0:usd:daily:1795219200 8 ${group.id} ba 6000000000 1000000000 1000000000 0 500000000 1000000000 1795305600000`,
          `k${key.id}:0:usd:daily:1795219200 9  st 5000000000  1000000000 0   1795305600000`,
        ].join(";"),
      },
    });
    const owner = { id, at, userId, keyId: key.id, model, decision };
    await ledgerStore(operations.database).record(settlementTexts([], [buildStoredRequest(owner)]));
    const explanation = await call("explain.get", { requestId: requestIdOf(id) });
    expect(explanation).toMatchObject({
      ...{ requestId: requestIdOf(id), model, code: null, deniedBy: null },
      user: { id: userId, name: userName },
      key: { id: key.id, name: key.name },
      sentence: { code: "admitted", params: {} },
      counted: { userGlobal: true, keyGlobal: false },
    });
    expect(explanation.steps).toMatchObject([
      {
        ...{ verdict: "pass", why: null, cap: "6", boost: "1", used: "1", estimate: "0.5", mode: "calendar" },
        ...{ winner: { limitId: 8, kind: "user_group", id: group.id, name: group.name } },
        resetsAt: "2026-11-22T00:00:00.000Z",
      },
      { winner: { limitId: 9, kind: "key", id: key.id, name: key.name } },
    ]);
  });

  test("of one that was refused name the step that refused it, with the numbers of the denial", async () => {
    const { userId, userName, key, model } = await scene();
    const at = operations.clock.now();
    const id = uuidv7Hex(at);
    const denial: Denial = {
      ...{ reason: "exhausted", code: "limit_exceeded", axis: "user", subjectType: "user", targetType: "global" },
      ...{ target: "global", unit: "usd", window: "daily", mode: "calendar", enforcement: "balanced", limitId: 4 },
      ...{ cap: 5_000_000_000, boost: 0, used: 5_000_000_000, held: 0, estimate: 500_000_000, left: 0 },
      ...{ affordableOutputTokens: null, resetsAt: null, retryAfterMs: null },
    };
    const steps = [
      step({ winner: { limitId: 3, kind: "user", id: userId } }),
      step({ verdict: "deny", why: "exhausted", used: "5", winner: { limitId: 4, kind: "user", id: userId } }),
    ];
    const decision = deniedDecision({ configVersion: 3 }, new AppError("limit_exceeded", denial), steps);
    const owner = {
      id,
      at,
      userId,
      keyId: key.id,
      model,
      decision,
      code: "limit_exceeded",
      status: 429,
      params: denial,
    };
    await ledgerStore(operations.database).recordDenials([buildStoredDenial(owner)]);
    const explanation = await call("explain.get", { requestId: requestIdOf(id) });
    expect(explanation).toMatchObject({
      ...{ code: "limit_exceeded", deniedBy: 1, sentence: { code: "limit_exceeded", params: denial } },
      steps: [{ verdict: "pass" }, { verdict: "deny", why: "exhausted", used: "5", winner: { name: userName } }],
    });
  });

  test("of what is on no record does not exist", async () => {
    const unknown = requestIdOf(uuidv7Hex(operations.clock.now()));
    expect(await codeOf(call("explain.get", { requestId: unknown }))).toBe("request_not_found");
    expect(await codeOf(call("explain.get", { requestId: "nonsense" }))).toBe("request_not_found");
  });
});

describe("what if", () => {
  /** 100 B and 50 tokens: est 25 in and 50 out = $0.0005625 (quota.md 12, workload A). */
  const A = { bodyBytes: 100, maxTokens: 50 };

  test("without a limit a request would pass, and nothing is asked", async () => {
    const { key, model } = await scene();
    expect(await call("explain.whatIf", { keyId: key.id, model, ...A })).toMatchObject({
      ...{ wouldPass: true, code: null, steps: [], sentence: { code: "admitted" } },
      counted: { userGlobal: true, keyGlobal: true },
    });
  });

  test("a request that fits passes every limit, and one that does not is told by which, as it stands now", async () => {
    const { userId, key, model } = await scene();
    await putForUser(userId, {
      usd: { daily: { state: "limit", amount: "0.01" } },
      requests: { daily: { state: "limit", amount: "5" } },
    });
    const ask = { keyId: key.id, model, ...A };
    const fits = await call("explain.whatIf", ask);
    expect(fits).toMatchObject({
      ...{ wouldPass: true, deniedBy: null },
      steps: [
        { unit: "usd", verdict: "pass", cap: "0.01", used: "0", held: "0", estimate: "0.0005625", worst: "0.000945" },
        { unit: "requests", verdict: "pass", cap: "5", estimate: "1" },
      ],
    });
    expect(await call("explain.whatIf", ask)).toEqual({ ...fits, asOf: expect.any(String) });
    const large = await call("explain.whatIf", { ...ask, maxTokens: 5_000 });
    expect(large).toMatchObject({ wouldPass: false, code: "limit_too_small", deniedBy: 0 });
    expect(large.sentence.params).toMatchObject({ reason: "too_large", left: 10_000_000, affordableOutputTokens: 993 });
  });

  test("what was spent counts, and a raised cap shows at once", async () => {
    const { userId, key, model } = await scene();
    await putForUser(userId, { usd: { daily: { state: "limit", amount: "1" } } });
    await spend(userId, key.id, 1_000_000_000);
    const ask = { keyId: key.id, model, ...A };
    expect(await call("explain.whatIf", ask)).toMatchObject({
      code: "limit_exceeded",
      steps: [{ used: "1", why: "exhausted" }],
    });
    await putForUser(userId, { usd: { daily: { state: "limit", amount: "2" } } });
    expect(await call("explain.whatIf", ask)).toMatchObject({ wouldPass: true, steps: [{ cap: "2", used: "1" }] });
  });

  test("a block, a foreign model and a disabled key are told as a real call would be", async () => {
    const { userId, key, model } = await scene();
    const ask = { keyId: key.id, model };
    expect(await call("explain.whatIf", { ...ask, model: fresh("none") })).toMatchObject({
      code: "model_not_found",
      steps: [],
    });
    expect(await call("explain.whatIf", { ...ask, protocol: "anthropic-messages" })).toMatchObject({
      code: "model_protocol_mismatch",
    });
    await putForUser(userId, { usd: { daily: { state: "block" } } });
    expect(await call("explain.whatIf", ask)).toMatchObject({
      ...{ code: "model_group_blocked", deniedBy: 0 },
      steps: [{ verdict: "deny", why: "blocked", cap: "block", winner: { kind: "user", id: userId } }],
    });
    await call("keys.update", { id: key.id, version: key.version, enabled: false });
    expect(await call("explain.whatIf", ask)).toMatchObject({ wouldPass: false, code: "key_disabled" });
    expect(await codeOf(call("explain.whatIf", { ...ask, keyId: 999_999 }))).toBe("not_found");
  });
});
