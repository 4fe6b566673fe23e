import { buildAuthSnapshot, buildChannel, TEST_KEY } from "@test/build-deps";
import { buildLimit } from "@test/build-quota";
import { buildPriceRow } from "@test/build-usage";
import { burst, type GatewayScene, type OpenGateway, openGateway } from "@test/open-gateway";
import { describe, expect, test } from "vitest";
import { expandDecision } from "@/core/limit-lines";
import type { LimitRow } from "@/core/quota/limit";

const USD = 1_000_000_000;
const CENT = USD / 100;
const COST = 750_000;
const GROUP = { id: 4, name: "frontier", slug: "frontier" };
const GROUPS = { "gpt-4o": GROUP };
const OTHER_KEY = `${TEST_KEY.slice(0, -1)}x`;

const quick = () => ({ latencyMs: 20 });
const withLimits = (limits: readonly LimitRow[], scene: GatewayScene = {}) =>
  openGateway({ answer: quick, modelGroups: GROUPS, ...scene, snapshot: { limits, ...scene.snapshot } });

/** Sends calls one after the other; the codes of the refused ones. */
async function inTurn(scene: OpenGateway, count: number, call: Parameters<OpenGateway["one"]>[0] = {}) {
  const codes: string[] = [];
  for (let index = 0; index < count; index++) {
    const { status, headers } = await scene.one(call);
    if (status !== 200) codes.push(headers["x-sluice-code"] ?? "");
  }
  return { served: count - codes.length, codes: [...new Set(codes)] };
}

describe("the split by model group (quota.md Q8)", () => {
  test("with a row for the group its spend leaves the global limit alone, and without the row it counts there", async () => {
    const global = buildLimit({ id: 1, amount: USD });
    const own = buildLimit({ id: 2, amount: USD, modelGroupId: GROUP.id });
    const scene = withLimits([global, own]);
    await inTurn(scene, 3);
    const found = async () => (await scene.counters()).map(({ settled, ledger }) => [settled, ledger]);
    expect(await found()).toEqual([
      [0, 0],
      [3 * COST, 3 * COST],
    ]);
    expect(scene.left.entries[0]).toMatchObject({ countedInUserGlobal: false, countedInKeyGlobal: true });
    scene.change({ limits: [global] });
    await inTurn(scene, 2);
    expect(await found()).toEqual([[2 * COST, 2 * COST]]);
    await scene.quota.bring.rebuild(bringOf(scene, [global]));
    expect(await found()).toEqual([[2 * COST, 2 * COST]]);
  });

  test("each user of a group has the group's amount for itself", async () => {
    const limits = [buildLimit({ amount: CENT, subjectType: "user_group", subjectId: 1, modelGroupId: GROUP.id })];
    const userGroups = [{ id: 1, name: "team", joinedVersion: 1, costMultiplierPpm: null }];
    const scene = openGateway({
      answer: quick,
      modelGroups: GROUPS,
      keys: {
        [TEST_KEY]: buildAuthSnapshot({ limits, userGroups }),
        [OTHER_KEY]: buildAuthSnapshot({ limits, userGroups, userId: 8, keyId: 9 }),
      },
    });
    expect(await inTurn(scene, 20)).toEqual({ served: 13, codes: ["limit_too_small"] });
    expect(await inTurn(scene, 20, { key: OTHER_KEY })).toEqual({ served: 13, codes: ["limit_too_small"] });
  });

  test.each([
    ["true, true", [], true, true],
    ["false, true", ["user"], false, true],
    ["true, false", ["key"], true, false],
    ["false, false", ["user", "key"], false, false],
  ] as const)("rows, and counters after a rebuild, agree on the flags %s", async (...[_name, split, user, key]) => {
    const limits = (["user", "key"] as const).flatMap((subjectType, index) => {
      const row = { subjectType, subjectId: subjectType === "user" ? 7 : 3, amount: USD };
      const global = buildLimit({ ...row, id: index * 2 + 1 });
      const own = buildLimit({ ...row, id: index * 2 + 2, modelGroupId: GROUP.id });
      return split.some((axis) => axis === subjectType) ? [global, own] : [global];
    });
    const scene = withLimits(limits);
    await inTurn(scene, 2);
    expect(scene.left.entries[0]).toMatchObject({ countedInUserGlobal: user, countedInKeyGlobal: key });
    const before = await scene.counters();
    expect(before.filter(({ settled }) => settled === 2 * COST)).toHaveLength(2);
    for (const { settled, ledger } of before) expect(settled).toBe(ledger);
    await scene.quota.bring.rebuild(bringOf(scene, limits));
    expect(await scene.counters()).toEqual(before);
  });
});

describe("without limits of model groups (quota.md test 48)", () => {
  test("50 replies are those of a gateway without the rows, byte for byte, and a block is inert", async () => {
    const global = buildLimit({ id: 1, amount: 3 * CENT });
    const rows = [
      buildLimit({ id: 2, amount: CENT, modelGroupId: GROUP.id }),
      buildLimit({ id: 3, modelGroupId: GROUP.id, unit: "tokens", state: "block", amount: null }),
    ];
    const settings = { modelGroupLimits: false };
    const replies = [];
    for (const limits of [[global, ...rows], [global]]) {
      const scene = withLimits(limits, { settings });
      const answers = [];
      for (let index = 0; index < 50; index++) answers.push(masked(await scene.one()));
      replies.push(answers);
      expect(scene.left.entries[0]).toMatchObject({ modelGroupId: GROUP.id, countedInUserGlobal: true });
    }
    expect(replies[0]).toEqual(replies[1]);
    expect(new Set(replies[0]?.map(({ status }) => status))).toEqual(new Set([200, 429]));
  });

  test("with them the block refuses", async () => {
    const scene = withLimits([buildLimit({ modelGroupId: GROUP.id, state: "block", amount: null })]);
    expect(await inTurn(scene, 1)).toEqual({ served: 0, codes: ["model_group_blocked"] });
    expect(scene.upstream.sent).toBe(0);
  });
});

describe("refusals (quota.md sections 5 and 9)", () => {
  test.each([
    [40, 16, "limit_too_small"],
    [44, 17, "limit_exceeded"],
  ])(
    "$1 a day and calls of $0.06 that are expected to cost more or less: %d tokens",
    async (...[tokens, served, code]) => {
      const price = buildPriceRow({ model: "gpt-4o", components: { output_text: 1_500_000_000n } });
      const expected = tokens === 40 ? 40 : 26;
      const scene = withLimits([buildLimit({ amount: USD })], {
        prices: [price],
        habitsOf: () => ({ bytesPerToken: 4, expectedOutputTokens: expected }),
        answer: () => ({ usage: { input: 0, output: 40 }, latencyMs: 20 }),
      });
      expect(await inTurn(scene, 20, { maxTokens: tokens })).toEqual({ served, codes: [code] });
    },
  );

  const said = { maxOutputTokens: null, bytesPerToken: null, expectedOutputTokens: null };
  test.each([
    ["without a maximum, strict", "strict", 1_000, said, 0],
    ["with a maximum, strict", "strict", 1_000, { ...said, maxOutputTokens: 500 }, 1],
    ["with nothing pinned", "balanced", 200, said, 0],
    ["with a pinned output", "balanced", 200, { ...said, expectedOutputTokens: 50 }, 1],
    [
      "with a pinned output and size of tokens",
      "balanced",
      200,
      { ...said, expectedOutputTokens: 50, bytesPerToken: 2 },
      0,
    ],
  ] as const)(
    "a call of 400 bytes to a model %s, %s limit of %d tokens",
    async (...[, enforcement, amount, traits, served]) => {
      const scene = withLimits([buildLimit({ unit: "tokens", amount, enforcement })], { models: { "gpt-4o": traits } });
      const codes = served === 1 ? [] : ["limit_too_small"];
      expect(await inTurn(scene, 1, { bytes: 400, maxTokens: null })).toEqual({ served, codes });
    },
  );

  test("what the upstream counts above the estimate is settled in full and refuses the next", async () => {
    const scene = withLimits([buildLimit({ amount: CENT, enforcement: "strict" })], {
      answer: () => ({ usage: { input: 4_000, output: 500 }, latencyMs: 20 }),
    });
    expect(await inTurn(scene, 3)).toEqual({ served: 1, codes: ["limit_exceeded"] });
    expect(await scene.counters()).toMatchObject([{ settled: 15_000_000, held: 0, worst: 0, ledger: 15_000_000 }]);
  });

  test("a strict limit of the key holds under a balanced one of the user, each with its own bound", async () => {
    const user = buildLimit({ id: 1, amount: 100 * CENT });
    const key = buildLimit({ id: 2, subjectType: "key", subjectId: 3, amount: CENT, enforcement: "strict" });
    const scene = withLimits([user, key], { habitsOf: () => ({ bytesPerToken: 4, expectedOutputTokens: 10 }) });
    const { served } = await burst(scene, { bytes: 80, maxTokens: 100, count: 100, width: 50 });
    expect(served).toBe(12);
    expect(await scene.counters()).toMatchObject([{ settled: 12 * COST }, { settled: 12 * COST }]);
  });

  test("shadow refuses nothing and notes what balanced would refuse", async () => {
    const shadow = withLimits([buildLimit({ amount: CENT, enforcement: "shadow" })]);
    const balanced = withLimits([buildLimit({ amount: CENT })]);
    expect(await inTurn(shadow, 40)).toEqual({ served: 40, codes: [] });
    const { served } = await inTurn(balanced, 40);
    const decisions = shadow.left.requests.map(({ decision }) => JSON.stringify(expandDecision(decision)));
    const noted = decisions.filter((decision) => decision.includes('"wouldDeny"'));
    expect([noted.length, served]).toEqual([27, 13]);
  });

  test("a refused request touches nothing: no channel, no journal, no counter", async () => {
    const scene = withLimits([buildLimit({ amount: 562_499 })]);
    expect(await inTurn(scene, 5)).toEqual({ served: 0, codes: ["limit_too_small"] });
    expect([scene.upstream.sent, scene.journal.frames, scene.left.entries, scene.clock.pending()]).toEqual([
      0,
      [],
      [],
      0,
    ]);
    expect(scene.left.denials).toHaveLength(5);
    expect(await scene.counters()).toMatchObject([{ settled: 0, held: 0, worst: 0 }]);
  });
});

describe("waiting for room (quota.md test 29)", () => {
  const D = { bytes: 400, maxTokens: null };
  const habitsOf = () => ({ bytesPerToken: 4, expectedOutputTokens: 50 });
  const limits = [buildLimit({ amount: CENT })];

  test("20 at once: one in flight, the first 13 served in the order of arrival, 7 too large", async () => {
    const scene = withLimits(limits, { habitsOf, answer: () => ({ latencyMs: 100 }) });
    const sent = Array.from({ length: 20 }, () => scene.send(D));
    await scene.finish();
    const codes = sent.map(({ answer }) => answer.headers["x-sluice-code"] ?? answer.status);
    expect(codes).toEqual([...Array(13).fill(200), ...Array(7).fill("limit_too_small")]);
    const ends = sent.slice(0, 13).map(({ answer }) => answer.endedAt ?? 0);
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
    expect(scene.upstream.most).toBe(1);
  });

  test("behind a slow one the second is refused after 2.0 to 2.3 s, to be retried", async () => {
    const scene = withLimits(limits, { habitsOf, answer: () => ({ latencyMs: 3_000 }) });
    const at = scene.clock.now();
    scene.send(D);
    const second = scene.send(D);
    await scene.finish();
    expect(second.answer.headers["x-sluice-code"]).toBe("limit_contended");
    expect((second.answer.endedAt ?? 0) - at).toBeGreaterThanOrEqual(2_000);
    expect((second.answer.endedAt ?? 0) - at).toBeLessThanOrEqual(2_300);
    expect(Number(second.answer.headers["retry-after"])).toBeGreaterThanOrEqual(2);
    expect(Number(second.answer.headers["retry-after"])).toBeLessThanOrEqual(3);
  });

  test("a client that leaves the line frees its place, and nothing is sent for it", async () => {
    const scene = withLimits(limits, { habitsOf, answer: () => ({ latencyMs: 500 }) });
    const [first, second, third] = [0, 1, 2].map(() => scene.send(D));
    await scene.pass(100);
    expect(scene.quota.waiting()).toBe(2);
    second?.answer.leave();
    await scene.pass(20);
    expect(scene.quota.waiting()).toBe(1);
    await scene.finish();
    expect([first, third].map((sent) => sent?.answer.status)).toEqual([200, 200]);
    expect([scene.upstream.sent, scene.clock.pending()]).toEqual([2, 0]);
    expect(await scene.counters()).toMatchObject([{ settled: 2 * COST, held: 0, worst: 0 }]);
  });

  test("a newcomer for another bucket is not held up", async () => {
    const rows = [...limits, buildLimit({ id: 2, amount: CENT, modelGroupId: GROUP.id })];
    const scene = withLimits(rows, { habitsOf, answer: () => ({ latencyMs: 1_000 }) });
    const [running, waiting] = [0, 1].map(() => scene.send(D));
    await scene.pass(20);
    const other = scene.send({ ...D, model: "claude-sonnet-4-5" });
    await scene.pass(1_100);
    expect([running, other].map((sent) => sent?.answer.status)).toEqual([200, 200]);
    expect(waiting?.answer.status).toBe(0);
    await scene.finish();
    expect(waiting?.answer.status).toBe(200);
  });
});

describe("billing model and failover (quota.md Q58, Q59)", () => {
  const channels = [
    buildChannel({
      id: 1,
      baseUrl: "http://127.0.0.1:1",
      priority: 0,
      models: new Map([["mapped", { name: "mapped", upstream: "mapped" }]]),
    }),
    buildChannel({ id: 2, baseUrl: "http://127.0.0.1:2", priority: 1 }),
  ];
  const exhausted = [buildLimit({ amount: 1, modelGroupId: GROUP.id, unit: "requests" })];
  const failing: GatewayScene["answer"] = ({ url }) =>
    url.startsWith("http://127.0.0.1:1/") ? { status: 500, usage: null, latencyMs: 20 } : { latencyMs: 20 };

  test("upstream: the next channel maps into an exhausted group, so the request ends there with the denial", async () => {
    const scene = withLimits(exhausted, { channels, answer: failing, settings: { billingModel: "upstream" } });
    expect((await scene.one({ model: "gpt-4o" })).status).toBe(200);
    const answer = await scene.one({ model: "mapped" });
    expect([answer.status, answer.headers["x-sluice-code"]]).toEqual([429, "limit_exceeded"]);
    expect(scene.upstream.requests.map(({ url }) => new URL(url).port)).toEqual(["2", "1"]);
    const [denial, ...more] = scene.left.denials;
    expect(denial).toMatchObject({
      code: "limit_exceeded",
      status: 429,
      params: { reason: "exhausted", cap: 1, used: 1 },
    });
    expect(denial?.id).toBe(scene.left.requests[1]?.id);
    expect(more).toEqual([]);
    expect(scene.left.entries[1]).toMatchObject({ channelId: 1, model: "mapped", modelGroupId: null, requests: 1 });
    expect(await scene.counters()).toMatchObject([{ settled: 1, held: 0, worst: 0, ledger: 1 }]);
  });

  test("requested: the requested model's group counts, so it is served by the second channel, in two rows and one settlement", async () => {
    const scene = withLimits(exhausted, { channels, answer: failing });
    await scene.one({ model: "gpt-4o" });
    expect((await scene.one({ model: "mapped" })).status).toBe(200);
    const rows = scene.left.entries
      .slice(1)
      .map(({ attempt, channelId, requests, outcome }) => [...[attempt, channelId, requests, outcome]]);
    expect(rows).toEqual([
      [1, 1, 1, "upstream_error"],
      [2, 2, 0, "ok"],
    ]);
    expect(scene.journal.settled).toHaveLength(2);
    const ceilings = scene.journal.frames.flatMap(({ type, frame }) =>
      type === "ceiling" ? [[frame.attempt, frame.amountNanoUsd]] : [],
    );
    expect(ceilings.slice(1)).toEqual([
      [1, ceilings[0]?.[1]],
      [1, 0],
      [2, ceilings[0]?.[1]],
    ]);
  });

  test("upstream: each attempt has a hold of its own, and all of them end", async () => {
    const limits = [buildLimit({ amount: USD }), buildLimit({ id: 2, amount: 100, unit: "requests" })];
    const scene = withLimits(limits, { channels, answer: failing, settings: { billingModel: "upstream" } });
    expect((await scene.one({ model: "mapped" })).status).toBe(200);
    expect(scene.left.entries.map(({ holdNo, requests, model }) => [holdNo, requests, model])).toEqual([
      [1, 1, "mapped"],
      [2, 0, "gpt-4o"],
    ]);
    expect(await scene.counters()).toMatchObject([
      { settled: COST, held: 0, worst: 0, ledger: COST },
      { settled: 1, held: 0, worst: 0, ledger: 1 },
    ]);
  });
});

describe("what a success tells (quota.md test 53)", () => {
  test("with a limit the headers stand, before the first byte, and count this request", async () => {
    const scene = withLimits([buildLimit({ amount: CENT, modelGroupId: GROUP.id })]);
    const { headers } = await scene.one();
    expect(headers["x-sluice-model-group"]).toBe("frontier");
    expect(headers["x-sluice-limits"]).toContain("rem=0.009437500");
    const twice = await scene.one();
    expect(twice.headers["x-sluice-limits"]).toContain("rem=0.008687500");
  });

  test("without a limit there is none", async () => {
    const scene = withLimits([], { modelGroups: {} });
    const { headers } = await scene.one();
    expect(Object.keys(headers).filter((name) => name.includes("limit") || name.includes("group"))).toEqual([]);
  });
});

/** A reply without what differs by nature. */
function masked({
  status,
  headers,
  body,
}: {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}) {
  const text = JSON.stringify({ status, headers, body });
  return { status, text: text.replace(/req_[0-9a-f]{32}/g, "req") };
}

function bringOf({ deps, clock }: OpenGateway, limits: readonly LimitRow[]) {
  const plan = deps.limitPlans.planOf(buildAuthSnapshot({ limits }), deps.config.current().settings);
  const config = { version: 9, keyId: 3, user: plan.user.fingerprint, key: plan.key.fingerprint };
  return { userId: 7, plan, config, at: clock.now() };
}
