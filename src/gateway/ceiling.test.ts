import { buildAuthSnapshot, buildChannel, buildGatewayDeps, TEST_KEY } from "@test/build-deps";
import { buildLimit, buildQuota, historyOf } from "@test/build-quota";
import { buildRequest } from "@test/build-request";
import { buildPriceRow } from "@test/build-usage";
import { fakeClock } from "@test/fake-clock";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AppError } from "@/core/errors";
import type { CeilingFrame } from "@/core/ledger/journal";
import type { QuotaStore, RenewAsk } from "@/core/quota/quota-store";
import { renewHolds } from "@/core/quota/renew-holds";
import type { GatewayReply } from "@/protocols/exchange";
import { createGateway } from "./gateway";
import type { UpstreamSink } from "./gateway-deps";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const CENT = 10_000_000;
/** $200 per million: a hundred tokens cost two cents. */
const TOKEN = 200_000;
const INPUT_TOKEN = 2_500;
const STREAM = { "content-type": "text/event-stream" };
const END = "data: [DONE]\n\n";
const event = (content: string) => `data: {"choices":[{"index":0,"delta":{"content":"${content}"}}]}\n\n`;
const usageEvent = (input: number, output: number) =>
  `data: {"choices":[],"usage":{"prompt_tokens":${input},"completion_tokens":${output}}}\n\n`;

type Scene = {
  readonly stream?: boolean;
  /** `abort` unless told. */
  readonly onDisconnect?: "abort" | "drain";
  readonly maxTokens?: number;
  /** Turns of the event loop that a write of the journal takes. */
  writeTurns?(): number;
  /** The client got more bytes. */
  onWrite?(text: string): void;
};

/** A gateway in the middle of a call, with the ceilings that are on disk. */
async function open(scene: Scene = {}) {
  const { stream = true, onDisconnect = "abort", maxTokens, writeTurns = () => 1, onWrite = () => {} } = scene;
  const clock = fakeClock();
  const sinks: UpstreamSink[] = [];
  const calls: string[] = [];
  const client = { text: "", isEnded: false };
  const room = { isThere: true, wake: () => {} };
  const clientCalls = { leave: () => {} };
  const take = (chunk?: Uint8Array) => {
    client.text += chunk === undefined ? "" : Buffer.from(chunk).toString();
    onWrite(client.text);
  };
  const quota = buildQuota({ clock, history: historyOf(() => fixture.left.entries) });
  const fixture = buildGatewayDeps({
    channels: [buildChannel({ baseUrl: "http://127.0.0.1:1", onDisconnect })],
    prices: [buildPriceRow({ model: "gpt-4o", components: { input_text: 2_500_000n, output_text: 200_000_000n } })],
    keys: { [TEST_KEY]: buildAuthSnapshot({ limits: [buildLimit({ amount: 1_000_000 * CENT })] }) },
    upstream: {
      send(_request, _options, sink) {
        sinks.push(sink);
        return {
          pause: () => void calls.push("pause"),
          resume: () => void calls.push("resume"),
          abort: () => void calls.push("abort"),
        };
      },
      close: () => Promise.resolve(),
    },
    clock,
    quota,
  });
  const disk = { ceilings: [] as number[], isFull: false };
  const { ceiling: record } = fixture.journal;
  const pending: number[] = [];
  Object.assign(fixture.journal, {
    ceiling(frame: CeilingFrame) {
      record(frame);
      pending.push(frame.amountNanoUsd);
    },
    async written() {
      const count = pending.length;
      if (disk.isFull) throw new AppError("ledger_unavailable");
      for (let turns = writeTurns(); turns > 0; turns--) await turn();
      disk.ceilings = pending.slice(0, Math.max(count, disk.ceilings.length));
    },
  });
  let isStarted = false;
  const reply: GatewayReply = {
    get isStarted() {
      return isStarted;
    },
    isClosed: false,
    start() {
      isStarted = true;
    },
    write(chunk) {
      take(chunk);
      return room.isThere;
    },
    drained: () =>
      new Promise((resolve) => {
        room.wake = resolve;
      }),
    end(chunk) {
      take(chunk);
      client.isEnded = true;
    },
    destroy() {},
    onClosed(listener) {
      clientCalls.leave = listener;
      return () => {};
    },
  };
  const body = { model: "gpt-4o", messages: [], stream, stream_options: { include_usage: true } };
  const asked = maxTokens === undefined ? body : { ...body, max_tokens: maxTokens };
  const handled = createGateway(fixture.deps).handle(
    buildRequest({ headers: { authorization: `Bearer ${TEST_KEY}` }, body: asked }),
    reply,
  );
  while (sinks.length === 0) await turn();
  const input = Math.ceil(JSON.stringify(asked).length / 4) * INPUT_TOKEN;
  const sink = sinks[0] as UpstreamSink;
  return {
    ...{ ...fixture, clock, disk, client, handled, input, quota, sink, calls, room },
    leave: () => clientCalls.leave(),
    say: (text: string) => sink.onChunk(Buffer.from(text)),
    last: () => disk.ceilings.at(-1) ?? 0,
    kinds: () => fixture.journal.frames.map(({ type }) => type),
  };
}

/** What the content that a client has got costs (protocols-and-pricing.md T11); an event with an empty text has none. */
function contentCost(text: string): number {
  const parts = [...text.matchAll(/"content":"([^"]+)"/g)].map(([, content = ""]) => content);
  return Math.max(parts.length, Math.ceil(parts.join("").length / 4)) * TOKEN;
}

describe("the ceiling of a stream", () => {
  test("is its input before the dispatch, and covers the first output before that leaves", async () => {
    const { disk, client, handled, input, sink, say } = await open();
    expect(disk.ceilings).toEqual([input]);
    sink.onHead(200, STREAM);
    say(event("one"));
    expect(client.text).toBe("");
    await turn();
    expect(disk.ceilings).toEqual([input, input + 2 * CENT]);
    expect(client.text).toBe(event("one"));
    sink.onEnd(Buffer.from(END));
    await handled;
    expect(client.text).toBe(event("one") + END);
  });

  test("stays where it is while the output is far below, and the bytes leave at once", async () => {
    const { client, handled, sink, say, kinds } = await open();
    sink.onHead(200, STREAM);
    await turn();
    for (let sent = 1; sent <= 49; sent++) {
      say(event("word"));
      expect(client.text.length).toBe(sent * event("word").length);
    }
    sink.onEnd(Buffer.from(END));
    await handled;
    expect(kinds()).toEqual(["admit", "ceiling", "ceiling", "settle"]);
  });

  test("is raised when half of the last step is spent, so that no byte waits", async () => {
    const { client, clock, disk, handled, sink, say } = await open();
    sink.onHead(200, STREAM);
    await turn();
    let sent = "";
    for (let count = 1; count <= 200; count++) {
      clock.advance(25);
      say(event("word"));
      sent += event("word");
      expect(client.text).toBe(sent);
      await turn();
    }
    expect(disk.ceilings.length).toBeGreaterThanOrEqual(5); // four cents were spent
    sink.onEnd(Buffer.from(END));
    await handled;
  });

  test("never lets the charge pass the cost by more than two cents while the stream is slow", async () => {
    const { disk, client, clock, input, handled, sink, say, last } = await open();
    sink.onHead(200, STREAM);
    await turn();
    for (let count = 1; count <= 1_000; count++) {
      clock.advance(25); // 40 tokens a second: less than a cent
      say(event("word"));
      await turn();
      const cost = input + contentCost(client.text);
      expect(last()).toBeGreaterThanOrEqual(cost);
      expect(last()).toBeLessThanOrEqual(cost + 2 * CENT);
    }
    expect(disk.ceilings.length).toBeLessThan(25);
    sink.onEnd(Buffer.from(END));
    await handled;
  });

  test("is never above the worst case, which is reached once and for all", async () => {
    const { disk, client, input, handled, sink, say } = await open({ maxTokens: 30 });
    sink.onHead(200, STREAM);
    await turn();
    for (let count = 1; count <= 40; count++) say(event("word"));
    expect(client.text.length).toBe(40 * event("word").length);
    sink.onEnd(Buffer.from(END));
    await handled;
    const [first, worst = 0, ...more] = disk.ceilings;
    expect([first, more]).toEqual([input, []]);
    expect(worst).toBeGreaterThanOrEqual(input + 30 * TOKEN);
    expect(worst).toBeLessThan(input + 30 * TOKEN + 300 * INPUT_TOKEN);
  });

  test("lets no byte leave beyond what is on disk, however the reply is cut and however long a write takes", async () => {
    const pieces = fc.array(fc.record({ words: fc.integer({ min: 1, max: 60 }), cut: fc.nat(30), turns: fc.nat(3) }), {
      minLength: 1,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(pieces, fc.nat(4), async (script, writeTurns) => {
        let uncovered = 0;
        let onDisk = () => Number.POSITIVE_INFINITY;
        const scene = await open({
          writeTurns: () => writeTurns,
          onWrite: (text) => {
            if (scene.input + contentCost(text) > onDisk()) uncovered++;
          },
        });
        onDisk = scene.last;
        scene.sink.onHead(200, STREAM);
        let sent = "";
        for (const { words, cut, turns } of script) {
          const text = event("x".repeat(cut)) + event("word").repeat(words);
          sent += text;
          scene.say(text.slice(0, cut * 3));
          scene.say(text.slice(cut * 3));
          for (let left = turns; left > 0; left--) await turn();
        }
        scene.sink.onEnd(Buffer.from(END));
        await scene.handled;
        expect(uncovered).toBe(0);
        expect(scene.client).toEqual({ text: sent + END, isEnded: true });
        expect(scene.left.entries).toMatchObject([{ outcome: "ok" }]);
      }),
      { numRuns: 60, examples: [[[30, 57, 9, 1].map((words) => ({ words, cut: 0, turns: 0 })), 1]] },
    );
  });

  test("covers a usage that says more than was seen before the end leaves", async () => {
    const { disk, client, handled, sink, say } = await open();
    sink.onHead(200, STREAM);
    await turn();
    say(event("one"));
    sink.onEnd(Buffer.from(usageEvent(1_000, 5_000) + END));
    expect(client).toEqual({ text: event("one"), isEnded: false });
    await handled;
    expect(disk.ceilings.at(-1)).toBe(1_000 * INPUT_TOKEN + 5_000 * TOKEN);
    expect(client.text.endsWith(END)).toBe(true);
  });

  test("that cannot be written ends the stream with an error, and what was seen is charged", async () => {
    const { disk, client, handled, left, sink, say } = await open();
    sink.onHead(200, STREAM);
    await turn();
    say(event("one"));
    disk.isFull = true;
    say(event("word").repeat(150));
    await handled;
    expect(client.text.startsWith(`${event("one")}data: {"error"`)).toBe(true);
    expect(client.text).toContain("ledger_unavailable");
    expect(left.entries).toMatchObject([{ outcome: "interrupted", costSource: "estimated" }]);
  });
});

describe("a stream faster than its ceilings are written", () => {
  const KIB = 1024;
  /** Events of 1 KiB of text. */
  const fast = (kib: number) => event("x".repeat(KIB)).repeat(kib);
  /** In the middle of a stream whose next ceiling is written after three turns. */
  const openSlow = async (given: Scene = {}) => {
    const scene = await open({ writeTurns: () => 3, ...given });
    scene.sink.onHead(200, STREAM);
    for (let left = 4; left > 0; left--) await turn();
    scene.say(event("one"));
    expect(scene.client.text).toBe(event("one"));
    return scene;
  };
  const untilCalled = async (calls: readonly string[], count: number) => {
    for (let left = 40; calls.length < count && left > 0; left--) await turn();
  };

  test("is not read meanwhile once 64 KiB wait, and then goes on without a loss (T4)", async () => {
    const { calls, client, handled, left, sink, say } = await openSlow();
    say(fast(40));
    expect(calls).toEqual([]);
    say(fast(30));
    expect([calls, client.text.length]).toEqual([["pause"], event("one").length]);
    await untilCalled(calls, 2);
    expect([calls, client.text]).toEqual([["pause", "resume"], event("one") + fast(70)]);
    sink.onEnd(Buffer.from(END));
    await handled;
    expect(client).toEqual({ text: event("one") + fast(70) + END, isEnded: true });
    expect(left.entries).toMatchObject([{ outcome: "ok" }]);
  });

  test("waits for a client that has no room, too: it is read again when neither needs it", async () => {
    const { calls, handled, room, sink, say } = await openSlow();
    room.isThere = false;
    say(event("two"));
    say(fast(70));
    expect(calls).toEqual(["pause"]);
    for (let left = 40; left > 0; left--) await turn();
    expect(calls).toEqual(["pause"]);
    room.wake();
    await untilCalled(calls, 2);
    expect(calls).toEqual(["pause", "resume"]);
    sink.onEnd(Buffer.from(END));
    await handled;
  });

  test("is read on for an event whose end alone tells what it costs", async () => {
    const { calls, client, disk, handled, sink, say } = await openSlow();
    const long = event("\\n".repeat(300 * KIB));
    for (let at = 0; at < long.length; at += 64 * KIB) {
      say(long.slice(at, at + 64 * KIB));
      for (let left = 10; left > 0; left--) await turn();
      expect(calls.filter((call) => call === "pause")).toHaveLength(calls.filter((call) => call === "resume").length);
    }
    sink.onEnd(Buffer.from(END));
    await handled;
    expect(client.text.length).toBe((event("one") + long + END).length);
    expect(disk.ceilings.length).toBeGreaterThan(2);
  });

  test("is read on for its usage when the client leaves, and what was held for it is dropped", async () => {
    const { calls, client, handled, leave, left, sink, say } = await openSlow({ onDisconnect: "drain" });
    say(fast(70));
    expect(calls).toEqual(["pause"]);
    leave();
    expect(calls).toEqual(["pause", "resume"]);
    say(usageEvent(1_000, 20_000));
    sink.onEnd(Buffer.from(END));
    await handled;
    expect(client.text).toBe(event("one"));
    expect(left.entries).toMatchObject([{ outcome: "client_aborted", costSource: "upstream", tokens: 21_000 }]);
  });
});

describe("the ceiling of a reply that was not asked for as a stream", () => {
  test("is its worst case before the dispatch, for it is billed in full", async () => {
    const { disk, client, handled, input, sink, kinds } = await open({ stream: false, maxTokens: 30 });
    expect(disk.ceilings).toHaveLength(1);
    expect(disk.ceilings[0]).toBeGreaterThanOrEqual(input + 30 * TOKEN);
    expect(disk.ceilings[0]).toBeLessThan(input + 30 * TOKEN + 300 * INPUT_TOKEN);
    sink.onHead(200, { "content-type": "application/json" });
    sink.onEnd(Buffer.from('{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4}}'));
    await handled;
    expect(client.isEnded).toBe(true);
    expect(kinds()).toEqual(["admit", "ceiling", "settle"]);
  });

  test("covers a whole reply that came although a stream was asked for", async () => {
    const { disk, client, handled, input, sink } = await open({ maxTokens: 30 });
    sink.onHead(200, { "content-type": "application/json" });
    sink.onEnd(Buffer.from('{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4}}'));
    expect(client.isEnded).toBe(false);
    await handled;
    expect(client.isEnded).toBe(true);
    expect(disk.ceilings[1]).toBeGreaterThanOrEqual(input + 30 * TOKEN);
  });
});

describe("the hold record", () => {
  test("is renewed with the expected cost until there is output, then with the cost so far and 15 s more", async () => {
    const { quota, clock, input, handled, sink, say } = await open();
    const told: RenewAsk[] = [];
    const renew = () => {
      const store = {
        renew: async (asks: readonly RenewAsk[]) => {
          told.push(...asks);
          return asks.map(() => "renewed" as const);
        },
      } as unknown as QuotaStore;
      return renewHolds({ store, book: quota.book, clock, replica: "test", ttlMs: 45_000 });
    };
    sink.onHead(200, STREAM);
    await turn();
    await renew();
    expect(told[0]?.ceilingNanoUsd).toBe(input + 1_024 * TOKEN);
    say(event("word"));
    for (let count = 2; count <= 501; count++) {
      clock.advance(20);
      say(event("word"));
    }
    await renew();
    const rate = (501 * TOKEN) / 10_000;
    expect(told[1]?.ceilingNanoUsd).toBe(input + 501 * TOKEN + Math.ceil(rate * 15_000));
    sink.onEnd(Buffer.from(END));
    await handled;
    await renew();
    expect(told).toHaveLength(2);
  });
});
