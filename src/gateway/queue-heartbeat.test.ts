import type { UpstreamAnswer } from "@test/answering-upstream";
import { buildChannel } from "@test/build-deps";
import { buildRequest } from "@test/build-request";
import { type GatewayScene, openGateway, type SentCall } from "@test/open-gateway";
import { SPOKEN } from "@test/spoken-replies";
import { describe, expect, test } from "vitest";
import type { ChannelSnapshot } from "@/core/channels/channel";
import { AppError } from "@/core/errors";
import { anthropicMessages } from "@/protocols/anthropic-messages/adapter";
import { protocolFor } from "@/protocols/registry";

const STREAM: SentCall = { fields: { stream: true } };
const DATA = 'data: {"choices":[{"delta":{"content":"hi"}}]}\n\n';
const DONE = "data: [DONE]\n\n";
const SLOW: UpstreamAnswer = {
  latencyMs: 12_000,
  events: [
    { afterMs: 0, text: DATA },
    { afterMs: 9_000, text: DONE },
  ],
};
const QUEUE = { mode: "queue", capacity: 1, queueSize: 1, queueTimeoutMs: 12_000, maxWaitingPerKey: null } as const;

/** A gateway with heartbeats every 5 s; channel `n` is the host `127.0.0.n`. */
function open(answer: GatewayScene["answer"], given: Partial<ChannelSnapshot> = {}, queueHeartbeatMs = 5_000) {
  const channels = [1, 2].map((id) => buildChannel({ id, baseUrl: `http://127.0.0.${id}:1`, priority: id, ...given }));
  return openGateway({ channels, answer: answer ?? (() => ({})), settings: { queueHeartbeatMs } });
}

describe("a streamed call that waits longer than the heartbeat's period", () => {
  test("gets its headers, then one heartbeat a period until the first byte, then one clean stream", async () => {
    const scene = open(() => SLOW);
    const { answer } = scene.send(STREAM);
    await scene.pass(4_980);
    expect(answer.status).toBe(0);
    await scene.pass(60);
    expect([answer.status, answer.body]).toEqual([200, ": ping\n\n"]);
    expect(answer.headers).toMatchObject({
      ...{ "content-type": "text/event-stream", "cache-control": "no-cache, no-transform", "x-accel-buffering": "no" },
    });
    expect(answer.headers["x-sluice-request-id"]).toMatch(/^req_/);
    await scene.finish();
    expect(answer.body).toBe(`: ping\n\n: ping\n\n${DATA}${DONE}`);
    expect(scene.left.requests).toMatchObject([{ outcome: "ok", status: 200 }]);
    expect(scene.clock.pending()).toBe(0);
  });

  test("leaves no timer when it is answered in time", async () => {
    const scene = open(() => ({ latencyMs: 100, events: [{ afterMs: 0, text: DONE }] }));
    expect((await scene.one(STREAM)).body).toBe(DONE);
    expect(scene.clock.pending()).toBe(0);
  });

  test("in a queue is beaten for as well; when the wait was in vain the same code comes as an event, and a denial", async () => {
    const scene = open(() => ({ latencyMs: 30_000 }), { limiter: QUEUE });
    scene.send();
    scene.send();
    await scene.pass(40);
    const { answer } = scene.send(STREAM);
    await scene.finish();
    const [first, second, event = ""] = answer.body.split("\n\n");
    expect([answer.status, first, second]).toEqual([200, ": ping", ": ping"]);
    expect(event).toMatch(/^data: .*"code":"channel_queue_timeout"/);
    expect(scene.left.denials).toMatchObject([{ code: "channel_queue_timeout" }]);
  });

  test("is served by the next channel when the first one fails", async () => {
    const scene = open(({ url }) => (url.includes("127.0.0.1:1") ? { latencyMs: 6_000, status: 500 } : SLOW));
    const { answer } = scene.send(STREAM);
    await scene.finish();
    expect(answer.body).toBe(`${": ping\n\n".repeat(3)}${DATA}${DONE}`);
    expect(scene.left.requests[0]?.attempts).toHaveLength(2);
  });

  test.each<[string, UpstreamAnswer, RegExp]>([
    ["the upstream's own refusal", { latencyMs: 6_000, status: 400 }, /"code":"upstream_error"/],
    ["a connection that fails", { latencyMs: 6_000, fault: "upstream_unreachable" }, /"code":"upstream_unreachable"/],
    ["a reply that is no stream", { latencyMs: 6_000 }, /"code":"upstream_error"/],
    [
      "an error as the first event",
      { latencyMs: 6_000, events: [{ afterMs: 0, text: 'data: {"error":{"message":"own words"}}\n\n' }] },
      /own words/,
    ],
  ])("is told of %s inside the stream", async (_name, given, event) => {
    const scene = open(() => given);
    const { answer } = scene.send(STREAM);
    await scene.finish();
    expect(answer.status).toBe(200);
    expect(answer.body).toMatch(/^(: ping\n\n)+data: /);
    expect(answer.body).toMatch(event);
    expect(answer.body.endsWith("\n\n")).toBe(true);
  });

  test("is told of its deadline inside the stream", async () => {
    const scene = openGateway({
      channels: [buildChannel({ baseUrl: "http://127.0.0.1:1" })],
      answer: () => ({ latencyMs: 60_000 }),
      settings: { queueHeartbeatMs: 5_000, requestDeadlineMs: 8_000 },
    });
    const { answer } = scene.send(STREAM);
    await scene.finish();
    expect(answer.body).toMatch(/^: ping\n\ndata: .*"code":"request_deadline"/);
    expect(scene.upstream.open).toBe(0);
  });
});

test.each<[string, SentCall, number]>([
  ["a call that asks for no stream", {}, 5_000],
  ["a stream without the setting", STREAM, 0],
])("%s gets no heartbeat", async (_name, call, periodMs) => {
  const scene = open(() => ({ latencyMs: 12_000 }), {}, periodMs);
  const { answer } = scene.send(call);
  await scene.pass(11_000);
  expect(answer.status).toBe(0);
  await scene.finish();
  expect([answer.status, answer.body.includes("ping")]).toEqual([200, false]);
});

test("heartbeats of the Messages format are its own ping events", () => {
  expect(anthropicMessages.heartbeat?.toString()).toBe('event: ping\ndata: {"type": "ping"}\n\n');
});

// Acceptance test 17 of protocols-and-pricing.md: the same in every protocol that streams (T5, 3.5).
describe.each(SPOKEN)("a streamed call of $id that waits in a queue", ({ id, call, stream }) => {
  const { heartbeat, renderStreamError } = protocolFor(id, buildRequest());
  const beat = heartbeat === null ? "" : Buffer.from(heartbeat).toString();
  const asked: SentCall = { ...call, fields: { stream: true, stream_options: { include_usage: true } } };
  const whole = stream.map(({ text }) => text).join("");
  const reply = { events: stream.map(({ text }) => ({ afterMs: 0, text })) };
  const limiter = { ...QUEUE, queueTimeoutMs: 40_000 };
  /** The one slot of the one channel is taken for so long by another call. */
  const behind = async (ms: number, queueHeartbeatMs: number) => {
    const scene = openGateway({
      channels: [buildChannel({ baseUrl: "http://127.0.0.1:1", limiter })],
      answer: (_request, index) => (index === 0 ? { latencyMs: ms } : reply),
      settings: { queueHeartbeatMs },
    });
    scene.send();
    await scene.pass(20);
    return scene;
  };

  test.each([0, 15_000])(
    "and is refused keeps its status, with heartbeats every %i ms, too",
    async (queueHeartbeatMs) => {
      const scene = await behind(5_000, queueHeartbeatMs);
      scene.send();
      await scene.pass(20);
      const { answer } = scene.send(asked);
      await scene.finish();
      expect([answer.status, answer.headers["x-sluice-code"]]).toEqual([429, "channel_queue_full"]);
    },
  );

  test("without the setting is told nothing until it is served or refused", async () => {
    const scene = await behind(39_000, 0);
    const { answer } = scene.send(asked);
    await scene.pass(38_000);
    expect([answer.status, answer.body]).toEqual([0, ""]);
    await scene.finish();
    expect([answer.status, answer.body]).toEqual([200, whole]);
    const late = await behind(60_000, 0);
    const refused = await late.one(asked);
    expect([refused.status, refused.headers["x-sluice-code"]]).toEqual([429, "channel_queue_timeout"]);
  });

  test("hears a heartbeat every 15 s where its protocol has one, and then one clean stream", async () => {
    const scene = await behind(39_000, 15_000);
    const { answer } = scene.send(asked);
    await scene.pass(14_900);
    expect([answer.status, answer.body]).toEqual([0, ""]);
    await scene.pass(200);
    expect([answer.status, answer.body]).toEqual([heartbeat === null ? 0 : 200, beat]);
    await scene.finish();
    expect([answer.status, answer.body]).toEqual([200, beat.repeat(2) + whole]);
  });

  test("and is refused after heartbeats is told so in the stream", async () => {
    const scene = await behind(60_000, 15_000);
    const answer = await scene.one(asked);
    if (heartbeat === null) {
      expect([answer.status, answer.headers["x-sluice-code"]]).toEqual([429, "channel_queue_timeout"]);
      return;
    }
    const told = answer.body.slice(2 * beat.length);
    expect([answer.status, answer.body.slice(0, 2 * beat.length)]).toEqual([200, beat.repeat(2)]);
    expect(told).toContain("channel_queue_timeout");
    const shape = Buffer.from(
      renderStreamError(new AppError("channel_queue_timeout"), { client: {}, requestId: "", explainUrl: null }),
    );
    expect(told.slice(0, told.indexOf("{"))).toBe(shape.toString().slice(0, shape.indexOf("{")));
    expect(told.endsWith("\n\n")).toBe(true);
    expect(scene.left.entries).toHaveLength(1);
  });
});

test("a streamed call of Gemini hears nothing while it waits, whatever the setting, and keeps the status of its refusal (T5)", async () => {
  const scene = openGateway({
    channels: [
      buildChannel({
        ...{ baseUrl: "http://127.0.0.1:1", limiter: { ...QUEUE, queueTimeoutMs: 40_000 } },
        protocols: ["openai-chat", "gemini"],
      }),
    ],
    answer: () => ({ latencyMs: 60_000 }),
    settings: { queueHeartbeatMs: 15_000 },
  });
  scene.send();
  await scene.pass(20);
  const { answer, handled } = scene.send({
    path: "/v1beta/models/gpt-4o:streamGenerateContent?alt=sse",
    maxTokens: null,
  });
  await scene.pass(35_000);
  expect([answer.status, answer.body]).toEqual([0, ""]);
  await scene.finish();
  await handled;
  expect(answer.headers["x-sluice-code"]).toBe("channel_queue_timeout");
  expect(answer.status).toBe(429);
});
