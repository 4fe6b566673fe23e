import { buildLiveChannel } from "@test/build-live-channel";
import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import { createLiveFeed } from "@/core/channels/live-feed";
import { liveStream } from "./live-stream";

/** A board of two channels, and one reader of its stream. */
function open({ ids, lastEventId = null }: { ids?: readonly number[]; lastEventId?: string | null } = {}) {
  const right = { isKept: true };
  const clock = fakeClock("2026-11-21T12:00:00Z");
  const board = { rows: [buildLiveChannel({ channelId: 1 }), buildLiveChannel({ channelId: 2 })], reads: 0 };
  const feed = createLiveFeed({
    clock,
    name: "a",
    async read() {
      board.reads++;
      return { asOf: clock.now(), stale: false, source: "shared", rows: board.rows };
    },
  });
  const gone = new AbortController();
  const reply = liveStream(feed, { ids, lastEventId, signal: gone.signal, mayReadOn: async () => right.isKept });
  const reader = (reply.body as ReadableStream<Uint8Array>).getReader();
  const next = async () => new TextDecoder().decode((await reader.read()).value);
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  const tick = async () => {
    await settle();
    clock.advance(1_000);
    await settle();
  };
  const set = (channelId: number, inFlight: number) => {
    board.rows = board.rows.map((row) => (row.channelId === channelId ? { ...row, inFlight } : row));
  };
  return { clock, board, reply, reader, next, tick, set, gone, right };
}

const dataOf = (text: string) => JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? "null");
const rowsOf = (text: string) =>
  dataOf(text).rows.map((row: { channelId: number; inFlight: number }) => [row.channelId, row.inFlight]);

test("no proxy may hold it back", () => {
  const { reply } = open();
  expect(Object.fromEntries(reply.headers)).toMatchObject({
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
  });
});

test("a snapshot, then what changes, as one event each", async () => {
  const { next, tick, set } = open();
  const first = await next();
  expect(first).toMatch(/^event: snapshot\nid: a-1\ndata: \{.*\}\n\n$/);
  expect(dataOf(first)).toMatchObject({ asOf: "2026-11-21T12:00:00.000Z", stale: false, source: "shared" });
  expect(rowsOf(first)).toEqual([
    [1, 0],
    [2, 0],
  ]);
  set(2, 3);
  await tick();
  const second = await next();
  expect(second).toMatch(/^event: delta\nid: a-2\n/);
  expect(rowsOf(second)).toEqual([[2, 3]]);
});

test("who asks for some channels is told of no other", async () => {
  const { next, tick, set } = open({ ids: [1] });
  expect(rowsOf(await next())).toEqual([[1, 0]]);
  set(2, 3);
  await tick();
  expect(await next()).toBe("event: heartbeat\nid: a-2\ndata: {}\n\n");
  set(1, 2);
  await tick();
  expect(rowsOf(await next())).toEqual([[1, 2]]);
});

test("nothing for 15 s is a heartbeat", async () => {
  const { next, tick } = open();
  await next();
  for (let second = 0; second < 15; second++) await tick();
  expect(await next()).toBe("event: heartbeat\nid: a-1\ndata: {}\n\n");
});

test.each(["quiet", "busy"])("who loses the right to read a %s board loses the stream", async (pace) => {
  const { reader, tick, set, right, board, clock } = open();
  await reader.read();
  right.isKept = false;
  for (let second = 1; second <= 16; second++) {
    if (pace === "busy") set(2, second);
    await tick();
  }
  let end = await reader.read();
  while (!end.done) end = await reader.read();
  const { reads } = board;
  clock.advance(60_000);
  expect(board.reads).toBe(reads);
});

test.each(["cancels", "is gone"])("a reader that %s costs nothing more", async (how) => {
  const { reader, next, tick, board, gone, clock } = open();
  await next();
  await tick();
  const { reads } = board;
  if (how === "cancels") await reader.cancel();
  else gone.abort();
  for (let second = 0; second < 5; second++) await tick();
  expect([board.reads, clock.pending()]).toEqual([reads, 0]);
});

test("a reader that takes nothing is cut off, and the events kept for it are bounded", async () => {
  const { reader, tick, set, clock } = open();
  for (let second = 0; second < 100; second++) {
    set(1, second);
    await tick();
  }
  expect(clock.pending()).toBe(0);
  let events = 0;
  while (!(await reader.read()).done) events++;
  expect(events).toBe(64);
});
