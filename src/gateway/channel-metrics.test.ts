import { buildAuthSnapshot, buildChannel, TEST_KEY } from "@test/build-deps";
import { buildLimit } from "@test/build-quota";
import { type GatewayScene, type OpenGateway, openGateway } from "@test/open-gateway";
import { expect, test } from "vitest";
import { createChannelReadings } from "@/core/channels/channel-readings";
import { type ChannelLimiter, NO_LIMITER } from "@/core/channels/limiter";
import { createMetrics } from "@/observability/metrics";

const OTHER_KEY = `${TEST_KEY.slice(0, -1)}x`;
const KEYS = {
  [TEST_KEY]: buildAuthSnapshot(),
  [OTHER_KEY]: buildAuthSnapshot({ userId: 8, keyId: 9 }),
};
const REST = {
  ...{ ledgerLagSeconds: 0, ledgerPending: 0, journalBytes: 0, configVersion: 1, configStalenessSeconds: 0 },
  ...{ droppedDenials: 0, isDatabaseUp: true, holdsOpen: 0, quotaWaiting: 0, quotaRebuilds: 0, quotaDriftNanoUsd: 0 },
  areCountersUp: true,
};

const queue = (capacity: number, queueSize: number, queueTimeoutMs: number): ChannelLimiter => ({
  ...{ mode: "queue", capacity, queueSize, queueTimeoutMs, maxWaitingPerKey: null },
});
const simple = (mode: "observe" | "reject", capacity: number): ChannelLimiter => ({ ...NO_LIMITER, mode, capacity });
const channel = (id: number, limiter: ChannelLimiter, given: Partial<ReturnType<typeof buildChannel>> = {}) =>
  buildChannel({ id, name: `c${id}`, baseUrl: `http://127.0.0.1:${id}`, limiter, ...given });

/** A gateway whose upstream takes a second, and its metrics. */
function open(channels: readonly ReturnType<typeof channel>[], scene: GatewayScene = {}) {
  const metrics = createMetrics("test");
  const gateway = openGateway({ channels, keys: KEYS, answer: () => ({ latencyMs: 1_000 }), metrics, ...scene });
  const read = createChannelReadings(gateway.deps);
  metrics.observe(() => ({ ...REST, channels: read() }));
  /** The lines of a metric, without the part of its name that all have. */
  const lines = async (name: string) =>
    (await metrics.render()).body
      .split("\n")
      .filter((line) => line.startsWith(`sluice_${name}{`))
      .map((line) => line.slice(`sluice_${name}`.length));
  return { ...gateway, lines };
}

async function together(scene: OpenGateway, count: number) {
  const calls = Array.from({ length: count }, () => scene.send());
  await scene.finish();
  return calls;
}

test("100 local refusals are counted as such and as denials, and nothing else is", async () => {
  const snapshot = { limits: [buildLimit({ unit: "requests", amount: 1_000 })] };
  const scene = open([channel(1, simple("reject", 1))], { keys: { [TEST_KEY]: buildAuthSnapshot(snapshot) } });
  await together(scene, 101);
  expect(await scene.lines("channel_queue_full_total")).toEqual([
    '{channel_id="1",channel_name="c1",reason="capacity",result="rejected"} 100',
  ]);
  expect(await scene.lines("denials_total")).toEqual(['{code="channel_queue_full",source="channel"} 100']);
  expect(await scene.lines("attempts_total")).toEqual(['{channel_id="1",result="ok"} 1']);
  expect(scene.left.denials).toHaveLength(100);
  expect(scene.left.entries).toHaveLength(1);
  expect(await scene.counters()).toMatchObject([{ settled: 1, held: 0 }]);
  const [known] = scene.deps.config.current().channels;
  expect(known && scene.deps.health.facts(known)).toMatchObject({ trippedUntil: 0, recent: { failures: 0 } });
  expect(await scene.lines("channel_queue_wait_seconds_count")).toEqual([]);
});

test("eight calls at (2, 3, 1500): three without a place, a timeout, and waits of four that were served", async () => {
  const scene = open([channel(1, queue(2, 3, 1_500))]);
  await together(scene, 8);
  const of = 'channel_id="1",channel_name="c1"';
  expect(await scene.lines("channel_queue_full_total")).toEqual([`{${of},reason="queue",result="rejected"} 3`]);
  expect(await scene.lines("channel_queue_timeout_total")).toEqual([`{${of},result="rejected"} 1`]);
  expect(await scene.lines("channel_queue_wait_seconds_count")).toEqual([
    `{${of},outcome="granted"} 4`,
    `{${of},outcome="timeout"} 1`,
  ]);
  expect(await scene.lines("channel_queue_wait_seconds_bucket")).toContain(`{le="0",${of},outcome="granted"} 2`);
});

test("who finds a slot elsewhere has overflowed: from a busy channel, from a full one, and from one it waited at in vain", async () => {
  const busy = open([channel(1, queue(1, 5, 5_000)), channel(2, NO_LIMITER, { priority: 1 })]);
  await together(busy, 2);
  expect(await busy.lines("channel_queue_full_total")).toEqual([
    '{channel_id="1",channel_name="c1",reason="capacity",result="overflowed"} 1',
  ]);
  const stay = { overflow: "stay" } as const;
  const full = open([channel(1, queue(1, 1, 5_000), stay), channel(2, NO_LIMITER, { priority: 1 })]);
  await together(full, 3);
  expect(await full.lines("channel_queue_full_total")).toEqual([
    '{channel_id="1",channel_name="c1",reason="queue",result="overflowed"} 1',
  ]);
  const inVain = open([channel(1, queue(1, 1, 500), stay), channel(2, NO_LIMITER, { priority: 1 })]);
  await together(inVain, 2);
  expect(await inVain.lines("channel_queue_full_total")).toEqual([]);
  expect(await inVain.lines("channel_queue_timeout_total")).toEqual([
    '{channel_id="1",channel_name="c1",result="overflowed"} 1',
  ]);
});

test("a channel that a call queues at is not counted, and neither is any when its client leaves", async () => {
  const scene = open([channel(1, queue(1, 5, 5_000)), channel(2, simple("reject", 1), { priority: 1 })]);
  await together(scene, 3);
  expect(await scene.lines("channel_queue_full_total")).toEqual([
    '{channel_id="1",channel_name="c1",reason="capacity",result="overflowed"} 1',
    '{channel_id="2",channel_name="c2",reason="capacity",result="overflowed"} 1',
  ]);
  for (let call = 0; call < 2; call++) scene.send();
  const leaving = scene.send();
  await scene.pass(100);
  expect(await scene.lines("channel_queue_waiting")).toContain('{channel_id="1",channel_name="c1"} 1');
  leaving.answer.leave();
  await scene.finish();
  expect(await scene.lines("channel_queue_full_total")).toContain(
    '{channel_id="2",channel_name="c2",reason="capacity",result="overflowed"} 1',
  );
  expect(await scene.lines("channel_queue_wait_seconds_count")).toContain(
    '{channel_id="1",channel_name="c1",outcome="cancelled"} 1',
  );
});

test("five channels without a call have rows of 0; of a deleted one they stop with its last slot", async () => {
  const ids = [1, 2, 3, 4, 5];
  const scene = open(ids.map((id) => channel(id, queue(2, 3, 1_000), { weight: id === 1 ? 1 : 0 })));
  const rows = (inFlight: number) =>
    ids.map((id) => `{channel_id="${id}",channel_name="c${id}"} ${id === 1 ? inFlight : 0}`);
  expect(await scene.lines("channel_inflight")).toEqual(rows(0));
  expect(await scene.lines("channel_queue_waiting")).toEqual(rows(0));
  scene.send();
  await scene.pass(100);
  expect(await scene.lines("channel_inflight")).toEqual(rows(1));
  scene.deps.slots.configure([], 2);
  expect(await scene.lines("channel_inflight")).toEqual(['{channel_id="1",channel_name="c1"} 1']);
  await scene.finish();
  expect(await scene.lines("channel_inflight")).toEqual([]);
  expect(await scene.lines("attempts_total")).toEqual([]);
});

test("attempts are counted by their row, one for each that was sent", async () => {
  const statuses = [200, 400, 401, 404, 429, 500, 200];
  const scene = open([channel(1, NO_LIMITER)], {
    answer: (_, index) => ({
      latencyMs: 20,
      status: statuses[index] ?? 200,
      ...(index === 6 ? { fault: "upstream_timeout" } : {}),
    }),
  });
  for (const _ of statuses) await scene.one();
  const rows = ["ok", "bad_request", "account_refused", "not_served", "rate_limited", "server_error", "no_answer"];
  expect(await scene.lines("attempts_total")).toEqual(rows.map((row) => `{channel_id="1",result="${row}"} 1`));
  expect(await scene.lines("denials_total")).toEqual(
    expect.arrayContaining([
      '{code="upstream_account_error",source="upstream"} 1',
      '{code="upstream_timeout",source="upstream"} 1',
    ]),
  );
});

test("a denial names whose limit it was, and what no limit refused is the gateway's", async () => {
  const limits = [buildLimit({ unit: "requests", amount: 1 })];
  const scene = open([channel(1, NO_LIMITER)], { keys: { [TEST_KEY]: buildAuthSnapshot({ limits }) } });
  await scene.one();
  await scene.one();
  await scene.one({ key: OTHER_KEY });
  expect(await scene.lines("denials_total")).toEqual([
    '{code="limit_exceeded",source="user"} 1',
    '{code="invalid_key",source="gateway"} 1',
  ]);
});
