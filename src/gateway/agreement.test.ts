import { buildAuthSnapshot, buildChannel, buildGatewayDeps, TEST_KEY } from "@test/build-deps";
import { buildLimit, buildQuotaStore } from "@test/build-quota";
import { buildRequest } from "@test/build-request";
import { fakeClock } from "@test/fake-clock";
import { type Random, seededRandom } from "@test/seeded-random";
import { expect, test } from "vitest";
import type { AuthSnapshot } from "@/core/auth-snapshot";
import type { Decision, LimitStep } from "@/core/decision";
import { expandDecision } from "@/core/limit-lines";
import { UNLEARNT } from "@/core/prices/estimate-call";
import { domainConfigOf } from "@/core/quota/domain-config";
import type { BoostRow, LimitRow } from "@/core/quota/limit";
import { formatAmount } from "@/core/quota/limit-amount";
import type { QuotaResult } from "@/core/quota/quota";
import type { QuotaItem, QuotaReading } from "@/core/quota/read-quotas";
import { ENFORCEMENTS, LIMIT_UNITS, LIMIT_WINDOWS } from "@/core/vocabulary";
import type { GatewayReply } from "@/protocols/exchange";
import { createGateway } from "./gateway";
import type { UpstreamClient } from "./gateway-deps";
import { renderUsage } from "./render-usage";
import { whatIf } from "./what-if";

const CONFIGURATIONS = 2_000;
const NOON = "2026-11-21T12:00:00Z";
const GROUP = { id: 9, name: "frontier", slug: "frontier" };
const TARGETS = [null, GROUP.id, 10] as const;
const MODES = {
  "5h": ["rolling", "fixed"],
  daily: ["calendar", "rolling"],
  weekly: ["calendar", "rolling"],
  monthly: ["calendar", "rolling"],
  total: [null],
} as const;
/** Of the size of a few calls, so that every verdict comes up. */
const AMOUNTS = { usd: 3_000_000, tokens: 600, requests: 4 };
const turns = async () => {
  for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
};

type Chance = ReturnType<typeof chanceOf>;
function chanceOf(below: Random) {
  return {
    below,
    pick: <T>(values: readonly T[]): T => values[below(values.length)] as T,
    is: (odds: number) => below(1_000) < odds * 1_000,
  };
}

function randomLimits(chance: Chance): readonly LimitRow[] {
  const rows = new Map<string, LimitRow>();
  const subjects = [
    ["user", 7],
    ["user_group", 5],
    ["user_group", 6],
    ["key", 3],
  ] as const;
  for (let id = 1; id <= 1 + chance.below(8); id++) {
    const [subjectType, subjectId] = chance.pick(subjects);
    const window = chance.pick(LIMIT_WINDOWS);
    const unit = chance.pick(LIMIT_UNITS);
    const state = chance.is(0.85) ? "limit" : chance.is(0.7) ? "unlimited" : "block";
    const row = buildLimit({
      ...{ id, subjectType, subjectId, window, unit, state },
      modelGroupId: chance.pick(TARGETS),
      amount: state === "limit" ? 1 + chance.below(AMOUNTS[unit] * 2) : null,
      mode: chance.is(0.5) ? null : chance.pick(MODES[window]),
      enforcement: chance.is(0.4) ? null : chance.pick(ENFORCEMENTS),
    });
    rows.set([subjectType, subjectId, row.modelGroupId, unit, window].join(), row);
  }
  return [...rows.values()];
}

function randomBoosts(chance: Chance, limits: readonly LimitRow[]): readonly BoostRow[] {
  const at = Date.parse(NOON);
  return limits
    .filter(({ state }) => state === "limit" && chance.is(0.3))
    .map(({ unit, window, modelGroupId }, index) => ({
      ...{ id: index + 1, userId: 7, unit, window, modelGroupId, endedAt: null },
      amount: 1 + chance.below(AMOUNTS[unit]),
      validFrom: at + (chance.is(0.8) ? -3_600_000 : 3_600_000),
      validTo: at + 7_200_000,
    }));
}

function open(snapshot: AuthSnapshot) {
  const clock = fakeClock(NOON);
  const silent: UpstreamClient = {
    send: () => ({ pause() {}, resume() {}, abort() {} }),
    close: () => Promise.resolve(),
  };
  const store = buildQuotaStore(clock);
  const fixture = buildGatewayDeps({
    channels: [buildChannel({ baseUrl: "http://127.0.0.1:1" })],
    ...{ clock, store, upstream: silent },
    modelGroups: { "gpt-4o": GROUP },
    keys: { [TEST_KEY]: snapshot },
  });
  const results: QuotaResult[] = [];
  const { quota } = fixture.deps;
  const deps = {
    ...fixture.deps,
    quota: {
      ...quota,
      async reserve(...asked: Parameters<typeof quota.reserve>) {
        const result = await quota.reserve(...asked);
        results.push(result);
        return result;
      },
    },
  };
  const config = deps.config.current();
  const plan = deps.limitPlans.planOf(snapshot, config.settings);
  return { ...fixture, clock, deps, config, plan, results, quota, snapshot };
}

type Scene = ReturnType<typeof open>;

/** Requests that ended and requests that run. The first ones, of nothing, bring the counters: readers write none. */
async function use({ plan, quota, deps, clock }: Scene, chance: Chance) {
  for (const modelGroupId of [null, GROUP.id]) {
    const nothing = { usd: 0, tokens: 0, requests: 0 };
    const first = await quota.reserve({
      ...{ requestId: `first-${modelGroupId}`, no: 1, plan, callerVersion: 1, rules: deps.config.current().settings },
      target: { modelGroupId, isFree: false },
      demand: () => ({ est: nothing, worst: nothing, strictWorst: nothing }),
      record: () => "",
      onWait: (leave) => leave(),
    });
    if (first.kind === "admitted") quota.void(first.hold);
  }
  for (let no = 1; no <= chance.below(5); no++) {
    const amounts = { usd: chance.below(AMOUNTS.usd), tokens: chance.below(AMOUNTS.tokens), requests: 1 };
    const worst = { usd: amounts.usd * 2, tokens: amounts.tokens * 2, requests: 1 };
    const asked = quota.reserve({
      ...{ requestId: `before-${no}`, no: 1, plan, callerVersion: 1, rules: deps.config.current().settings },
      target: { modelGroupId: chance.pick([null, GROUP.id]), isFree: false },
      demand: () => ({ est: amounts, worst, strictWorst: worst }),
      record: () => "",
      onWait: (leave) => leave(),
    });
    const result = await asked;
    if (result.kind === "admitted" && chance.is(0.6)) quota.settle(result.hold, chance.is(0.5) ? amounts : worst);
    if (chance.is(0.2)) clock.advance(400_000);
  }
}

/** The call of `enforce`. */
const bodyOf = (model: string) => JSON.stringify({ model, max_tokens: 50, messages: "x".repeat(60) });

function suppose({ config, plan, reads }: Scene, model: string) {
  const bodyBytes = Buffer.byteLength(bodyOf(model));
  return whatIf(
    {
      ...{ userId: 7, keyId: 3, model, protocol: null, bodyBytes, maxOutputTokens: 50 },
      key: { keyEnabled: true, expiresAt: null, userEnabled: true, models: null },
    },
    {
      config,
      userGroups: [],
      caller: { plan, config: domainConfigOf(plan, 1) },
      peeks: reads,
      habitsOf: () => UNLEARNT,
    },
  );
}

async function enforce({ deps, results, left, clock }: Scene, model: string) {
  const reply = {
    ...{ isStarted: false, isClosed: false, start() {}, write: () => true, drained: () => Promise.resolve() },
    ...{ end() {}, destroy() {}, onClosed: () => () => {} },
  } satisfies GatewayReply;
  void createGateway(deps).handle(
    buildRequest({ headers: { authorization: `Bearer ${TEST_KEY}` }, body: bodyOf(model) }),
    reply,
  );
  await turns();
  for (let waited = 0; results.length === 0 && waited < 20; waited++) {
    clock.advance(200);
    await turns();
  }
  const [result] = results;
  if (result === undefined) throw new Error("no answer");
  return { result, denied: left.denials[0] ?? null };
}

/** The item that a step is about. */
function itemOf(step: LimitStep, items: readonly QuotaItem[]): QuotaItem {
  const modelGroupId = step.targetType === "global" ? null : GROUP.id;
  const found = items.find(
    ({ cell }) =>
      cell.axis === step.axis &&
      cell.modelGroupId === modelGroupId &&
      cell.unit === step.unit &&
      cell.window === step.window,
  );
  if (found === undefined) throw new Error("a step without its item");
  return found;
}

/** A refusal names when the request fits, a card when anything does: the same instant but for a rolling window, and for what never fits. */
function expectSameReset(step: LimitStep, { cell, cap, resetsAt }: QuotaItem) {
  const need = Number(step.enforcement === "strict" ? step.worst : step.estimate) * (step.unit === "usd" ? 1e9 : 1);
  const isRefused = step.why !== undefined || step.wouldDeny !== undefined;
  if (isRefused && step.why !== "contended" && step.wouldDeny !== "contended" && need > (cap ?? 0) + 0.5)
    return expect(step.resetsAt).toBeUndefined();
  if (cell.mode === "rolling" && isRefused) return expect(step.resetsAt ?? 0).toBeGreaterThanOrEqual(resetsAt ?? 0);
  return expect(step.resetsAt ?? null).toBe(resetsAt);
}

function expectSameNumbers(step: LimitStep, items: readonly QuotaItem[]) {
  const item = itemOf(step, items);
  const text = (amount: number | null) => (amount === null ? undefined : formatAmount(amount, step.unit));
  expect(step).toMatchObject({ winner: { limitId: item.cell.winner.id }, enforcement: item.cell.enforcement });
  if (step.why === "blocked") return expect([step.cap, item.cell.state]).toEqual(["block", "block"]);
  expect([step.cap, step.used, step.held]).toEqual([text(item.cap), text(item.used), text(item.held)]);
  expectSameReset(step, item);
}

function expectSameUsage({ snapshot, config }: Scene, reading: QuotaReading) {
  const rendered = renderUsage(reading, { caller: snapshot, config });
  const { limits } = JSON.parse(Buffer.from(rendered.body).toString());
  expect(limits).toHaveLength(reading.items.length);
  for (const [index, item] of reading.items.entries()) {
    const text = (amount: number | null) => (amount === null ? null : formatAmount(amount, item.cell.unit));
    expect(limits[index]).toMatchObject({
      ...{ id: item.cell.winner.id, cap: text(item.cap), used: text(item.used), held: text(item.held) },
      resets_at: item.resetsAt === null ? null : new Date(item.resetsAt).toISOString(),
    });
  }
}

function expectSameAdmission({ hold }: Extract<QuotaResult, { kind: "admitted" }>, reading: QuotaReading) {
  for (const [index, bucket] of hold.resolution.buckets.entries()) {
    const item = reading.items.find(({ cell }) => cell === bucket.cell);
    const line = hold.lines?.[index];
    expect(item).toMatchObject({ cap: bucket.cap, used: line?.settled, held: line?.held });
  }
}

/** One configuration: what all readers say, then what enforcement does. Answers how it ended. */
async function compare(seed: number): Promise<string> {
  const chance = chanceOf(seededRandom(seed));
  const limits = randomLimits(chance);
  const userGroups = [5, 6].map((id) => ({ id, name: `team-${id}`, joinedVersion: 1, costMultiplierPpm: null }));
  const scene = open(buildAuthSnapshot({ limits, boosts: randomBoosts(chance, limits), userGroups }));
  await use(scene, chance);
  const model = chance.pick(["gpt-4o", "claude-sonnet-4-5"]);
  const reading = await scene.deps.readUsage(scene.snapshot);
  const supposed = await suppose(scene, model);
  const { result, denied } = await enforce(scene, model);
  expectSameUsage(scene, reading);
  for (const step of supposed.decision.steps ?? []) if (step.kind === "limit") expectSameNumbers(step, reading.items);
  if (result.kind === "admitted") {
    expect(supposed.decision.outcome).toBe("admitted");
    expect(supposed.decision.steps).toHaveLength(result.hold.resolution.buckets.length);
    expectSameAdmission(result, reading);
    return "admitted";
  }
  const stored = expandDecision(denied?.decision) as Decision;
  expect(denied?.params).toEqual(supposed.denial);
  expect(stored).toEqual({ ...supposed.decision, counted: undefined });
  expectSameNumbers(stored.steps?.[stored.deniedBy ?? -1] as LimitStep, reading.items);
  return supposed.denial?.reason ?? result.kind;
}

test(`over ${CONFIGURATIONS} configurations enforcement, readers, usage, denial and what-if say the same`, async () => {
  const ends = new Map<string, number>();
  for (let seed = 1; seed <= CONFIGURATIONS; seed++) {
    const end = await compare(seed).catch((cause: unknown) => {
      throw new Error(`seed ${seed}`, { cause });
    });
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  for (const end of ["admitted", "exhausted", "too_large", "contended", "blocked"])
    expect([end, (ends.get(end) ?? 0) > CONFIGURATIONS / 100]).toEqual([end, true]);
}, 120_000);
