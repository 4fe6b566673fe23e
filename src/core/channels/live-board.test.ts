import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import type { LimitedChannel, SlotStats } from "./channel-slots";
import { createChannelTally, type TallyMinute } from "./channel-tally";
import { NO_LIMITER } from "./limiter";
import { createLiveBoard, type LiveBoardDeps } from "./live-board";
import type { ChannelReport, LivePeers, LiveReport } from "./live-peers";

const QUEUE = { mode: "queue", capacity: 2, queueSize: 3, queueTimeoutMs: 1_500, maxWaitingPerKey: null } as const;
const LIMITED: readonly LimitedChannel[] = [
  { id: 1, isOpen: true, limiter: QUEUE },
  { id: 2, isOpen: false, limiter: NO_LIMITER },
];
const NO_WAITS = { mode: "queue", capacity: 2, queueSize: 3, waiting: 0, oldestWaitMs: 0, holdMs: 0 } as const;

const minute = (given: Partial<TallyMinute>): TallyMinute => ({
  ...{ ago: 0, sent: 0, full: 0, timeout: 0, waits: {} },
  ...given,
});

const WELL = { isAuthFailed: false, isProbing: false, recent: { attempts: 0, failures: 0 } };
const report = (minutes: readonly TallyMinute[], health: Partial<ChannelReport["health"]> = {}) =>
  new Map([[1, { minutes, health: { ...WELL, ...health } }]]);

/** A board of a queue and a disabled channel, on a store that can be down. */
function open({ isAlone = false, isReporting = true } = {}) {
  const clock = fakeClock("2026-11-21T12:00:30Z");
  const store = { isDown: false, inFlight: 1, reports: [] as LiveReport[], told: [] as LiveReport["channels"][] };
  const answer = async <Value>(value: Value): Promise<Value> => {
    if (store.isDown) throw new Error("down");
    return value;
  };
  const peers: LivePeers = {
    tell: async (channels) => void store.told.push(await answer(channels)),
    others: () => answer(store.reports),
    close: async () => {},
  };
  const tally = createChannelTally(clock);
  const stats = (): readonly SlotStats[] => [{ channelId: 1, ...NO_WAITS, inFlight: store.inFlight }];
  const health: LiveBoardDeps["health"] = {
    standing: () => ({ kind: "eligible" }),
    facts: () => ({ isAuthFailed: false, trippedUntil: 0, isProbing: false, recent: { attempts: 0, failures: 0 } }),
  };
  const board = createLiveBoard({
    ...{ tally, health, clock, isReporting, peers: isAlone ? null : peers },
    slots: { stats: () => answer(stats()) },
    config: { current: () => ({ limited: LIMITED, channels: [] }) },
  });
  return { clock, store, tally, board };
}

const row = { channelId: 1, mode: "queue", capacity: 2, queueSize: 3, waiting: 0 };

test("what the other replicas counted is added to what this one did", async () => {
  const { store, tally, board } = open();
  tally.sent(1);
  tally.refused(1, "full");
  tally.waited(1, 0);
  const theirs = [minute({ sent: 2, full: 3, timeout: 1, waits: { 20: 30 } }), minute({ ago: 6, sent: 4, full: 9 })];
  store.reports = [
    { ageMs: 9_000, channels: report(theirs) },
    { ageMs: 100, channels: new Map() },
  ];
  const reading = await board.read();
  expect(reading).toMatchObject({ stale: false, source: "shared" });
  expect(reading.rows).toMatchObject([
    { ...row, state: "busy", inFlight: 1, denied5m: { full: 4, timeout: 1 }, waitP95Ms: 87, replicas: 3 },
    { channelId: 2, state: "off", mode: "off", inFlight: 0, capacity: null, queueSize: null, replicas: 3 },
  ]);
  expect(reading.rows[0]?.spark).toEqual([...Array(8).fill(0), 4, 0, 0, 0, 0, 0, 3]);
});

test("a report that is old by now stands in the minutes it was about", async () => {
  const { store, board } = open();
  store.reports = [{ ageMs: 61_000, channels: report([minute({ sent: 2 }), minute({ ago: 14, sent: 7 })]) }];
  expect((await board.read()).rows[0]?.spark).toEqual([...Array(13).fill(0), 2, 0]);
});

test("while the store does not answer the last rows stay, and turn stale after five seconds", async () => {
  const { clock, store, board } = open();
  await board.read();
  store.isDown = true;
  store.inFlight = 0;
  clock.advance(5_000);
  const soon = await board.read();
  expect(soon).toMatchObject({ asOf: clock.now(), stale: true, source: "shared" });
  expect(soon.rows.map(({ inFlight, state }) => [inFlight, state])).toEqual([
    [1, "busy"],
    [0, "off"],
  ]);
  clock.advance(1);
  const late = await board.read();
  expect(late.rows.map(({ state, asOf }) => [state, clock.now() - asOf])).toEqual([
    ["stale", 5_001],
    ["off", 5_001],
  ]);
  store.isDown = false;
  expect(await board.read()).toMatchObject({ stale: false, rows: [{ inFlight: 0, state: "idle" }, {}] });
});

test("a report keeps rows for an outage that nobody watched before it", async () => {
  const { store, tally, board } = open();
  tally.sent(1);
  await board.report();
  expect(store.told).toEqual([report([minute({ sent: 1 })])]);
  store.isDown = true;
  await expect(board.report()).rejects.toThrow("down");
  expect(await board.read()).toMatchObject({ stale: true, rows: [{ inFlight: 1 }, {}] });
});

test("without a single reading nothing is known, and nothing is made up", async () => {
  const { store, board } = open();
  store.isDown = true;
  expect(await board.read()).toMatchObject({ stale: true, rows: [] });
});

test("a process without calls tells nothing and is not counted", async () => {
  const { store, board } = open({ isReporting: false });
  store.reports = [{ ageMs: 0, channels: new Map() }];
  await board.report();
  expect(store.told).toEqual([]);
  expect((await board.read()).rows[0]?.replicas).toBe(1);
});

test("a replica alone is the only one that reports", async () => {
  const { board } = open({ isAlone: true });
  await board.report();
  expect(await board.read()).toMatchObject({ stale: false, source: "local", rows: [{ inFlight: 1, replicas: 1 }, {}] });
});

test.each([
  ["unknown", {}],
  ["ok", { recent: { attempts: 9, failures: 9 } }],
  ["degraded", { recent: { attempts: 10, failures: 1 } }],
  ["probing", { isProbing: true, recent: { attempts: 10, failures: 10 } }],
  ["auth_failed", { isAuthFailed: true, isProbing: true }],
] as const)("a channel is %s by what all replicas saw", async (word, health) => {
  const { store, board } = open();
  store.reports = [{ ageMs: 0, channels: report([], health) }];
  expect((await board.read()).rows.map((each) => each.health)).toEqual([word, "off"]);
});
