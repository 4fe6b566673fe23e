import { buildChannel } from "@test/build-deps";
import { fakeClock } from "@test/fake-clock";
import { openGateway } from "@test/open-gateway";
import { describe, expect, test } from "vitest";
import type { ChannelRates } from "@/core/channels/channel-rates";
import type { ChannelSlots } from "@/core/channels/channel-slots";
import { fallbackRates } from "@/core/channels/fallback-rates";
import { fallbackSlots } from "@/core/channels/fallback-slots";
import { type ChannelLimiter, NO_LIMITER } from "@/core/channels/limiter";
import { memoryChannelRates } from "@/stores/memory/channel-rates";
import { memoryChannelSlots } from "@/stores/memory/channel-slots";

const QUEUE: ChannelLimiter = {
  ...{ mode: "queue", capacity: 4, queueSize: 2, queueTimeoutMs: 5_000, maxWaitingPerKey: null },
};
const channel = (id: number, limiter: ChannelLimiter) =>
  buildChannel({ id, baseUrl: `http://127.0.0.1:${id}`, limiter });

/** One of two replicas, whose shared slots can be cut off; its upstream takes a second. */
function open(isFailOpen: boolean, channels = [channel(1, QUEUE)]) {
  const clock = fakeClock();
  const store = memoryChannelSlots({ clock, replica: "shared" });
  const state = { isUp: true };
  const asked = async <Reply>(reply: () => Reply | Promise<Reply>): Promise<Reply> => {
    if (!state.isUp) throw new Error("no answer");
    return reply();
  };
  const shared: ChannelSlots = {
    ...store,
    acquire: (ask) => asked(() => store.acquire(ask)),
    tryAcquire: (id) => (id === 2 ? store.tryAcquire(id) : asked(() => store.tryAcquire(id))),
    stats: (ids) => asked(() => store.stats(ids)),
    glance: () => null,
  };
  const slots = fallbackSlots({
    ...{ shared, local: memoryChannelSlots({ clock, replica: "alone" }), clock },
    ...{ isFailOpen: () => isFailOpen, replicas: () => 2, onOutage() {} },
  });
  const scene = openGateway({ channels, clock, slots, answer: () => ({ latencyMs: 1_000 }) });
  const { limited, version } = scene.deps.config.current();
  slots.configure(limited, version);
  return { ...scene, state, slots, shared };
}

test("fail open: two of four run at once, one more waits for its turn, and the rows say what they were granted by", async () => {
  const scene = open(true);
  await scene.one();
  scene.state.isUp = false;
  const calls = Array.from({ length: 4 }, () => scene.send());
  await scene.finish();
  expect(calls.map(({ answer }) => answer.headers["x-sluice-code"] ?? answer.status)).toEqual([
    ...[200, 200, 200],
    "channel_queue_full",
  ]);
  expect(scene.upstream.most).toBe(2);
  expect(scene.left.entries.map(({ failOpen }) => failOpen)).toEqual([false, true, true, true]);
  expect(scene.left.storeFailures).toEqual(["admitted", "admitted", "admitted"]);
  expect(scene.slots.silentMs()).toBeGreaterThan(0);
  scene.state.isUp = true;
  await scene.pass(1_000);
  expect(scene.slots.silentMs()).toBe(0);
  await scene.one();
  expect(scene.left.entries.at(-1)).toMatchObject({ failOpen: false });
  expect(await scene.shared.stats([1])).toMatchObject([{ inFlight: 0, waiting: 0 }]);
});

test("fail closed: 503 and nothing is sent, but where no limiter is", async () => {
  const scene = open(false);
  scene.state.isUp = false;
  const refused = await scene.one();
  expect([refused.status, refused.headers["x-sluice-code"]]).toEqual([503, "limits_unavailable"]);
  expect(scene.upstream.sent).toBe(0);
  expect(scene.left.denials).toMatchObject([{ code: "limits_unavailable" }]);
  expect(scene.left.storeFailures).toEqual(["denied"]);
  expect(scene.quota.book.running()).toEqual([]);
  const withOther = open(false, [channel(1, QUEUE), channel(2, NO_LIMITER)]);
  withOther.state.isUp = false;
  expect((await withOther.one()).status).toBe(200);
  expect(withOther.left.entries).toMatchObject([{ channelId: 2, failOpen: false }]);
});

describe("while the counts of channels' own rates do not answer (C18, R12)", () => {
  /** One of two replicas; channel 1 has a rate of 6, channel 2, which comes later, has none. */
  function openRated(isFailOpen: boolean, hasOther = false) {
    const clock = fakeClock();
    const shared: ChannelRates = {
      take: () => Promise.reject(new Error("no answer")),
      usedUpForMs: () => 0,
      counts: () => ({ rpmUsed: 0, tpmUsed: 0 }),
    };
    const rates = fallbackRates({
      ...{ shared, local: memoryChannelRates({ clock }), isFailOpen: () => isFailOpen },
      ...{ replicas: () => 2, onOutage() {} },
    });
    const limiter = { ...NO_LIMITER, mode: "reject", capacity: 50 } as const;
    const rated = buildChannel({ id: 1, baseUrl: "http://127.0.0.1:1", priority: 1, rpm: 6, limiter });
    const other = buildChannel({ id: 2, baseUrl: "http://127.0.0.1:2", priority: 2 });
    return openGateway({ channels: hasOther ? [rated, other] : [rated], clock, rates, answer: () => ({}) });
  }

  test("fail open: a replica sends its share of the rate, and the rows say what they were granted by", async () => {
    const scene = openRated(true);
    const calls = Array.from({ length: 5 }, () => scene.send());
    await scene.finish();
    const codes = calls.map(({ answer }) => answer.headers["x-sluice-code"] ?? answer.status);
    expect(codes).toEqual([200, 200, 200, "channel_rate_limited", "channel_rate_limited"]);
    expect(scene.left.entries.map(({ failOpen }) => failOpen)).toEqual([true, true, true]);
    expect(scene.left.storeFailures).toEqual(["admitted", "admitted", "admitted"]);
  });

  test("fail closed: 503 and nothing is sent, its slot is free; a channel without a rate still serves", async () => {
    const scene = openRated(false);
    const refused = await scene.one();
    expect([refused.status, refused.headers["x-sluice-code"]]).toEqual([503, "limits_unavailable"]);
    expect(scene.upstream.sent).toBe(0);
    expect(scene.left.storeFailures).toEqual(["denied"]);
    expect(await scene.deps.slots.stats([1])).toMatchObject([{ inFlight: 0, waiting: 0 }]);
    const withOther = openRated(false, true);
    expect((await withOther.one()).status).toBe(200);
    expect(withOther.left.entries).toMatchObject([{ channelId: 2, failOpen: false }]);
  });
});
