import { buildLiveChannel } from "@test/build-live-channel";
import { fakeClock } from "@test/fake-clock";
import { describe, expect, test } from "vitest";
import { type LiveChannels, toLiveChannels } from "@/operations/channels/live-channels";
import { createLiveConnection, type LiveBoard, type LiveStreamEvents } from "./live-connection";

const reading = (loads: Readonly<Record<number, number>>, stale = false): LiveChannels =>
  toLiveChannels({
    ...{ asOf: 0, stale, source: "shared" },
    rows: Object.entries(loads).map(([id, inFlight]) => buildLiveChannel({ channelId: Number(id), inFlight })),
  });
const text = (...given: Parameters<typeof reading>) => JSON.stringify(reading(...given));

/** A connection, the streams it opened and what it shows. */
function open() {
  const clock = fakeClock();
  const streams: { events: LiveStreamEvents; isClosed: boolean }[] = [];
  const polls = { count: 0, answer: async () => reading({ 1: 9 }) };
  const shown: LiveBoard[] = [];
  const connection = createLiveConnection({
    clock,
    openStream(events) {
      const stream = { events, isClosed: false };
      streams.push(stream);
      return {
        close() {
          stream.isClosed = true;
        },
      };
    },
    poll() {
      polls.count++;
      return polls.answer();
    },
    onChange: (board) => shown.push(board),
  });
  connection.open();
  const stream = () => streams.at(-1) as (typeof streams)[number];
  const board = () => shown.at(-1) as LiveBoard;
  const loads = () => board().reading?.rows.map(({ channelId, inFlight }) => [channelId, inFlight]);
  const pass = async (ms: number) => {
    clock.advance(ms);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  /** Two failures within ten seconds. */
  const breakDown = async () => {
    stream().events.onError();
    await pass(1_000);
    stream().events.onError();
    await pass(0);
  };
  return { clock, streams, polls, connection, stream, board, loads, pass, breakDown };
}

describe("the stream", () => {
  test("shows a snapshot, takes over changed rows, adds new ones and drops those of a new snapshot", () => {
    const { stream, board, loads } = open();
    stream().events.onEvent("snapshot", text({ 1: 0, 2: 0 }));
    expect(board()).toMatchObject({ transport: "stream", isStale: false });
    stream().events.onEvent("delta", text({ 2: 5, 3: 1 }));
    expect(loads()).toEqual([
      [1, 0],
      [2, 5],
      [3, 1],
    ]);
    stream().events.onEvent("snapshot", text({ 3: 2 }));
    expect(loads()).toEqual([[3, 2]]);
  });

  test("is stale after 20 s without an event, keeps its numbers, and a heartbeat is one", async () => {
    const { stream, board, loads, pass } = open();
    stream().events.onEvent("snapshot", text({ 1: 4 }));
    await pass(19_000);
    stream().events.onEvent("heartbeat", "{}");
    await pass(19_999);
    expect(board().isStale).toBe(false);
    await pass(1);
    expect(board().isStale).toBe(true);
    expect(loads()).toEqual([[1, 4]]);
    expect(board().reading?.rows[0]?.state).toBe("stale");
    stream().events.onEvent("heartbeat", "{}");
    expect(board()).toMatchObject({ isStale: false, reading: { rows: [{ state: "idle" }] } });
  });

  test("says itself that its numbers are old", () => {
    const { stream, board } = open();
    stream().events.onEvent("snapshot", text({ 1: 4 }, true));
    expect(board().isStale).toBe(true);
    stream().events.onEvent("delta", text({}));
    expect(board().isStale).toBe(false);
  });

  test("is opened again a second after one failure", async () => {
    const { stream, streams, pass, polls } = open();
    stream().events.onError();
    expect(stream().isClosed).toBe(true);
    await pass(999);
    expect(streams).toHaveLength(1);
    await pass(1);
    expect([streams.length, polls.count]).toEqual([2, 0]);
  });

  test("that fails again after more than ten seconds is opened again, too", async () => {
    const { stream, streams, pass, polls } = open();
    stream().events.onError();
    await pass(1_000);
    await pass(9_000);
    stream().events.onError();
    await pass(1_000);
    expect([streams.length, polls.count]).toEqual([3, 0]);
  });
});

describe("after two failures within ten seconds", () => {
  test("the board is asked every 5 s, and a new stream tried every 30 s", async () => {
    const { breakDown, pass, polls, streams, stream, board, loads } = open();
    await breakDown();
    expect([polls.count, board().transport]).toEqual([1, "polling"]);
    expect(loads()).toEqual([[1, 9]]);
    for (let second = 0; second < 29; second++) await pass(1_000);
    expect([polls.count, streams.length]).toEqual([6, 2]);
    await pass(1_000);
    expect(streams).toHaveLength(3);
    stream().events.onError();
    for (let second = 0; second < 30; second++) await pass(1_000);
    expect(streams).toHaveLength(4);
    stream().events.onEvent("snapshot", text({ 1: 2 }));
    expect(board()).toMatchObject({ transport: "stream", isStale: false });
    const { count } = polls;
    await pass(10_000);
    expect(polls.count).toBe(count);
  });

  test("a question without an answer is asked again; the numbers turn stale meanwhile", async () => {
    const { breakDown, pass, polls, board } = open();
    polls.answer = async () => Promise.reject(new Error("down"));
    await breakDown();
    for (let second = 0; second < 20; second++) await pass(1_000);
    expect(board()).toMatchObject({ transport: "polling", isStale: true });
    polls.answer = async () => reading({ 1: 3 });
    await pass(5_000);
    expect(board()).toMatchObject({ transport: "polling", isStale: false });
  });
});

test("a stream that falls silent is stale after 20 s, gives way to questions every 5 s, and takes over again", async () => {
  const { stream, streams, board, loads, pass, polls } = open();
  const told: string[] = [];
  const note = () => told.push(`${board().transport}${board().isStale ? " stale" : ""} ${loads()}`);
  stream().events.onEvent("snapshot", text({ 1: 4 }));
  note();
  await pass(20_000);
  note();
  for (let failure = 0; failure < 2; failure++) {
    stream().events.onError();
    await pass(1_000);
  }
  note();
  polls.answer = async () => reading({ 1: 7 });
  await pass(5_000);
  note();
  for (let second = 0; second < 24; second++) await pass(1_000);
  expect(streams).toHaveLength(3);
  stream().events.onEvent("snapshot", text({ 1: 5 }));
  note();
  expect(told).toEqual(["stream 1,4", "stream stale 1,4", "polling 1,9", "polling 1,7", "stream 1,5"]);
});

test("a closed board hears nothing and costs nothing; opened again it goes on", async () => {
  const { clock, connection, stream, streams, board, breakDown, pass, polls } = open();
  stream().events.onEvent("snapshot", text({ 1: 1 }));
  connection.close();
  expect([stream().isClosed, clock.pending()]).toEqual([true, 0]);
  const before = board();
  stream().events.onEvent("snapshot", text({ 1: 2 }));
  stream().events.onError();
  expect(board()).toBe(before);
  connection.open();
  connection.open();
  expect(streams).toHaveLength(2);
  await breakDown();
  connection.close();
  await pass(60_000);
  expect([polls.count, clock.pending()]).toEqual([1, 0]);
});
