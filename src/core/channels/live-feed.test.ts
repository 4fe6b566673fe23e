import { buildLiveChannel } from "@test/build-live-channel";
import { fakeClock } from "@test/fake-clock";
import { describe, expect, test } from "vitest";
import { toLiveChannels } from "@/operations/channels/live-channels";
import { createLiveFeed, type LiveEvent, type LiveReading } from "./live-feed";

const row = (channelId: number, inFlight = 0) => buildLiveChannel({ channelId, inFlight });

/** A board, and a feed of it whose reads are counted. */
function open() {
  const clock = fakeClock();
  const board = { rows: [row(1), row(2)], stale: false, reads: 0 };
  const feed = createLiveFeed({
    clock,
    name: "a",
    read: async (): Promise<LiveReading> => {
      board.reads++;
      const { rows, stale } = board;
      return { asOf: clock.now(), stale, source: "shared", rows: rows.map((each) => ({ ...each, asOf: clock.now() })) };
    },
  });
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 1_000) {
      clock.advance(Math.min(left, 1_000));
      await Promise.resolve();
      await Promise.resolve();
    }
  };
  const listen = async (lastEventId: string | null = null) => {
    const events: LiveEvent[] = [];
    const leave = feed.subscribe(lastEventId, (event) => events.push(event));
    await Promise.resolve();
    await Promise.resolve();
    return { events, leave };
  };
  return { clock, board, pass, listen };
}

const told = (events: readonly LiveEvent[]) =>
  events.map((event) =>
    event.kind === "heartbeat"
      ? `${event.id} heartbeat`
      : `${event.id} ${event.kind} ${event.reading.rows.map(({ channelId, inFlight }) => `${channelId}:${inFlight}`)}`,
  );

describe("a reader of the board", () => {
  test("is told all rows, then those that changed, once a second", async () => {
    const { board, pass, listen } = open();
    const { events } = await listen();
    board.rows = [row(1), row(2, 1)];
    await pass(900);
    expect(told(events)).toEqual(["a-1 snapshot 1:0,2:0"]);
    await pass(100);
    board.rows = [row(1), row(2, 2)];
    await pass(500);
    board.rows = [row(1), row(2, 3)];
    await pass(500);
    expect(told(events)).toEqual(["a-1 snapshot 1:0,2:0", "a-2 delta 2:1", "a-3 delta 2:3"]);
  });

  test("hears a heartbeat after 15 s in which nothing changed", async () => {
    const { pass, listen } = open();
    const { events } = await listen();
    await pass(14_000);
    expect(events).toHaveLength(1);
    await pass(16_000);
    expect(told(events).slice(1)).toEqual(["a-1 heartbeat", "a-1 heartbeat"]);
  });

  test("is told a snapshot when a channel is gone, and a delta without rows when the numbers grow old", async () => {
    const { board, pass, listen } = open();
    const { events } = await listen();
    board.rows = [row(1)];
    await pass(1_000);
    board.stale = true;
    await pass(1_000);
    expect(told(events).slice(1)).toEqual(["a-2 snapshot 1:0", "a-3 delta "]);
  });

  test("who comes back is told what was missed; one with an unknown event everything", async () => {
    const { board, pass, listen } = open();
    await listen();
    for (const inFlight of [1, 2, 3]) {
      board.rows = [row(1), row(2, inFlight)];
      await pass(1_000);
    }
    expect(told((await listen("a-2")).events)).toEqual(["a-3 delta 2:2", "a-4 delta 2:3"]);
    expect(told((await listen("a-4")).events)).toEqual([]);
    for (const unknown of [null, "a-0", "b-3"])
      expect(told((await listen(unknown)).events)).toEqual(["a-4 snapshot 1:0,2:3"]);
  });

  test("leaves, and the board is read no more", async () => {
    const { clock, board, pass, listen } = open();
    const first = await listen();
    const second = await listen();
    first.leave();
    first.leave();
    await pass(1_000);
    const { reads } = board;
    expect(reads).toBe(2);
    second.leave();
    await pass(5_000);
    expect([board.reads, clock.pending()]).toEqual([reads, 0]);
    expect(told((await listen("a-1")).events)).toEqual(["a-2 snapshot 1:0,2:0"]);
  });

  test("who leaves while the board is read hears nothing of it", async () => {
    const { clock, listen } = open();
    const waiting = listen();
    const { events, leave } = await waiting;
    leave();
    const again = await listen();
    again.leave();
    await Promise.resolve();
    expect([events.length, clock.pending()]).toEqual([1, 0]);
  });
});

describe("200 channels that all change each second", () => {
  const LOAD = { mode: "queue", capacity: 1_000, queueSize: 1_000, replicas: 12 } as const;
  const busy = (channelId: number, second: number) =>
    buildLiveChannel({
      ...{ ...LOAD, channelId, state: "queueing", inFlight: 900 + second, waiting: 100 + second, waitP95Ms: 30_000 },
      ...{ oldestWaitMs: 10_000 + second, denied5m: { full: 10_000 + second, timeout: 10_000 } },
      ...{ spark: Array(15).fill(10_000 + second), trippedUntil: 1_800_000_000_000 + second },
    });
  const bytesOf = (event: LiveEvent) =>
    event.kind === "heartbeat" ? 0 : Buffer.byteLength(JSON.stringify(toLiveChannels(event.reading)));

  test("are told in deltas of at most 20 kB, each row again and again", async () => {
    const { board, pass, listen } = open();
    const rows = (second: number) => Array.from({ length: 200 }, (_, index) => busy(index + 1, second));
    board.rows = rows(0);
    const { events } = await listen();
    for (let second = 1; second <= 10; second++) {
      board.rows = rows(second);
      await pass(1_000);
    }
    const deltas = events.slice(1);
    expect(deltas).toHaveLength(10);
    for (const delta of deltas) expect(bytesOf(delta)).toBeLessThanOrEqual(20_000);
    const times = new Map<number, number>();
    for (const event of deltas)
      if (event.kind !== "heartbeat")
        for (const { channelId } of event.reading.rows) times.set(channelId, (times.get(channelId) ?? 0) + 1);
    expect(times.size).toBe(200);
    const counts = [...times.values()];
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });

  test("a changed load is told before changed figures, and the others follow", async () => {
    const { board, pass, listen } = open();
    board.rows = Array.from({ length: 200 }, (_, index) => busy(index + 1, 0));
    const { events } = await listen();
    const figures = board.rows.map((each) => ({ ...each, spark: Array(15).fill(5) }));
    board.rows = figures.map((each) => (each.channelId > 195 ? { ...each, inFlight: 5 } : each));
    await pass(1_000);
    const ids = (event: LiveEvent | undefined) =>
      event === undefined || event.kind === "heartbeat" ? [] : event.reading.rows.map(({ channelId }) => channelId);
    expect(ids(events[1])).toEqual(expect.arrayContaining([196, 197, 198, 199, 200]));
    await pass(9_000);
    expect(new Set(events.slice(1).flatMap(ids)).size).toBe(200);
  });

  test("who comes while some are not told yet is told what the others have", async () => {
    const { board, pass, listen } = open();
    board.rows = Array.from({ length: 200 }, (_, index) => busy(index + 1, 0));
    const first = await listen();
    board.rows = board.rows.map(({ channelId }) => busy(channelId, 1));
    await pass(1_000);
    const late = await listen();
    board.rows = board.rows.map(({ channelId }) => busy(channelId, 0));
    await pass(10_000);
    const shownBy = (events: readonly LiveEvent[]) => {
      const rows = new Map<number, number>();
      for (const event of events)
        if (event.kind !== "heartbeat")
          for (const { channelId, inFlight } of event.reading.rows) rows.set(channelId, inFlight);
      return rows;
    };
    expect(shownBy(late.events)).toEqual(shownBy(first.events));
    expect(new Set(shownBy(late.events).values())).toEqual(new Set([900]));
  });
});
