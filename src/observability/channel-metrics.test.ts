import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { channelMetrics } from "./channel-metrics";

const reading = (id: number, given: Partial<{ name: string; inFlight: number; leasesLost: number }> = {}) => ({
  ...{ id, name: `channel ${id}`, inFlight: 0, waiting: 0, leasesLost: 0, ...given },
});

function open() {
  const registry = new Registry();
  const metrics = channelMetrics(registry);
  const lines = async (name: string) =>
    (await registry.metrics()).split("\n").filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name}_`));
  return { ...metrics, lines };
}

test("idle channels have a row of 0, and the name is the present one", async () => {
  const { observe, lines } = open();
  observe([reading(1), reading(2, { inFlight: 3, leasesLost: 1 })]);
  observe([reading(1, { name: "renamed" }), reading(2, { inFlight: 3, leasesLost: 1 })]);
  expect(await lines("sluice_channel_inflight")).toEqual([
    'sluice_channel_inflight{channel_id="1",channel_name="renamed"} 0',
    'sluice_channel_inflight{channel_id="2",channel_name="channel 2"} 3',
  ]);
  expect(await lines("sluice_channel_queue_waiting")).toHaveLength(2);
  expect(await lines("sluice_channel_lease_lost_total")).toEqual([
    'sluice_channel_lease_lost_total{channel_id="1"} 0',
    'sluice_channel_lease_lost_total{channel_id="2"} 1',
  ]);
});

test("attempts without a place are counted by how it was full and by what came of them, timeouts apart", async () => {
  const { observe, withoutPlace, lines } = open();
  for (const how of ["queue", "queue", "key_share", "timeout"] as const) withoutPlace(1, how, "rejected");
  withoutPlace(1, "queue", "overflowed");
  observe([reading(1)]);
  const labels = 'channel_id="1",channel_name="channel 1"';
  expect(await lines("sluice_channel_queue_full_total")).toEqual([
    `sluice_channel_queue_full_total{${labels},reason="queue",result="rejected"} 2`,
    `sluice_channel_queue_full_total{${labels},reason="queue",result="overflowed"} 1`,
    `sluice_channel_queue_full_total{${labels},reason="key_share",result="rejected"} 1`,
  ]);
  expect(await lines("sluice_channel_queue_timeout_total")).toEqual([
    `sluice_channel_queue_timeout_total{${labels},result="rejected"} 1`,
  ]);
});

test("waits are a histogram by outcome, in which no wait has a bucket of its own", async () => {
  const { observe, slotAwaited, lines } = open();
  for (const ms of [0, 0, 1_500]) slotAwaited(1, "granted", ms);
  slotAwaited(1, "timeout", 700_000);
  observe([reading(1)]);
  const of = (outcome: string) => `channel_id="1",channel_name="channel 1",outcome="${outcome}"`;
  expect(await lines("sluice_channel_queue_wait_seconds")).toEqual(
    expect.arrayContaining([
      `sluice_channel_queue_wait_seconds_bucket{le="0",${of("granted")}} 2`,
      `sluice_channel_queue_wait_seconds_bucket{le="2.5",${of("granted")}} 3`,
      `sluice_channel_queue_wait_seconds_sum{${of("granted")}} 1.5`,
      `sluice_channel_queue_wait_seconds_bucket{le="600",${of("timeout")}} 0`,
      `sluice_channel_queue_wait_seconds_count{${of("timeout")}} 1`,
    ]),
  );
});

test("nothing is told of a channel that is gone, and one that comes back begins at 0", async () => {
  const { observe, attempted, lines } = open();
  attempted(1, "ok");
  observe([reading(1)]);
  expect(await lines("sluice_attempts_total")).toEqual(['sluice_attempts_total{channel_id="1",result="ok"} 1']);
  observe([]);
  expect(await lines("sluice_attempts_total")).toEqual([]);
  expect(await lines("sluice_channel_inflight")).toEqual([]);
  attempted(1, "ok");
  observe([reading(1)]);
  expect(await lines("sluice_attempts_total")).toEqual(['sluice_attempts_total{channel_id="1",result="ok"} 1']);
});
