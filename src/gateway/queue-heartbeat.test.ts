import type { UpstreamAnswer } from "@test/answering-upstream";
import { buildChannel } from "@test/build-deps";
import { type GatewayScene, openGateway, type SentCall } from "@test/open-gateway";
import { describe, expect, test } from "vitest";
import type { ChannelSnapshot } from "@/core/channels/channel";
import { anthropicMessages } from "@/protocols/anthropic-messages/adapter";

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
