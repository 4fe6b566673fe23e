import { buildAuthSnapshot, buildChannel, buildGatewayDeps, TEST_KEY } from "@test/build-deps";
import { buildLimit, buildQuota, buildQuotaStore } from "@test/build-quota";
import { buildRequest } from "@test/build-request";
import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import type { LimitRow } from "@/core/quota/limit";
import type { QuotaStore } from "@/core/quota/quota-store";
import type { Settings } from "@/core/settings/settings";
import { createUsageReader } from "@/core/usage-reader";
import type { GatewayReply } from "@/protocols/exchange";
import { createGateway } from "./gateway";
import type { UpstreamClient } from "./gateway-deps";

const NOON = "2026-11-21T12:00:00Z";
const FRONTIER = { id: 9, name: "frontier", slug: "frontier" };
const turns = async () => {
  for (let turn = 0; turn < 10; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
};

function recordingReply() {
  const answer = { status: 0, headers: {} as Readonly<Record<string, string>>, body: "" };
  const state = { isStarted: false, isClosed: false };
  const take = (chunk?: Uint8Array) => {
    answer.body += chunk === undefined ? "" : Buffer.from(chunk).toString();
  };
  const reply: GatewayReply = {
    get isStarted() {
      return state.isStarted;
    },
    get isClosed() {
      return state.isClosed;
    },
    start(status, headers) {
      state.isStarted = true;
      Object.assign(answer, { status, headers });
    },
    write(chunk) {
      take(chunk);
      return true;
    },
    drained: () => Promise.resolve(),
    end: take,
    destroy() {},
    onClosed: () => () => {},
  };
  return { reply, answer };
}

type Given = {
  readonly limits: readonly LimitRow[];
  readonly settings?: Partial<Settings>;
  readonly store?: (store: QuotaStore) => QuotaStore;
};

/** A gateway whose upstream answers 100 tokens in and 50 out when it is told to. */
function open({ limits, settings = {}, store: wrap = (store) => store }: Given) {
  const clock = fakeClock(NOON);
  const sent: (() => void)[] = [];
  const upstream: UpstreamClient = {
    send(_request, _options, sink) {
      sent.push(() => {
        sink.onHead(200, { "content-type": "application/json" });
        sink.onEnd(Buffer.from(JSON.stringify({ usage: { prompt_tokens: 100, completion_tokens: 50 } })));
      });
      return { pause() {}, resume() {}, abort() {} };
    },
    close: () => Promise.resolve(),
  };
  const snapshot = buildAuthSnapshot({
    limits,
    userGroups: [{ id: 5, name: "team-a", joinedVersion: 1, costMultiplierPpm: null }],
  });
  const fixture = buildGatewayDeps({
    channels: [buildChannel({ baseUrl: "http://127.0.0.1:1" })],
    ...{ upstream, clock, settings },
    modelGroups: { "gpt-4o": FRONTIER },
    keys: { [TEST_KEY]: snapshot },
    store: wrap(buildQuotaStore(clock)),
  });
  const gateway = createGateway(fixture.deps);
  const ask = async (given: { method: string; path: string; body?: string }, key = TEST_KEY) => {
    const { reply, answer } = recordingReply();
    const handled = gateway.handle(buildRequest({ ...given, headers: { authorization: `Bearer ${key}` } }), reply);
    await turns();
    return { answer, handled };
  };
  const body = JSON.stringify({ model: "gpt-4o", max_tokens: 50, messages: "x".repeat(60) });
  return {
    ...fixture,
    clock,
    call: () => ask({ method: "POST", path: "/v1/chat/completions", body }),
    async finish() {
      for (const answer of sent.splice(0)) answer();
      await turns();
    },
    async usage(key?: string) {
      const { answer, handled } = await ask({ method: "GET", path: "/v1/usage" }, key);
      await handled;
      return { ...answer, json: JSON.parse(answer.body) };
    },
    read: () => fixture.deps.readUsage(snapshot),
  };
}

test("a key reads every limit that is its own or its user's, by name and in decimals", async () => {
  const scene = open({
    limits: [
      buildLimit({ id: 11, subjectType: "user_group", subjectId: 5, modelGroupId: 9, enforcement: "strict" }),
      buildLimit({ id: 12, unit: "tokens", window: "total", amount: 1_000 }),
      buildLimit({ id: 13, subjectType: "key", subjectId: 3, unit: "requests", state: "block", amount: null }),
    ],
    settings: { timeZone: "Asia/Tokyo" },
  });
  const { status, headers, json } = await scene.usage();
  expect([status, headers["content-type"]]).toEqual([200, "application/json; charset=utf-8"]);
  expect(json).toEqual({
    ...{ object: "usage", as_of: "2026-11-21T12:00:00.000Z", zone: "Asia/Tokyo", source: "ledger", rates: [] },
    limits: [
      {
        ...{
          id: 11,
          axis: "user",
          target: { model_group: "frontier" },
          unit: "usd",
          window: "daily",
          mode: "calendar",
        },
        ...{ state: "limit", cap: "5", boost: "0", used: "0", held: null, left: "5" },
        ...{ resets_at: "2026-11-21T15:00:00.000Z", source: "group:team-a", enforcement: "strict" },
      },
      {
        ...{ id: 12, axis: "user", target: "global", unit: "tokens", window: "total", mode: null },
        ...{ state: "limit", cap: "1000", boost: "0", used: "0", held: null, left: "1000" },
        ...{ resets_at: null, source: "user", enforcement: "balanced" },
      },
      {
        ...{ id: 13, axis: "key", target: "global", unit: "requests", window: "daily", mode: "calendar" },
        ...{ state: "block", cap: null, boost: "0", used: null, held: null, left: null },
        ...{ resets_at: null, source: "key", enforcement: "balanced" },
      },
    ],
  });
});

test("calls in flight are held, and the numbers are those of readQuotas", async () => {
  const scene = open({ limits: [buildLimit({ modelGroupId: 9 })] });
  const calls = [await scene.call(), await scene.call()];
  const during = await scene.usage();
  const [item] = (await scene.read()).items;
  expect(item?.held).toBeGreaterThan(0);
  const dollars = (nano: number | null | undefined) => String((nano ?? 0) / 1_000_000_000);
  expect(during.json.limits[0]).toMatchObject({ used: "0", held: dollars(item?.held), left: dollars(item?.left) });
  await scene.finish();
  await Promise.all(calls.map(({ handled }) => handled));
  expect((await scene.usage()).json.limits[0]).toMatchObject({ used: "0.0015", held: "0", left: "4.9985" });
});

test("a key over its quota is answered, and reading costs and counts nothing", async () => {
  const scene = open({ limits: [buildLimit({ unit: "requests", amount: 1 })] });
  const call = await scene.call();
  await scene.finish();
  await call.handled;
  const refused = await scene.call();
  expect(refused.answer.status).toBe(429);
  for (let reading = 0; reading < 3; reading++) {
    const { status, json } = await scene.usage();
    expect([status, json.limits[0]]).toEqual([200, expect.objectContaining({ cap: "1", used: "1", left: "0" })]);
  }
  expect(scene.left.entries).toHaveLength(1);
});

test("while the counters do not answer it is the ledger that is read", async () => {
  const silent = (store: QuotaStore): QuotaStore => ({ ...store, peek: () => Promise.reject(new Error("no answer")) });
  const scene = open({ limits: [buildLimit({ unit: "requests", amount: 3 })], store: silent });
  const call = await scene.call();
  await scene.finish();
  await call.handled;
  const { status, json } = await scene.usage();
  expect([status, json.source]).toEqual([200, "ledger"]);
  expect(json.limits[0]).toMatchObject({ cap: "3", used: "1", held: null, left: "2" });
});

test("when neither counters nor ledger answer it is told apart from an empty account", async () => {
  const scene = open({ limits: [buildLimit()] });
  const down = () => Promise.reject(new Error("down"));
  const store = { ...buildQuotaStore(scene.clock), peek: down };
  const { now } = buildQuota({ clock: scene.clock, store });
  const readUsage = createUsageReader({
    ...{ plans: scene.deps.limitPlans, config: scene.deps.config, versionOf: (version: number) => version },
    quotas: { store, history: { read: down }, now, onFault() {} },
  });
  const { reply, answer } = recordingReply();
  await createGateway({ ...scene.deps, readUsage }).handle(
    buildRequest({ method: "GET", path: "/v1/usage", headers: { authorization: `Bearer ${TEST_KEY}` } }),
    reply,
  );
  expect([answer.status, answer.headers["x-sluice-code"]]).toEqual([503, "limits_unavailable"]);
});

test("an unknown key is refused", async () => {
  const scene = open({ limits: [] });
  expect((await scene.usage("sk-sluice-nobody")).status).toBe(401);
});
