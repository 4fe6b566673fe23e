import { buildAuthSnapshot, buildChannel, TEST_KEY } from "@test/build-deps";
import { buildLimit } from "@test/build-quota";
import { type GatewayScene, type OpenGateway, openGateway } from "@test/open-gateway";
import { describe, expect, test } from "vitest";
import type { AuthSnapshot } from "@/core/auth-snapshot";
import { NO_LIMITER } from "@/core/channels/limiter";
import type { QuotaStore } from "@/core/quota/quota-store";
import type { RateRow } from "@/core/quota/rate-row";
import { DEFAULT_SETTINGS } from "@/core/settings/settings";

const OTHER_KEY = `${TEST_KEY.slice(0, -1)}x`;
const VIP = { id: 2, name: "vip", joinedVersion: 1, costMultiplierPpm: null };
const SLOW = { id: 3, name: "slow", joinedVersion: 1, costMultiplierPpm: null };

let nextId = 1;
const row = (subjectType: RateRow["subjectType"], amount: number | null, given: Partial<RateRow> = {}): RateRow => ({
  ...{ id: nextId++, subjectType, userId: null, userGroupId: null, keyId: null, modelGroupId: null, model: null },
  ...{ metric: "rpm", amount, burst: null, ...given },
});
const ofUser = (amount: number | null, given: Partial<RateRow> = {}) => row("user", amount, { userId: 7, ...given });
const ofGroup = (amount: number | null, userGroupId = VIP.id) => row("user_group", amount, { userGroupId });
const override = (amount: number | null) => row("override", amount, { userId: 7, userGroupId: VIP.id });

function open(rates: readonly RateRow[], given: Partial<AuthSnapshot> = {}, scene: GatewayScene = {}) {
  const snapshot = { rates, ...given };
  return openGateway({
    keys: { [TEST_KEY]: buildAuthSnapshot(snapshot), [OTHER_KEY]: buildAuthSnapshot({ ...snapshot, keyId: 9 }) },
    ...scene,
  });
}

async function sendAll(scene: OpenGateway, count: number, call: { key?: string; model?: string } = {}) {
  const calls = Array.from({ length: count }, () => scene.send(call));
  await scene.finish();
  return calls.map(({ answer }) => answer);
}
const codesOf = (answers: Awaited<ReturnType<typeof sendAll>>) =>
  Object.fromEntries(
    [...Map.groupBy(answers, ({ status, headers }) => (status === 200 ? "ok" : (headers["x-sluice-code"] ?? "")))].map(
      ([code, list]) => [code, list.length],
    ),
  );
const rateIn = (answer: { readonly body: string }) => JSON.parse(answer.body).error.details?.rate;

test("of 100 calls at once with two keys of one user exactly 10 pass a rate of 10; refusals leave the counter alone", async () => {
  const scene = open([ofUser(10)]);
  const calls = [TEST_KEY, OTHER_KEY].flatMap((key) => Array.from({ length: 50 }, () => scene.send({ key })));
  await scene.finish();
  expect(codesOf(calls.map(({ answer }) => answer))).toEqual({ ok: 10, rpm_exceeded: 90 });
  scene.clock.advance(60_000);
  expect(codesOf(await sendAll(scene, 12))).toEqual({ ok: 10, rpm_exceeded: 2 });
});

describe("what applies to a member of vip (channels-and-rates.md R2)", () => {
  const everyone = row("everyone", 6);
  test.each([
    ["nobody has a row", [everyone], 6, "default"],
    ["the user's is the strictest", [everyone, ofUser(4), ofGroup(20)], 4, "user"],
    ["the group's is the strictest", [everyone, ofUser(20), ofGroup(5)], 5, "group"],
    ["an override stands for the group's", [ofUser(20), ofGroup(5), override(7)], 7, "override"],
    ["an exemption leaves the user's", [ofUser(4), ofGroup(2), override(null)], 4, "user"],
    ["an unlimited user falls under the group", [ofUser(null), ofGroup(5)], 5, "group"],
    ["of two groups the stricter", [ofUser(20), ofGroup(10), ofGroup(3, SLOW.id)], 3, "group"],
  ] as const)("%s", async (...[, rates, limit, source]) => {
    const scene = open(rates, { userGroups: [VIP, SLOW] });
    const answers = await sendAll(scene, limit + 2);
    expect(codesOf(answers)).toEqual({ ok: limit, rpm_exceeded: 2 });
    const refused = answers.find(({ status }) => status === 429);
    expect(rateIn(refused ?? { body: "" })).toMatchObject({ source, metric: "rpm", target: "all", limit, used: limit });
  });

  test("an exemption without a rate of the user leaves none", async () => {
    const scene = open([everyone, ofGroup(2), override(null)], { userGroups: [VIP] });
    expect(codesOf(await sendAll(scene, 20))).toEqual({ ok: 20 });
  });

  test("moving to another group in mid-minute gives no second budget", async () => {
    const scene = open([ofGroup(5), ofGroup(5, SLOW.id)], { userGroups: [VIP] });
    expect(codesOf(await sendAll(scene, 5))).toEqual({ ok: 5 });
    scene.change({ userGroups: [SLOW] });
    expect(codesOf(await sendAll(scene, 2))).toEqual({ rpm_exceeded: 2 });
  });
});

test("a rate of a model inside one of its group refuses the model's own 6th call; siblings pass up to 8 in sum", async () => {
  const group = { id: 5, name: "big", slug: "big" };
  const rates = [ofUser(8, { modelGroupId: 5 }), ofUser(5, { model: "gpt-4o" })];
  const scene = open(rates, {}, { modelGroups: { "gpt-4o": group, mapped: group } });
  const own = await sendAll(scene, 6, { model: "gpt-4o" });
  expect(codesOf(own)).toEqual({ ok: 5, rpm_exceeded: 1 });
  expect(rateIn(own.find(({ status }) => status === 429) ?? { body: "" })).toMatchObject({
    ...{ target_type: "model", target: "gpt-4o", limit: 5 },
  });
  const siblings = await sendAll(scene, 5, { model: "mapped" });
  expect(codesOf(siblings)).toEqual({ ok: 3, rpm_exceeded: 2 });
  expect(rateIn(siblings.find(({ status }) => status === 429) ?? { body: "" })).toMatchObject({
    ...{ target_type: "group", target: "big", limit: 8 },
  });
});

describe("requests that must finish successfully", () => {
  const settings = { ...DEFAULT_SETTINGS, requestRate: { ...DEFAULT_SETTINGS.requestRate, enabled: true } };
  const limited = (total: number, successful: number) => ({
    ...settings,
    requestRate: { ...settings.requestRate, total, successful },
  });

  test("10 of 100 reach the upstream; as many more pass as failed there", async () => {
    let failing = 4;
    const answer = () => (failing-- > 0 ? { latencyMs: 500, status: 500 } : { latencyMs: 500 });
    const scene = open([], {}, { settings: { ...limited(0, 10), maxAttempts: 1 }, answer });
    expect(codesOf(await sendAll(scene, 100))).toEqual({ ok: 6, "": 4, successful_requests_exceeded: 90 });
    expect(scene.upstream.sent).toBe(10);
    expect(codesOf(await sendAll(scene, 10))).toEqual({ ok: 4, successful_requests_exceeded: 6 });
  });

  test("a failed call stays counted in the total", async () => {
    const answer = () => ({ latencyMs: 500, status: 500 });
    const scene = open([], {}, { settings: { ...limited(10, 1_000), maxAttempts: 1 }, answer });
    await sendAll(scene, 10);
    expect(codesOf(await sendAll(scene, 3))).toEqual({ total_requests_exceeded: 3 });
  });

  test("a wait of over a minute is a terminal one: whole seconds, and no retry", async () => {
    const tenMinutes = limited(1, 1_000);
    const scene = open(
      [],
      {},
      { settings: { ...tenMinutes, requestRate: { ...tenMinutes.requestRate, periodMinutes: 10 } } },
    );
    const [, refused] = await sendAll(scene, 2);
    expect(refused?.headers).toMatchObject({ "x-sluice-code": "total_requests_exceeded", "x-should-retry": "false" });
    expect(refused?.headers["retry-after-ms"]).toBeUndefined();
    expect(Number(refused?.headers["retry-after"])).toBeGreaterThan(60);
    expect(Number(refused?.headers["retry-after"])).toBeLessThanOrEqual(600);
  });
});

test("a denial is stored with every rate that was judged, and which of them refused", async () => {
  const scene = open([ofUser(50), row("key", 1, { keyId: 3 })], { maxConcurrent: { user: null, key: 1 } });
  await sendAll(scene, 1);
  await sendAll(scene, 1);
  const [denial] = scene.left.denials;
  expect(denial?.decision).toMatchObject({
    ...{ outcome: "denied", code: "rpm_exceeded", deniedBy: 1 },
    steps: [
      { kind: "rate", verdict: "pass", metric: "rpm", axis: "user", cap: 50, used: 1, winner: { kind: "user" } },
      { kind: "rate", verdict: "deny", metric: "rpm", axis: "key", cap: 1, used: 1, winner: { kind: "key" } },
    ],
  });
  const crowded = open([], { maxConcurrent: { user: null, key: 1 } });
  await sendAll(crowded, 2);
  expect(crowded.left.denials[0]?.decision).toMatchObject({
    ...{ code: "key_concurrency_exceeded", deniedBy: 0 },
    steps: [{ kind: "concurrency", verdict: "deny", axis: "key", cap: 1, used: 1 }],
  });
});

test("a refusal tells when a unit comes back, and after that time a call passes", async () => {
  const scene = open([ofUser(2)]);
  await sendAll(scene, 2);
  scene.clock.advance(10_000);
  const [refused] = await sendAll(scene, 1);
  const waitMs = Number(refused?.headers["retry-after-ms"]);
  expect(refused?.headers["retry-after"]).toBe(String(Math.ceil(waitMs / 1_000)));
  expect(waitMs).toBeLessThanOrEqual(50_000);
  scene.clock.advance(waitMs - 100);
  expect(codesOf(await sendAll(scene, 1))).toEqual({ rpm_exceeded: 1 });
  scene.clock.advance(100);
  expect(codesOf(await sendAll(scene, 1))).toEqual({ ok: 1 });
});

test("replies carry where the tightest rate per minute stands, refused ones too", async () => {
  const scene = open([ofUser(3), row("key", 2, { keyId: 3 })]);
  const [first, , third] = await sendAll(scene, 3);
  expect(first?.headers).toMatchObject({
    "x-ratelimit-limit-requests": "2",
    "x-ratelimit-remaining-requests": "1",
    "x-ratelimit-reset-requests": "1m0s",
  });
  expect(third?.headers["x-ratelimit-remaining-requests"]).toBe("0");
});

describe("with billingModel upstream, where each attempt reserves anew", () => {
  const channels = [1, 2].map((id) => buildChannel({ id, baseUrl: `http://127.0.0.1:${id}`, priority: id }));
  const settings = { ...DEFAULT_SETTINGS, billingModel: "upstream" } as const;
  const failing: GatewayScene["answer"] = ({ url }) => (url.startsWith("http://127.0.0.1:1/") ? { status: 500 } : {});
  const counted = (requests: string) => ({
    "x-ratelimit-limit-requests": requests,
    "x-ratelimit-remaining-requests": "1",
    "x-ratelimit-reset-requests": "1m0s",
  });

  test("the reply after a failover carries the tightest rate per minute, counted once", async () => {
    const scene = open([ofUser(3), row("key", 2, { keyId: 3 })], {}, { channels, settings, answer: failing });
    const [first] = await sendAll(scene, 1);
    expect(first).toMatchObject({ status: 200, headers: counted("2") });
    expect(scene.upstream.sent).toBe(2);
    const [second] = await sendAll(scene, 1);
    expect(second?.headers["x-ratelimit-remaining-requests"]).toBe("0");
  });

  test("a denial before the second attempt carries it too", async () => {
    const group = { id: 5, name: "big", slug: "big" };
    const second = buildChannel({
      ...{ id: 2, baseUrl: "http://127.0.0.1:2", priority: 2 },
      models: new Map([["gpt-4o", { name: "gpt-4o", upstream: "mapped" }]]),
    });
    const blocked = buildLimit({ state: "block", amount: null, modelGroupId: group.id });
    const scene = open(
      [ofUser(2)],
      { limits: [blocked] },
      { channels: [channels[0] ?? second, second], settings, answer: failing, modelGroups: { mapped: group } },
    );
    const [denied] = await sendAll(scene, 1);
    expect(denied?.headers).toMatchObject({ "x-sluice-code": "model_group_blocked", ...counted("2") });
  });
});

test("an error of ours after a call was sent carries it as well", async () => {
  const scene = open([ofUser(3)], {}, { answer: () => ({ fault: "upstream_unreachable" }) });
  const [failed] = await sendAll(scene, 1);
  expect(failed?.headers).toMatchObject({
    ...{ "x-sluice-code": "upstream_unreachable", "x-ratelimit-limit-requests": "3" },
    "x-ratelimit-remaining-requests": "2",
  });
});

test("a call that finds no place at a channel takes no unit and leaves the places of its user free", async () => {
  const limiter = { ...NO_LIMITER, mode: "reject", capacity: 1 } as const;
  const channel = buildChannel({ baseUrl: "http://127.0.0.1:1", limiter });
  const scene = open([ofUser(50)], { maxConcurrent: { user: 20, key: null } }, { channels: [channel] });
  const answers = await sendAll(scene, 20);
  expect(codesOf(answers)).toEqual({ ok: 1, channel_queue_full: 19 });
  expect(codesOf(await sendAll(scene, 20))).toEqual({ ok: 1, channel_queue_full: 19 });
  const [told] = await sendAll(scene, 1);
  expect(told?.headers["x-ratelimit-remaining-requests"]).toBe("47");
});

describe("requests at once", () => {
  test("a user of 3 with keys of 2: two of one key, one of the other, no more; an end makes room", async () => {
    const scene = open([], { maxConcurrent: { user: 3, key: 2 } }, { answer: () => ({ latencyMs: 1_000 }) });
    const first = Array.from({ length: 3 }, () => scene.send());
    const second = Array.from({ length: 2 }, () => scene.send({ key: OTHER_KEY }));
    await scene.finish();
    expect(codesOf(first.map(({ answer }) => answer))).toEqual({ ok: 2, key_concurrency_exceeded: 1 });
    expect(codesOf(second.map(({ answer }) => answer))).toEqual({ ok: 1, user_concurrency_exceeded: 1 });
    const refused = first.find(({ answer }) => answer.status === 429)?.answer;
    expect(rateIn(refused ?? { body: "" })).toMatchObject({ source: "key", metric: "concurrency", limit: 2, used: 2 });
    expect(codesOf(await sendAll(scene, 2))).toEqual({ ok: 2 });
  });

  test("a client that leaves frees its place at once, whatever the upstream still does", async () => {
    const scene = open([], { maxConcurrent: { user: 1, key: null } }, { answer: () => ({ latencyMs: 5_000 }) });
    const gone = scene.send();
    await scene.pass(100);
    gone.answer.leave();
    await scene.pass(20);
    const next = scene.send();
    await scene.finish();
    expect(next.answer.status).toBe(200);
  });
});

describe("while the counters do not answer", () => {
  const deaf = (store: QuotaStore): QuotaStore => ({
    ...store,
    reserve: () => Promise.reject(new Error("no answer")),
    leave: () => Promise.reject(new Error("no answer")),
  });

  test("failing closed is 503, never a rate", async () => {
    const settings = { ...DEFAULT_SETTINGS, failOpen: false };
    const scene = open([ofUser(2)], {}, { storeOf: deaf, settings });
    expect(codesOf(await sendAll(scene, 5))).toEqual({ limits_unavailable: 5 });
  });

  test("failing open goes by this replica's share of each rate and of requests at once", async () => {
    const settings = { ...DEFAULT_SETTINGS, failOpen: true };
    const rated = open([ofUser(2)], {}, { storeOf: deaf, settings });
    expect(codesOf(await sendAll(rated, 5))).toEqual({ ok: 2, rpm_exceeded: 3 });
    const crowded = open([], { maxConcurrent: { user: 2, key: null } }, { storeOf: deaf, settings });
    expect(codesOf(await sendAll(crowded, 5))).toEqual({ ok: 2, user_concurrency_exceeded: 3 });
    expect(codesOf(await sendAll(crowded, 2))).toEqual({ ok: 2 });
  });
});

test("failing open, a failed request gives its unit of successful back", async () => {
  const requestRate = { ...DEFAULT_SETTINGS.requestRate, enabled: true, total: 0, successful: 2 };
  const settings = { ...DEFAULT_SETTINGS, failOpen: true, maxAttempts: 1, requestRate };
  const deaf = (store: QuotaStore): QuotaStore => ({ ...store, reserve: () => Promise.reject(new Error("no answer")) });
  const scene = open([], {}, { storeOf: deaf, settings, answer: () => ({ latencyMs: 20, status: 500 }) });
  for (const _ of [1, 2, 3, 4]) expect(codesOf(await sendAll(scene, 1))).toEqual({ "": 1 });
});

test("without a rate or a limit the counters are not asked", async () => {
  let asked = 0;
  const counting = (store: QuotaStore): QuotaStore => ({
    ...store,
    reserve(ask) {
      asked++;
      return store.reserve(ask);
    },
  });
  const scene = open([], {}, { storeOf: counting });
  expect(codesOf(await sendAll(scene, 3))).toEqual({ ok: 3 });
  expect(asked).toBe(0);
});
