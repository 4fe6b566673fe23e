import { buildAuthSnapshot, buildChannel, TEST_KEY } from "@test/build-deps";
import { fakeClock } from "@test/fake-clock";
import { type GatewayScene, type OpenGateway, openGateway } from "@test/open-gateway";
import { describe, expect, test } from "vitest";
import type { LimitedChannel } from "@/core/channels/channel-slots";
import { judgeReply } from "@/core/channels/judge-attempt";
import { type ChannelLimiter, NO_LIMITER } from "@/core/channels/limiter";
import type { Decision } from "@/core/decision";
import { memoryChannelRates } from "@/stores/memory/channel-rates";

const OTHER_KEY = `${TEST_KEY.slice(0, -1)}x`;
const KEYS = {
  [TEST_KEY]: buildAuthSnapshot(),
  [OTHER_KEY]: buildAuthSnapshot({ userId: 8, keyId: 9 }),
};

const queue = (capacity: number, queueSize: number, queueTimeoutMs: number): ChannelLimiter => ({
  ...{ mode: "queue", capacity, queueSize, queueTimeoutMs, maxWaitingPerKey: null },
});
const simple = (mode: "observe" | "reject", capacity: number): ChannelLimiter => ({ ...NO_LIMITER, mode, capacity });

const channel = (id: number, limiter: ChannelLimiter, given: Partial<ReturnType<typeof buildChannel>> = {}) =>
  buildChannel({ id, name: `secret-${id}`, baseUrl: `http://127.0.0.1:${id}`, limiter, ...given });

/** A gateway whose upstream takes a second, with what runs there at once. */
function open(channels: readonly ReturnType<typeof channel>[], scene: GatewayScene = {}) {
  return openGateway({ channels, keys: KEYS, answer: () => ({ latencyMs: 1_000 }), ...scene });
}

/** Sends calls at once and lets all of them end: status, code, ms it took. */
async function together(scene: OpenGateway, count: number) {
  const startedAt = scene.clock.now();
  const calls = Array.from({ length: count }, () => scene.send());
  await scene.finish();
  return calls.map(({ answer }) => ({
    code: answer.status === 200 ? "ok" : (answer.headers["x-sluice-code"] ?? ""),
    ms: (answer.endedAt ?? 0) - startedAt,
    answer,
  }));
}

const tally = (calls: readonly { readonly code: string }[]) =>
  Object.fromEntries([...Map.groupBy(calls, ({ code }) => code)].map(([code, list]) => [code, list.length]));
const loads = async (scene: OpenGateway, ids: readonly number[]) =>
  (await scene.deps.slots.stats(ids)).map(({ inFlight, waiting }) => [inFlight, waiting]);

test("eight calls at two places, a queue of three and 1.5 s of waiting: 4 served, 1 timed out, 3 refused at once", async () => {
  const scene = open([channel(1, queue(2, 3, 1_500))]);
  const calls = await together(scene, 8);
  expect(tally(calls)).toEqual({ ok: 4, channel_queue_timeout: 1, channel_queue_full: 3 });
  for (const { code, ms } of calls) {
    if (code === "channel_queue_timeout") expect(ms).toBeGreaterThanOrEqual(1_500);
    if (code === "channel_queue_timeout") expect(ms).toBeLessThanOrEqual(1_550);
    if (code === "channel_queue_full") expect(ms).toBeLessThan(100);
  }
  expect(scene.upstream.most).toBe(2);
  expect(await loads(scene, [1])).toEqual([[0, 0]]);
});

test("what is refused here costs nothing, is on record, and says nothing of the channel", async () => {
  const scene = open([channel(1, queue(1, 1, 1_500))]);
  const calls = await together(scene, 5);
  const refused = calls.filter(({ code }) => code === "channel_queue_full");
  expect(refused).toHaveLength(3);
  expect(scene.left.entries).toHaveLength(2);
  expect(scene.left.denials.map(({ code }) => code)).toEqual(Array(3).fill("channel_queue_full"));
  for (const { answer } of refused) {
    expect(answer.status).toBe(429);
    expect(Number(answer.headers["retry-after"])).toBeGreaterThanOrEqual(1);
    expect(Number(answer.headers["retry-after"])).toBeLessThanOrEqual(30);
    expect(Number(answer.headers["retry-after-ms"])).toBeGreaterThanOrEqual(500);
    expect(answer.headers["x-should-retry"]).toBeUndefined();
    expect(JSON.stringify([answer.headers, answer.body])).not.toMatch(/secret-1|127\.0\.0\.1/);
  }
  const [known] = scene.deps.config.current().channels;
  expect(known && scene.deps.health.facts(known)).toMatchObject({ trippedUntil: 0, recent: { failures: 0 } });
});

test("observe lets all pass and counts them; reject refuses what is above the capacity", async () => {
  const observed = open([channel(1, simple("observe", 2))]);
  expect(tally(await together(observed, 10))).toEqual({ ok: 10 });
  expect(observed.upstream.most).toBe(10);
  const rejecting = open([channel(1, simple("reject", 2))]);
  expect(tally(await together(rejecting, 5))).toEqual({ ok: 2, channel_queue_full: 3 });
});

describe("where a call goes whose best channel is full", () => {
  const first = (overflow: "spill" | "group" | "stay", limiter = queue(1, 5, 5_000)) =>
    channel(1, limiter, { priority: 0, overflow });
  const second = channel(2, NO_LIMITER, { priority: 1 });

  test.each([
    ["spill", 1_000, [1, 1]],
    ["group", 2_000, [2, 0]],
    ["stay", 2_000, [2, 0]],
  ] as const)("%s", async (overflow, ms, served) => {
    const scene = open([first(overflow), second]);
    const calls = await together(scene, 2);
    expect(tally(calls)).toEqual({ ok: 2 });
    expect(Math.max(...calls.map((call) => call.ms))).toBeLessThanOrEqual(ms + 40);
    expect([1, 2].map((id) => scene.left.entries.filter(({ channelId }) => channelId === id).length)).toEqual(served);
  });

  test("stay with a full queue goes on", async () => {
    const scene = open([first("stay", queue(1, 1, 5_000)), second]);
    expect(tally(await together(scene, 3))).toEqual({ ok: 3 });
    expect(scene.left.entries.filter(({ channelId }) => channelId === 2)).toHaveLength(1);
  });
});

describe("a channel with a budget of its own", () => {
  test("of five requests a minute serves five of twenty; the others are told when to come again", async () => {
    const scene = open([channel(1, NO_LIMITER, { rpm: 5 })]);
    const calls = await together(scene, 20);
    expect(tally(calls)).toEqual({ ok: 5, channel_rate_limited: 15 });
    for (const { code, answer } of calls) {
      if (code !== "channel_rate_limited") continue;
      expect(answer.status).toBe(429);
      expect(answer.headers["retry-after"]).toBe("60");
    }
    expect(scene.left.denials).toHaveLength(15);
    expect(await loads(scene, [1])).toEqual([[0, 0]]);
    await scene.pass(60_000);
    expect((await scene.one()).status).toBe(200);
  });

  test("leaves what it has no room for to its peers", async () => {
    const scene = open([channel(1, queue(5, 5, 1_000), { rpm: 2 }), channel(2, NO_LIMITER, { priority: 1 })]);
    expect(tally(await together(scene, 6))).toEqual({ ok: 6 });
    expect(scene.left.entries.filter(({ channelId }) => channelId === 1)).toHaveLength(2);
  });

  test("of tokens reserves what a call should use, and puts it right when the call has ended", async () => {
    const scene = open([channel(1, NO_LIMITER, { tpm: 250 })]);
    const spent = () => scene.deps.rates.counts(1);
    const first = scene.send({ maxTokens: 200 });
    await scene.pass(100);
    expect(spent()).toEqual({ rpmUsed: 0, tpmUsed: 225 });
    expect((await scene.one({ maxTokens: 200 })).headers["x-sluice-code"]).toBe("channel_rate_limited");
    await scene.finish();
    expect([first.answer.status, spent()]).toEqual([200, { rpmUsed: 0, tpmUsed: 150 }]);
  });

  test("is charged nothing for a call that was refused after its wait", async () => {
    const scene = open([channel(1, queue(1, 1, 5_000), { rpm: 5, tpm: 1_000 })]);
    scene.send({ key: OTHER_KEY });
    await scene.pass(100);
    scene.send();
    await scene.pass(100);
    scene.change({ keyEnabled: false });
    await scene.finish();
    expect(scene.deps.rates.counts(1)).toEqual({ rpmUsed: 1, tpmUsed: 150 });
  });

  test("lets nobody wait for it once its minute is used up", async () => {
    const scene = open([channel(1, queue(1, 5, 30_000), { rpm: 1 })]);
    const calls = await together(scene, 3);
    expect(tally(calls)).toEqual({ ok: 1, channel_rate_limited: 2 });
    expect(Math.max(...calls.slice(1).map(({ ms }) => ms))).toBeLessThan(100);
  });

  test("has one queue wait: with nothing left after it the call asks the others without waiting", async () => {
    const limiter = queue(1, 5, 5_000);
    const clock = fakeClock();
    const scene = open([channel(1, limiter, { rpm: 1 }), channel(2, limiter, { priority: 1 })], {
      clock,
      // As where the count is another process': only the store itself refuses.
      rates: { ...memoryChannelRates({ clock }), usedUpForMs: () => 0 },
      answer: ({ url }) => ({ latencyMs: url.includes("127.0.0.1:2") ? 3_000 : 1_000 }),
    });
    const calls = await together(scene, 3);
    expect(tally(calls)).toEqual({ ok: 2, channel_rate_limited: 1 });
    expect(calls[2]?.ms).toBeLessThan(1_100);
    expect(await loads(scene, [1, 2])).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
});

test("the score of a channel falls as its own budget is used", async () => {
  const random = () => 0.6;
  const channels = [channel(1, NO_LIMITER, { rpm: 10 }), channel(2, NO_LIMITER)];
  const scene = open(channels, { random });
  for (let call = 0; call < 6; call++) await scene.one();
  const served = [1, 2].map((id) => scene.left.entries.filter(({ channelId }) => channelId === id).length);
  expect(served).toEqual([0, 6]);
  const early = open(channels, { random: () => 0.3 });
  for (let call = 0; call < 9; call++) await early.one();
  expect(early.left.entries.filter(({ channelId }) => channelId === 1).length).toBe(6);
});

describe("what was weighed", () => {
  const decisions = ({ left }: OpenGateway) => left.requests.map(({ decision }) => decision as Decision);

  test("is kept with a request: every candidate with its scores, its band or why it was left out, for each attempt", async () => {
    const given = [channel(1, queue(2, 2, 5_000)), channel(2, NO_LIMITER, { rpm: 4 }), channel(3, NO_LIMITER)];
    const answer: GatewayScene["answer"] = ({ url }) => (url.includes("127.0.0.1:1/") ? { status: 500 } : {});
    const scene = open(given, { answer });
    await scene.one();
    scene.deps.health.ended({
      channel: channel(3, NO_LIMITER),
      ...{ model: "gpt-4o", verdict: judgeReply(429, false), isAnswered: true, credentialId: 1, probe: null },
      ...{ headers: { "retry-after": "60" }, rules: { defaultMs: 0, maxMs: 900_000 } },
    });
    await scene.one();
    const [first, second] = decisions(scene);
    const idle = { channelId: 3, band: "free" };
    expect(first?.channels).toEqual([
      { candidates: [{ channelId: 1, band: "free" }, { channelId: 2, band: "free" }, idle], chosen: 1 },
      { candidates: [{ channelId: 1, excluded: "tried" }, { channelId: 2, band: "free" }, idle], chosen: 2 },
    ]);
    expect(second?.channels?.[0]?.candidates).toEqual([
      { channelId: 1, band: "free" },
      { channelId: 2, rateScore: 75, concurrencyScore: 100, score: 75, band: "free" },
      { channelId: 3, excluded: "cooling" },
    ]);
  });

  test("is kept with a denial, with what each limiter said", async () => {
    const given = [channel(1, queue(1, 1, 500)), channel(2, simple("reject", 1)), channel(3, NO_LIMITER, { rpm: 1 })];
    const scene = open(given);
    await together(scene, 5);
    const weighed = scene.left.denials.map(({ decision }) => (decision as Decision).channels?.[0]);
    const [full] = weighed;
    expect(full?.chosen).toBeNull();
    expect(full?.candidates).toMatchObject([
      { channelId: 1, band: "busy", score: 30, refused: "queue", waiting: 1, capacity: 1 },
      { channelId: 2, band: "busy", score: null, refused: "capacity", capacity: 1 },
      { channelId: 3, score: null, rateScore: null, refused: "rate_limited" },
    ]);
    expect(weighed.at(-1)?.candidates[0]).toMatchObject({ refused: "timeout", waitedMs: 500 });
    expect(weighed.at(-1)?.waitedMs).toBe(500);
  });
});

describe("a change of the limiter", () => {
  const configure = (scene: OpenGateway, channels: readonly LimitedChannel[], version: number) =>
    scene.deps.slots.configure(channels, version);
  const one = (limiter: ChannelLimiter, isOpen = true): LimitedChannel => ({ id: 1, isOpen, limiter });

  test("from queue to observe starts all who wait", async () => {
    const scene = open([channel(1, queue(1, 10, 60_000))]);
    for (let call = 0; call < 6; call++) scene.send();
    await scene.pass(100);
    expect(await loads(scene, [1])).toEqual([[1, 5]]);
    configure(scene, [one(simple("observe", 1))], 2);
    expect(await loads(scene, [1])).toEqual([[6, 0]]);
    await scene.finish();
    expect(scene.upstream.most).toBe(6);
  });

  test("from off counts what runs already: nothing starts until there is room", async () => {
    const ends = [1_000, 2_000, 3_000, 4_000, 5_000];
    const scene = open([channel(1, NO_LIMITER)], { answer: (_, index) => ({ latencyMs: ends[index] ?? 1_000 }) });
    for (let call = 0; call < 5; call++) scene.send();
    await scene.pass(100);
    configure(scene, [one(queue(2, 1, 10_000))], 2);
    const waiting = scene.send();
    await scene.pass(3_700);
    expect([await loads(scene, [1]), scene.upstream.sent]).toEqual([[[2, 1]], 5]);
    await scene.pass(400);
    expect([await loads(scene, [1]), scene.upstream.sent]).toEqual([[[2, 0]], 6]);
    await scene.finish();
    expect(waiting.answer.status).toBe(200);
  });

  test("that closes a channel sends those who wait to its peer", async () => {
    const scene = open([
      channel(1, queue(1, 10, 60_000), { overflow: "stay" }),
      channel(2, NO_LIMITER, { priority: 1 }),
    ]);
    const calls = Array.from({ length: 4 }, () => scene.send());
    await scene.pass(100);
    expect(await loads(scene, [1])).toEqual([[1, 3]]);
    configure(scene, [one(queue(1, 10, 60_000), false), { id: 2, isOpen: true, limiter: NO_LIMITER }], 2);
    await scene.finish();
    expect(calls.map(({ answer }) => answer.status)).toEqual([200, 200, 200, 200]);
    expect(scene.left.entries.filter(({ channelId }) => channelId === 2)).toHaveLength(3);
  });

  test("that is none, twenty times with one of one in flight, lets nobody else in", async () => {
    const scene = open([channel(1, queue(1, 10, 60_000))]);
    scene.send();
    const second = scene.send();
    for (let version = 2; version < 22; version++) {
      await scene.pass(40);
      configure(scene, [one(queue(1, 10, 60_000))], version);
    }
    expect([await loads(scene, [1]), scene.upstream.sent]).toEqual([[[1, 1]], 1]);
    await scene.finish();
    expect([second.answer.status, scene.upstream.most]).toEqual([200, 1]);
  });
});

test("100 local refusals leave no trace but 100 denials", async () => {
  const answer = () => ({ latencyMs: 10_000 });
  const scene = open([channel(1, simple("reject", 1), { rpm: 50, tpm: 50_000 })], { answer });
  scene.send();
  await scene.pass(20);
  const [known] = scene.deps.config.current().channels;
  if (known === undefined) throw new Error("no channel");
  const state = async () => ({
    rates: scene.deps.rates.counts(1),
    facts: scene.deps.health.facts(known),
    standing: scene.deps.health.standing(known, "gpt-4o"),
    loads: await loads(scene, [1]),
    sent: scene.upstream.sent,
    entries: scene.left.entries.length,
    running: scene.quota.book.running().length,
    counters: await scene.counters(),
  });
  const before = await state();
  const refused = Array.from({ length: 100 }, () => scene.send().answer);
  await scene.pass(100);
  expect(new Set(refused.map(({ headers }) => headers["x-sluice-code"]))).toEqual(new Set(["channel_queue_full"]));
  expect(await state()).toEqual(before);
  expect(scene.left.denials).toHaveLength(100);
  await scene.finish();
});

test("a local refusal with a hint cools nobody", async () => {
  const scene = open([channel(1, simple("reject", 1))]);
  const [, second] = await together(scene, 2);
  expect(second?.answer.headers["retry-after"]).toBeDefined();
  expect((await scene.one()).status).toBe(200);
});

test("a reply tells how long its call waited for a channel, if it did", async () => {
  const scene = open([channel(1, queue(1, 2, 1_500))]);
  const calls = await together(scene, 3);
  const waited = calls.map(({ answer }) => answer.headers["x-sluice-queue-ms"]);
  expect(tally(calls)).toEqual({ ok: 2, channel_queue_timeout: 1 });
  expect(waited[0]).toBeUndefined();
  expect(Number(waited[1])).toBeGreaterThanOrEqual(1_000);
  expect(Number(waited[1])).toBeLessThan(1_100);
  expect(Number(waited[2])).toBe(1_500);
});

test("50 refusals of the upstreams with every retry leave nothing in flight", async () => {
  const limiter = queue(5, 100, 10_000);
  const scene = open([channel(1, limiter), channel(2, limiter)], { answer: () => ({ latencyMs: 20, status: 429 }) });
  const calls = await together(scene, 50);
  expect(calls.every(({ answer }) => answer.status === 429)).toBe(true);
  expect(scene.upstream.sent).toBe(100);
  expect(await loads(scene, [1, 2])).toEqual([
    [0, 0],
    [0, 0],
  ]);
});

test("a client that leaves while it waits frees its place, and nothing is sent for it", async () => {
  const scene = open([channel(1, queue(1, 1, 5_000))]);
  scene.send();
  await scene.pass(100);
  const waiting = scene.send();
  await scene.pass(100);
  expect(await loads(scene, [1])).toEqual([[1, 1]]);
  waiting.answer.leave();
  await scene.pass(40);
  expect(await loads(scene, [1])).toEqual([[1, 0]]);
  const next = scene.send();
  await scene.finish();
  expect([next.answer.status, scene.upstream.sent]).toEqual([200, 2]);
  expect(scene.quota.book.running()).toEqual([]);
});

test("a key that is disabled while its call waits is refused, and nothing is sent or charged", async () => {
  const scene = open([channel(1, queue(1, 1, 5_000))]);
  scene.send({ key: OTHER_KEY });
  await scene.pass(100);
  const waiting = scene.send();
  await scene.pass(100);
  scene.change({ keyEnabled: false });
  await scene.finish();
  expect([waiting.answer.status, waiting.answer.headers["x-sluice-code"]]).toEqual([401, "key_disabled"]);
  expect(scene.left.entries).toHaveLength(1);
  expect(await loads(scene, [1])).toEqual([[0, 0]]);
});

test("an edit that leaves the limiter alone keeps the counts; capacity down drains, capacity up wakes all who wait", async () => {
  const scene = open([channel(1, queue(4, 10, 60_000))]);
  const configure = (limiter: ChannelLimiter, version: number) =>
    scene.deps.slots.configure([{ id: 1, isOpen: true, limiter }], version);
  for (let call = 0; call < 4; call++) scene.send();
  await scene.pass(100);
  configure(queue(4, 10, 60_000), 2);
  configure(queue(2, 10, 60_000), 3);
  for (let call = 0; call < 3; call++) scene.send();
  await scene.pass(100);
  expect(await loads(scene, [1])).toEqual([[4, 3]]);
  await scene.pass(900);
  expect(await loads(scene, [1])).toEqual([[2, 1]]);
  configure(queue(4, 10, 60_000), 4);
  configure(queue(1, 10, 60_000), 2);
  expect(await loads(scene, [1])).toEqual([[3, 0]]);
  await scene.finish();
  expect(scene.upstream.sent).toBe(7);
});
