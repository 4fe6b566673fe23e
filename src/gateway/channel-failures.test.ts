import type { UpstreamAnswer } from "@test/answering-upstream";
import { buildAuthSnapshot, buildChannel, TEST_KEY } from "@test/build-deps";
import { type GatewayScene, type OpenGateway, openGateway, type SentCall } from "@test/open-gateway";
import { seededRandom } from "@test/seeded-random";
import { describe, expect, test } from "vitest";
import type { ChannelSnapshot } from "@/core/channels/channel";
import type { ChannelLimiter } from "@/core/channels/limiter";

const OTHER_KEY = `${TEST_KEY.slice(0, -1)}x`;
const STREAM: SentCall = { fields: { stream: true } };
const DATA = 'data: {"choices":[{"delta":{"content":"hi"}}]}\n\n';
const DONE = "data: [DONE]\n\n";
const FAILED = 'data: {"error":{"message":"own words","type":"server_error"}}\n\n';

const queue = (capacity: number, queueSize: number, queueTimeoutMs: number): ChannelLimiter => ({
  ...{ mode: "queue", capacity, queueSize, queueTimeoutMs, maxWaitingPerKey: null },
});
const streamOf = (texts: readonly string[], afterMs = 200): NonNullable<UpstreamAnswer["events"]> =>
  texts.map((text) => ({ afterMs, text }));
const channelOf = (url: string) => Number(/127\.0\.0\.(\d+)/.exec(url)?.[1]);

/** Channel 1 is preferred to channel 2, and so on; channel `n` is the host `127.0.0.n`. */
function open(count: number, given: Partial<ChannelSnapshot>, scene: Partial<GatewayScene>) {
  const channels = Array.from({ length: count }, (_, index) =>
    buildChannel({ id: index + 1, baseUrl: `http://127.0.0.${index + 1}:1`, priority: index, ...given }),
  );
  const keys = { [TEST_KEY]: buildAuthSnapshot(), [OTHER_KEY]: buildAuthSnapshot({ userId: 8, keyId: 9 }) };
  return openGateway({ channels, keys, ...scene });
}

const loads = async ({ deps }: OpenGateway, ids: readonly number[]) =>
  (await deps.slots.stats(ids)).map(({ inFlight, waiting }) => [inFlight, waiting]);

/** Nothing of any call is left. */
async function expectNothingLeft(scene: OpenGateway, ids: readonly number[]) {
  expect(await loads(scene, ids)).toEqual(ids.map(() => [0, 0]));
  expect(scene.quota.book.running()).toEqual([]);
  expect([scene.upstream.open, scene.gateway.inflight(), scene.left.inflight]).toEqual([0, 0, 0]);
}

describe("a stream", () => {
  test("that begins with an error is served by the next channel, as one clean stream", async () => {
    const scene = open(
      2,
      {},
      { answer: ({ url }) => ({ events: streamOf(channelOf(url) === 1 ? [FAILED] : [DATA, DONE]) }) },
    );
    const { status, body } = await scene.one(STREAM);
    expect([status, body, scene.upstream.sent]).toEqual([200, `${DATA}${DONE}`, 2]);
  });

  test("that fails with its second event tells so inside, and no other channel is asked", async () => {
    const scene = open(2, {}, { answer: () => ({ events: streamOf([DATA, FAILED]) }) });
    const { status, body } = await scene.one(STREAM);
    expect([status, body, scene.upstream.sent]).toEqual([200, `${DATA}${FAILED}`, 1]);
    expect(scene.left.requests).toMatchObject([{ outcome: "upstream_error" }]);
  });

  test("that breaks off ends with an error event, and no other channel is asked", async () => {
    const scene = open(2, {}, { answer: () => ({ events: streamOf([DATA]), fault: "upstream_truncated" }) });
    const { body } = await scene.one(STREAM);
    expect(body.startsWith(DATA)).toBe(true);
    expect(body).toContain('"code":"upstream_truncated"');
    expect(scene.upstream.sent).toBe(1);
  });
});

test("the deadline ends a call that hangs at its first channel, and one that queues at the next", async () => {
  const settings = { requestDeadlineMs: 2_000 };
  const hanging = open(2, {}, { settings, answer: () => ({ latencyMs: 60_000 }) });
  const limiter = queue(1, 5, 60_000);
  const waiting = open(
    2,
    { limiter },
    {
      settings,
      answer: ({ url }) =>
        channelOf(url) === 1 ? { latencyMs: 500, fault: "upstream_timeout" } : { latencyMs: 10_000 },
    },
  );
  const held = waiting.deps.slots.tryAcquire(2);
  for (const scene of [hanging, waiting]) {
    const startedAt = scene.clock.now();
    const answer = await scene.one();
    expect([answer.status, answer.headers["x-sluice-code"]]).toEqual([504, "request_deadline"]);
    const ms = (answer.endedAt ?? 0) - startedAt;
    expect(ms).toBeGreaterThanOrEqual(2_000);
    expect(ms).toBeLessThanOrEqual(2_150);
    expect(scene.upstream.sent).toBe(1);
  }
  if (!(held instanceof Promise) && held.kind === "granted") held.slot.release();
  await expectNothingLeft(hanging, [1, 2]);
  await expectNothingLeft(waiting, [1, 2]);
});

describe("a client that leaves", () => {
  // The slot is taken for 1 s, then the call is sent; its first byte comes after 500 ms, its five events every 200 ms.
  const moments = [
    ...([100, 500, 900] as const).map((ms) => ["queued", ms] as const),
    ...([1_040, 1_300, 1_460] as const).map((ms) => ["sent", ms] as const),
    ...([1_600, 1_800, 2_200, 2_420] as const).map((ms) => ["streamed", ms] as const),
  ];
  const events = streamOf([DATA, DATA, DATA, DATA, DONE]);
  const answer: GatewayScene["answer"] = (_request, index) =>
    index === 0 ? { latencyMs: 1_000 } : { latencyMs: 500, events };

  test.each(moments)("while its call is %s, after %i ms, frees what it had at the right time", async (stage, ms) => {
    for (const onDisconnect of ["drain", "abort"] as const) {
      const scene = open(1, { limiter: queue(1, 5, 60_000), onDisconnect }, { answer });
      scene.send({ key: OTHER_KEY });
      await scene.pass(20);
      const call = scene.send(STREAM);
      await scene.pass(ms - 20);
      expect(await loads(scene, [1])).toEqual([[1, stage === "queued" ? 1 : 0]]);
      call.answer.leave();
      await scene.pass(40);
      const isHeld = stage === "queued" || onDisconnect === "drain";
      expect(await loads(scene, [1])).toEqual([[isHeld ? 1 : 0, 0]]);
      expect(scene.upstream.sent).toBe(stage === "queued" ? 1 : 2);
      await scene.finish();
      await expectNothingLeft(scene, [1]);
      const own = scene.left.entries.filter(({ keyId }) => keyId !== 9);
      expect(own.map(({ outcome }) => outcome)).toEqual(stage === "queued" ? [] : ["client_aborted"]);
    }
  });
});

test.each(Array.from({ length: 12 }, (_, seed) => seed))(
  "50 calls over failures, resets and clients that leave at random leave nothing behind (seed %i)",
  async (seed) => {
    const draw = seededRandom(seed);
    const answers = (): UpstreamAnswer => {
      const latencyMs = 20 * draw(20);
      switch (draw(6)) {
        case 0:
          return { latencyMs, status: 500 };
        case 1:
          return { latencyMs, fault: "upstream_unreachable" };
        case 2:
          return { latencyMs, events: streamOf([DATA, DATA], 60), fault: "upstream_truncated" };
        case 3:
          return { latencyMs, events: streamOf([FAILED], 60) };
        case 4:
          return { latencyMs, events: streamOf([DATA, DATA, DONE], 60) };
        default:
          return { latencyMs };
      }
    };
    const breaker = { enabled: false, failures: 5, ratioPct: 50, minAttempts: 10, openMs: 30_000 };
    const scene = open(2, { limiter: queue(5, 100, 10_000), breaker }, { answer: answers });
    const calls = Array.from({ length: 50 }, () => scene.send(STREAM));
    for (const { answer } of calls) if (draw(3) === 0) scene.clock.after(20 * draw(60), () => answer.leave());
    await scene.finish();
    await Promise.all(calls.map(({ handled }) => handled));
    await scene.pass(2_000);
    expect(scene.upstream.most).toBeLessThanOrEqual(10);
    await expectNothingLeft(scene, [1, 2]);
    expect(scene.journal.settled).toHaveLength(50);
  },
);
