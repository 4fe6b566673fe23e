import { buildAuthSnapshot, buildChannel, buildGatewayDeps, type GatewayParts, TEST_KEY } from "@test/build-deps";
import { buildLimit } from "@test/build-quota";
import { buildRequest } from "@test/build-request";
import { type FakeClock, fakeClock } from "@test/fake-clock";
import { describe, expect, test } from "vitest";
import type { AuthSnapshot } from "@/core/auth-snapshot";
import type { LimitRow } from "@/core/quota/limit";
import type { Enforcement } from "@/core/vocabulary";
import type { GatewayReply } from "@/protocols/exchange";
import { createGateway } from "./gateway";
import type { UpstreamClient } from "./gateway-deps";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const CENT = 10_000_000;
const FRONTIER = { id: 12, name: "Frontier", slug: "frontier" };

/** An upstream that answers `latencyMs` after it was asked, with a usage. */
function answeringUpstream(clock: FakeClock, given: { latencyMs: number; input: number; output: number }) {
  const state = { open: 0, most: 0, sent: 0 };
  const body = Buffer.from(
    JSON.stringify({ choices: [], usage: { prompt_tokens: given.input, completion_tokens: given.output } }),
  );
  const client: UpstreamClient = {
    send(_request, _options, sink) {
      state.sent++;
      state.most = Math.max(state.most, ++state.open);
      clock.after(given.latencyMs, () => {
        state.open--;
        sink.onHead(200, { "content-type": "application/json" });
        sink.onEnd(body);
      });
      return { pause() {}, resume() {}, abort() {} };
    },
    close: () => Promise.resolve(),
  };
  return { client, state };
}

type Answer = { status: number; headers: Readonly<Record<string, string>>; body: string; leave(): void };

function recordingReply(): { reply: GatewayReply; answer: Answer } {
  let closed = () => {};
  const answer: Answer = { status: 0, headers: {}, body: "", leave: () => closed() };
  const state = { isStarted: false, isClosed: false };
  const take = (chunk?: Uint8Array) => {
    answer.body += chunk === undefined ? "" : Buffer.from(chunk).toString();
  };
  const reply: GatewayReply = {
    get isStarted() {
      return state.isStarted;
    },
    get isClosed() {
      return state.isClosed;
    },
    start(status, headers) {
      state.isStarted = true;
      Object.assign(answer, { status, headers });
    },
    write(chunk) {
      take(chunk);
      return true;
    },
    drained: () => Promise.resolve(),
    end: take,
    destroy() {},
    onClosed(listener) {
      closed = () => {
        state.isClosed = true;
        listener();
      };
      return () => {};
    },
  };
  return { reply, answer };
}

type Scene = Partial<Omit<GatewayParts, "keys">> & {
  readonly limits: readonly LimitRow[];
  readonly snapshot?: Partial<AuthSnapshot>;
  readonly latencyMs?: number;
  readonly usage?: { readonly input: number; readonly output: number };
  readonly start?: string;
};

function open({ limits, snapshot, latencyMs = 100, usage = { input: 100, output: 50 }, start, ...parts }: Scene) {
  const clock = fakeClock(start ?? "2026-11-21T12:00:00Z");
  const upstream = answeringUpstream(clock, { latencyMs, ...usage });
  const fixture = buildGatewayDeps({
    channels: [buildChannel({ baseUrl: "http://127.0.0.1:1" })],
    upstream: upstream.client,
    clock,
    keys: { [TEST_KEY]: buildAuthSnapshot({ limits, ...snapshot }) },
    ...parts,
  });
  const gateway = createGateway(fixture.deps);
  const send = (given: { bytes?: number; maxTokens?: number | null; model?: string } = {}) => {
    const { reply, answer } = recordingReply();
    const handled = gateway.handle(callOf(given), reply);
    return { answer, handled };
  };
  /** Lets time pass until no call is left, in steps of 20 ms. */
  const finish = async () => {
    for (let step = 0; gateway.inflight() > 0 && step < 5_000; step++) {
      for (let round = 0; round < 6; round++) await turn();
      clock.advance(20);
    }
    await turn();
  };
  const one = async (given: Parameters<typeof send>[0] = {}) => {
    const { answer, handled } = send(given);
    await finish();
    await handled;
    return answer;
  };
  return { ...fixture, clock, upstream: upstream.state, gateway, send, one, finish };
}

/** A body of so many bytes. */
function callOf({
  bytes = 100,
  maxTokens = 50,
  model = "gpt-4o",
}: {
  bytes?: number;
  maxTokens?: number | null;
  model?: string;
}) {
  const body = { model, ...(maxTokens === null ? {} : { max_tokens: maxTokens }), messages: "" };
  const text = JSON.stringify(body);
  const padded = JSON.stringify({ ...body, messages: "x".repeat(bytes - text.length) });
  return buildRequest({ headers: { authorization: `Bearer ${TEST_KEY}` }, body: padded });
}

/** Sends `count` calls, `width` at a time, each at once when one before ended. */
async function burst(scene: ReturnType<typeof open>, count: number, width: number, given = {}) {
  const answers: Answer[] = [];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      next++;
      const { answer, handled } = scene.send(given);
      await handled;
      answers.push(answer);
    }
  };
  const workers = Promise.all(Array.from({ length: width }, worker));
  let isDone = false;
  void workers.then(() => {
    isDone = true;
  });
  for (let step = 0; !isDone && step < 20_000; step++) {
    for (let round = 0; round < 6; round++) await turn();
    if (!isDone) scene.clock.advance(20);
  }
  await workers;
  const codes = answers.filter(({ status }) => status !== 200).map(({ headers }) => headers["x-sluice-code"]);
  return { served: answers.length - codes.length, codes: [...new Set(codes)].sort(), answers };
}

const cent = (enforcement: Enforcement, given: Partial<LimitRow> = {}) =>
  buildLimit({ amount: CENT, enforcement, ...given });

describe("the burst of quota.md 12: cap $0.01, 200 calls, 50 at a time", () => {
  const A = { bytes: 100, maxTokens: 50 };
  const B = { bytes: 400, maxTokens: 50 };
  test.each([
    ["strict", A, 13, 10],
    ["balanced", A, 13, 11],
    ["lenient", A, 17, 17],
    ["strict", B, 12, 7],
    ["balanced", B, 13, 8],
    ["lenient", B, 13, 13],
  ] as const)("%s %j", async (...[enforcement, call, served, most]) => {
    const scene = open({ limits: [cent(enforcement)] });
    const result = await burst(scene, 200, 50, call);
    expect({ served: result.served, most: scene.upstream.most }).toEqual({ served, most });
    expect(result.codes).not.toContain("limit_contended");
    const spent = scene.left.entries.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0);
    expect(spent).toBe(served * 750_000);
    expect(scene.upstream.sent).toBe(served);
  });
});
