import { buildChannel, buildGatewayDeps, type GatewayParts, TEST_KEY } from "@test/build-deps";
import { buildRequest } from "@test/build-request";
import { type FakeClock, fakeClock } from "@test/fake-clock";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AppError } from "@/core/errors";
import type { GatewayReply } from "@/protocols/exchange";
import { createGateway } from "./gateway";
import type { Gateway, UpstreamClient, UpstreamSink } from "./gateway-deps";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const BASE = "http://127.0.0.1:1";

/** A reply that remembers what was written to it; `room` false makes the client slow. */
function recordingReply(faults: { start?: boolean; write?: boolean } = {}) {
  const listeners = new Set<() => void>();
  const written: Buffer[] = [];
  const state = { isStarted: false, isClosed: false, isEnded: false, isDestroyed: false, room: true, status: 0 };
  let wake = () => {};
  const leave = () => {
    wake();
    if (state.isEnded || state.isClosed) return;
    state.isClosed = true;
    for (const listener of [...listeners]) listener();
  };
  const reply: GatewayReply = {
    get isStarted() {
      return state.isStarted;
    },
    get isClosed() {
      return state.isClosed;
    },
    start(status) {
      if (faults.start) throw new Error("start failed");
      Object.assign(state, { isStarted: true, status });
    },
    write(chunk) {
      if (faults.write) throw new Error("write failed");
      written.push(Buffer.from(chunk));
      return state.room;
    },
    drained: () =>
      state.room || state.isClosed
        ? Promise.resolve()
        : new Promise((resolve) => {
            wake = resolve;
          }),
    end(chunk) {
      if (chunk !== undefined) written.push(Buffer.from(chunk));
      state.isEnded = true;
    },
    destroy() {
      state.isDestroyed = true;
      leave();
    },
    onClosed(listener) {
      if (state.isClosed) listener();
      else listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const drain = () => {
    state.room = true;
    wake();
  };
  return { reply, state, leave, drain, text: () => Buffer.concat(written).toString() };
}

/** An upstream whose replies the test speaks itself. */
function spokenUpstream() {
  const sinks: UpstreamSink[] = [];
  const calls: string[] = [];
  const client: UpstreamClient = {
    send(_request, _options, sink) {
      calls.push("send");
      sinks.push(sink);
      return {
        pause: () => void calls.push("pause"),
        resume: () => void calls.push("resume"),
        abort: () => void calls.push("abort"),
      };
    },
    close: () => Promise.resolve(),
  };
  const sent = () => sinks.length;
  return { client, calls, sent, sink: () => sinks[sinks.length - 1] as UpstreamSink };
}

const STREAM = { "content-type": "text/event-stream" };
const event = (content: string) => Buffer.from(`data: {"choices":[{"index":0,"delta":{"content":"${content}"}}]}\n\n`);
const request = (stream: boolean) =>
  buildRequest({
    headers: { authorization: `Bearer ${TEST_KEY}` },
    body: { model: "gpt-4o", messages: [], stream, stream_options: { include_usage: true } },
  });

async function open(parts: Partial<GatewayParts> = {}, stream = true) {
  const upstream = spokenUpstream();
  const clock = fakeClock();
  const fixture = buildGatewayDeps({
    channels: [buildChannel({ baseUrl: BASE })],
    upstream: upstream.client,
    clock,
    clientStallMs: 1_000,
    ...parts,
  });
  const gateway = createGateway(fixture.deps);
  const client = recordingReply();
  const handled = gateway.handle(request(stream), client.reply);
  while (upstream.calls.length === 0) await turn();
  return { ...fixture, upstream, clock, gateway, client, handled };
}

describe("handleCall", () => {
  test("admission and ceiling are on disk before the first byte leaves", async () => {
    const order: string[] = [];
    const upstream = spokenUpstream();
    const fixture = buildGatewayDeps({
      channels: [buildChannel({ baseUrl: BASE })],
      upstream: {
        ...upstream.client,
        send(...args) {
          order.push("send");
          return upstream.client.send(...args);
        },
      },
    });
    Object.assign(fixture.journal, {
      admit: () => order.push("admit"),
      ceiling: (frame: { amountNanoUsd: number }) => order.push(frame.amountNanoUsd > 0 ? "ceiling" : "no ceiling"),
      written: async () => {
        await turn();
        order.push("written");
      },
      settle: () => order.push("settle"),
    });
    const client = recordingReply();
    const handled = createGateway(fixture.deps).handle(request(false), client.reply);
    while (upstream.calls.length === 0) await turn();
    upstream.sink().onHead(200, { "content-type": "application/json" });
    upstream.sink().onEnd(Buffer.from("{}"));
    await handled;
    expect(order).toEqual(["admit", "ceiling", "written", "send", "settle"]);
  });

  test("a slow client pauses the upstream until it has room again", async () => {
    const { upstream, client, handled } = await open();
    client.state.room = false;
    upstream.sink().onHead(200, STREAM);
    await turn(); // the ceiling of the first output is written
    upstream.sink().onChunk(event("one"));
    expect(upstream.calls).toEqual(["send", "pause"]);
    client.drain();
    await turn();
    expect(upstream.calls).toEqual(["send", "pause", "resume"]);
    upstream.sink().onEnd(Buffer.from("data: [DONE]\n\n"));
    await handled;
    expect(client.text()).toBe(`${event("one")}data: [DONE]\n\n`);
  });

  test("a client that takes nothing for the stall time is cut off", async () => {
    const { upstream, client, clock, handled, left } = await open({
      channels: [buildChannel({ baseUrl: BASE, onDisconnect: "abort" })],
    });
    client.state.room = false;
    upstream.sink().onHead(200, STREAM);
    await turn(); // the ceiling of the first output is written
    upstream.sink().onChunk(event("one"));
    clock.advance(999);
    expect(client.state.isDestroyed).toBe(false);
    clock.advance(1);
    await handled;
    expect(client.state.isDestroyed).toBe(true);
    expect(left.entries).toMatchObject([{ outcome: "client_aborted", costSource: "estimated" }]);
  });

  test("a client that leaves while the upstream is paused lets it be read on", async () => {
    const { upstream, client, handled, left } = await open({
      channels: [buildChannel({ baseUrl: BASE, onDisconnect: "drain" })],
    });
    client.state.room = false;
    upstream.sink().onHead(200, STREAM);
    await turn(); // the ceiling of the first output is written
    upstream.sink().onChunk(event("one"));
    client.leave();
    expect(upstream.calls).toEqual(["send", "pause", "resume"]);
    upstream
      .sink()
      .onEnd(Buffer.from('data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4}}\n\ndata: [DONE]\n\n'));
    await handled;
    expect(left.entries).toMatchObject([{ outcome: "client_aborted", costSource: "upstream", tokens: 13 }]);
    expect(client.text()).toBe(event("one").toString());
  });

  test("nothing of a stream is written before its first event is complete", async () => {
    const { upstream, client, handled } = await open();
    upstream.sink().onHead(200, STREAM);
    upstream.sink().onChunk(event("one").subarray(0, 20));
    expect(client.state.isStarted).toBe(false);
    upstream.sink().onChunk(event("one").subarray(20));
    expect(client.state.isStarted).toBe(true);
    upstream.sink().onEnd(Buffer.from("data: [DONE]\n\n"));
    await handled;
  });

  test("an error event after half an event stands on lines of its own", async () => {
    const { upstream, client, handled } = await open();
    upstream.sink().onHead(200, STREAM);
    await turn(); // the ceiling of the first output is written
    upstream.sink().onChunk(Buffer.concat([event("one"), event("two").subarray(0, 15)]));
    upstream.sink().onError(new AppError("upstream_truncated"));
    await handled;
    const last = client.text().slice(event("one").length + 15);
    expect(last).toMatch(/^\n\ndata: \{"error"/);
    expect(client.state.isEnded).toBe(true);
  });

  test("a plain reply that breaks off breaks the client's connection, so that it never looks complete", async () => {
    const { upstream, client, handled, left } = await open({}, false);
    upstream.sink().onHead(200, { "content-type": "application/json", "content-length": "100" });
    upstream.sink().onChunk(Buffer.from('{"id":'));
    upstream.sink().onError(new AppError("upstream_truncated"));
    await handled;
    expect([client.state.isEnded, client.state.isDestroyed]).toEqual([false, true]);
    expect(left.entries).toMatchObject([{ outcome: "upstream_error", costSource: "estimated" }]);
  });

  test("an empty success is no success", async () => {
    const { upstream, client, handled } = await open({}, false);
    upstream.sink().onHead(200, { "content-type": "application/json" });
    upstream.sink().onEnd(null);
    await handled;
    expect(client.state.status).toBe(502);
    expect(client.text()).toContain("upstream_truncated");
  });

  test("a redirect is not followed and not shown", async () => {
    const { upstream, client, handled } = await open({}, false);
    upstream.sink().onHead(302, { location: "http://internal.test/" });
    upstream.sink().onEnd(Buffer.from("moved to http://internal.test/"));
    await handled;
    expect(client.state.status).toBe(502);
    expect(client.text()).not.toContain("internal.test");
  });

  test.each([
    [429, "upstream_rate_limited", 429],
    [529, "upstream_overloaded", 503],
    [500, "upstream_error", 502],
  ])("a %d whose body is too large becomes %s", async (...[status, code, shown]) => {
    const { upstream, client, handled } = await open({}, false);
    upstream.sink().onHead(status, { "content-type": "application/json" });
    upstream.sink().onChunk(Buffer.alloc(70_000, 120));
    await handled;
    expect(client.state.status).toBe(shown);
    expect(client.text()).toContain(code);
    expect(upstream.calls).toContain("abort");
  });

  test("no more channels are tried than the setting allows", async () => {
    const channels = [1, 2, 3, 4].map((id) => buildChannel({ id, baseUrl: BASE, priority: id }));
    const { upstream, handled, left, client } = await open({ channels, settings: { maxAttempts: 2 } }, false);
    for (let attempt = 1; attempt <= 2; attempt++) {
      while (upstream.calls.length < attempt) await turn();
      upstream.sink().onError(new AppError("upstream_unreachable"));
    }
    await handled;
    expect(left.entries.map(({ channelId, requests }) => [channelId, requests])).toEqual([
      [1, 1],
      [2, 0],
    ]);
    expect(client.state.status).toBe(502);
  });

  test("the key is asked for once and a denial is written once", async () => {
    const { deps, left } = buildGatewayDeps({ channels: [buildChannel({ baseUrl: BASE })] });
    const client = recordingReply();
    const refused = buildRequest({ headers: { authorization: "Bearer sk-sluice-unknownunknownunknownunknown" } });
    await createGateway(deps).handle(refused, client.reply);
    expect(client.state.status).toBe(401);
    expect(left.denials).toMatchObject([{ code: "invalid_key", userId: null, keyId: null }]);
  });

  test("a fault of ours is a 500 that tells nothing and is logged", async () => {
    const { deps, left } = buildGatewayDeps({
      channels: [buildChannel({ baseUrl: BASE })],
      random: () => {
        throw new Error("secret detail");
      },
    });
    const channels = [1, 2].map((id) => buildChannel({ id, baseUrl: BASE }));
    const faulty = buildGatewayDeps({ channels, random: deps.random });
    const client = recordingReply();
    await createGateway(faulty.deps).handle(request(false), client.reply);
    expect(client.state.status).toBe(500);
    expect(client.text()).not.toContain("secret detail");
    expect(faulty.left.logged).toMatchObject([{ level: "error" }]);
    expect(faulty.journal.settled).toMatchObject([{ kind: "voided" }]);
    expect(left.entries).toHaveLength(0);
  });
});

type Step =
  | "head"
  | "error-head"
  | "chunk"
  | "error-event"
  | "end"
  | "cut"
  | "leave"
  | "stop"
  | "deadline"
  | "stall"
  | "turn";
const STEPS: Step[] = [
  "head",
  "error-head",
  "chunk",
  "error-event",
  "end",
  "cut",
  "leave",
  "stop",
  "deadline",
  "stall",
  "turn",
];

const FAULTS = ["none", "none", "none", "start", "write", "send", "ceiling", "written"] as const;
const SCRIPTS = fc.record({
  steps: fc.array(fc.constantFrom(...STEPS), { maxLength: 14 }),
  stream: fc.boolean(),
  onDisconnect: fc.constantFrom("drain", "abort", null),
  fault: fc.constantFrom(...FAULTS),
  maxDrains: fc.constantFrom(0, 1),
});
type Script = typeof SCRIPTS extends fc.Arbitrary<infer Value> ? Value : never;

describe("settlement", () => {
  test("every admitted call is settled exactly once, over finish, abort, refusal, upstream error and thrown fault", async () => {
    await fc.assert(fc.asyncProperty(SCRIPTS, play), { numRuns: 300 });
  });
});

async function play(script: Script): Promise<void> {
  const { stream, fault } = script;
  const upstream = spokenUpstream();
  const clock = fakeClock();
  const fixture = faultyFixture(script, upstream, clock);
  const gateway = createGateway(fixture.deps);
  const client = recordingReply({ start: fault === "start", write: fault === "write" });
  const handled = gateway.handle(request(stream), client.reply);
  await turn();
  await turn();
  for (const step of script.steps) {
    say(step, { upstream, client, gateway, clock, stream });
    await turn();
    await turn();
  }
  gateway.abortAll();
  client.leave();
  await handled;
  await turn();
  const { journal, left } = fixture;
  const [settled, ...more] = journal.settled;
  expect(more).toEqual([]);
  expect(left.entries).toEqual(settled?.entries);
  expect(left.requests).toHaveLength(settled?.kind === "settled" ? 1 : 0);
  expect(left.entries.reduce((sum, entry) => sum + entry.requests, 0)).toBe(left.requests.length);
  if (fault !== "send") expect(left.entries).toHaveLength(upstream.sent());
  for (const { costNanoUsd } of left.entries) expect(costNanoUsd).toBeGreaterThanOrEqual(0);
  expect([left.inflight, gateway.inflight(), clock.pending()]).toEqual([0, 0, 0]);
}

function faultyFixture(script: Script, upstream: ReturnType<typeof spokenUpstream>, clock: FakeClock) {
  const { fault, maxDrains, onDisconnect } = script;
  const failing = () => {
    throw new Error(`${fault} failed`);
  };
  const fixture = buildGatewayDeps({
    channels: [1, 2].map((id) => buildChannel({ id, baseUrl: BASE, priority: id, onDisconnect })),
    clock,
    maxDrains,
    clientStallMs: 1_000,
    upstream: fault === "send" ? { ...upstream.client, send: failing } : upstream.client,
  });
  if (fault === "ceiling" || fault === "written") Object.assign(fixture.journal, { [fault]: failing });
  return fixture;
}

type Scene = {
  readonly upstream: ReturnType<typeof spokenUpstream>;
  readonly client: ReturnType<typeof recordingReply>;
  readonly gateway: Gateway;
  readonly clock: FakeClock;
  readonly stream: boolean;
};

/** Lets one thing happen; the upstream is silent until it was called. */
function say(step: Step, { upstream, client, gateway, clock, stream }: Scene): void {
  const sink: UpstreamSink | undefined = upstream.sink();
  const steps: Record<Step, () => void> = {
    head: () => sink?.onHead(200, stream ? STREAM : { "content-type": "application/json" }),
    "error-head": () => sink?.onHead(500, { "content-type": "application/json" }),
    chunk: () => sink?.onChunk(event("word")),
    "error-event": () => sink?.onChunk(Buffer.from('data: {"error":{"type":"server_error"}}\n\n')),
    end: () => sink?.onEnd(null),
    cut: () => sink?.onError(new AppError("upstream_truncated")),
    leave: () => client.leave(),
    stop: () => gateway.abortAll(),
    deadline: () => clock.advance(600_000),
    stall: () => {
      client.state.room = false;
    },
    turn() {},
  };
  steps[step]();
}
