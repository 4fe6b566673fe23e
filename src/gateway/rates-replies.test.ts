import type { UpstreamAnswer } from "@test/answering-upstream";
import { buildAuthSnapshot, buildChannel, TEST_KEY } from "@test/build-deps";
import { type GatewayScene, openGateway, type SentCall } from "@test/open-gateway";
import type { ClientAnswer } from "@test/recording-reply";
import { describe, expect, test } from "vitest";
import type { AuthSnapshot } from "@/core/auth-snapshot";
import type { RateRow } from "@/core/quota/rate-row";
import { DEFAULT_SETTINGS, type Settings } from "@/core/settings/settings";

// What clients are told of rates, and which replies were successful ones (channels-and-rates.md tests 26 and 31).
const DATA = 'data: {"choices":[{"delta":{"content":"hi"}}]}\n\n';
const DONE = "data: [DONE]\n\n";
const FAILED = 'data: {"error":{"message":"own words","type":"server_error"}}\n\n';
const STREAM: SentCall = { fields: { stream: true } };
const streamOf = (...texts: string[]) => texts.map((text) => ({ afterMs: 200, text }));

const row = (subjectType: RateRow["subjectType"], amount: number, given: Partial<RateRow> = {}): RateRow => ({
  ...{ id: 1, subjectType, userId: null, userGroupId: null, keyId: null, modelGroupId: null, model: null },
  ...{ metric: "rpm", amount, burst: null, ...given },
});
const requestRate = (given: Partial<Settings["requestRate"]>) => ({
  requestRate: { ...DEFAULT_SETTINGS.requestRate, enabled: true, ...given },
});

function open(snapshot: Partial<AuthSnapshot>, scene: GatewayScene = {}) {
  return openGateway({ keys: { [TEST_KEY]: buildAuthSnapshot(snapshot) }, ...scene });
}
const codeOf = ({ status, headers }: ClientAnswer) => (status === 200 ? "ok" : headers["x-sluice-code"]);

describe("a unit of successful requests", () => {
  type Ended = readonly [how: string, answer: UpstreamAnswer, leavesAfterMs: number | null, stays: boolean];
  test.each<Ended>([
    ["a reply of status 500", { status: 500 }, null, false],
    ["a refusal of the client's own fault", { status: 400 }, null, false],
    ["an upstream that cannot be reached", { fault: "upstream_unreachable" }, null, false],
    ["an error event after the headers", { events: streamOf(DATA, FAILED) }, null, false],
    ["an error event behind heartbeats of an upstream", { events: streamOf(": wait\n\n", FAILED) }, null, false],
    ["a stream that is cut", { events: streamOf(DATA), fault: "upstream_truncated" }, null, false],
    ["a stream without its end", { events: streamOf(DATA) }, null, false],
    [
      "a client that leaves and a drain that is cut",
      { events: streamOf(DATA), fault: "upstream_truncated" },
      150,
      false,
    ],
    ["a client that leaves and a drain to the end", { events: streamOf(DATA, DATA, DONE) }, 350, true],
    ["a whole stream", { events: streamOf(DATA, DONE) }, null, true],
    ["a whole body", {}, null, true],
  ])("after %s", async (...[, answer, leavesAfterMs, stays]) => {
    const settings = { ...requestRate({ total: 0, successful: 1 }), maxAttempts: 1 };
    let given = answer;
    const scene = open({}, { settings, answer: () => given });
    const first = scene.send(answer.events === undefined ? {} : STREAM);
    if (leavesAfterMs !== null) {
      await scene.pass(leavesAfterMs);
      first.answer.leave();
    }
    await scene.finish();
    await first.handled;
    given = {};
    expect([codeOf(await scene.one()), scene.upstream.sent]).toEqual(
      stays ? ["successful_requests_exceeded", 1] : ["ok", 2],
    );
  });

  test("is given back for each client that leaves when upstreams are not drained", async () => {
    const settings = requestRate({ total: 3, successful: 1 });
    const channels = [buildChannel({ baseUrl: "http://127.0.0.1:1", onDisconnect: "abort" })];
    const scene = open({}, { settings, channels, answer: () => ({ events: streamOf(DATA, DATA, DONE) }) });
    for (const _ of [1, 2]) {
      const { answer, handled } = scene.send(STREAM);
      await scene.pass(350);
      answer.leave();
      await scene.finish();
      await handled;
    }
    expect(codeOf(await scene.one(STREAM))).toBe("ok");
    expect(codeOf(await scene.one(STREAM))).toBe("total_requests_exceeded");
  });
});

const SHAPES = [
  { id: "openai-chat", path: "/v1/chat/completions", prefix: "x-ratelimit-" },
  { id: "anthropic-messages", path: "/v1/messages", prefix: "anthropic-ratelimit-" },
] as const;

describe.each(SHAPES)("in the shape of $id", ({ path, prefix }) => {
  const call: SentCall = { path, ...(path === "/v1/messages" ? { model: "claude-sonnet-4-5" } : {}) };
  const named = (name: string) =>
    prefix === "x-ratelimit-" ? `${prefix}${name}-requests` : `${prefix}requests-${name}`;
  const running = { metric: "concurrency", target: "all", limit: 1, used: 1 };
  const group = { id: 2, name: "vip", joinedVersion: 1, costMultiplierPpm: null };
  const ofUser = { userId: 7 };
  const inGroup = { userGroupId: 2 };
  const rated = { target: "all", limit: 1, used: 1 };

  type Refused = readonly [code: string, snapshot: Partial<AuthSnapshot>, settings: object, rate: object];
  test.each<Refused>([
    ["rpm_exceeded", { rates: [row("user", 1, ofUser)] }, {}, { ...rated, metric: "rpm", source: "user" }],
    ["rpm_exceeded", { rates: [row("key", 1, { keyId: 3 })] }, {}, { ...rated, metric: "rpm", source: "key" }],
    ["rpm_exceeded", { rates: [row("everyone", 1)] }, {}, { ...rated, metric: "rpm", source: "default" }],
    [
      "rpm_exceeded",
      { userGroups: [group], rates: [row("user_group", 1, inGroup)] },
      {},
      { ...rated, metric: "rpm", source: "group" },
    ],
    [
      "rpm_exceeded",
      { userGroups: [group], rates: [row("user_group", 9, inGroup), row("override", 1, { ...ofUser, ...inGroup })] },
      {},
      { ...rated, metric: "rpm", source: "override" },
    ],
    ["total_requests_exceeded", {}, requestRate({ total: 1 }), { ...rated, metric: "total", source: "default" }],
    [
      "total_requests_exceeded",
      { userGroups: [group] },
      requestRate({ total: 9, groups: { VIP: { total: 1, successful: 9 } } }),
      { ...rated, metric: "total", source: "group" },
    ],
    [
      "successful_requests_exceeded",
      {},
      requestRate({ total: 0, successful: 1 }),
      { ...rated, metric: "successful", source: "default" },
    ],
    ["user_concurrency_exceeded", { maxConcurrent: { user: 1, key: null } }, {}, { ...running, source: "user" }],
    ["key_concurrency_exceeded", { maxConcurrent: { user: null, key: 1 } }, {}, { ...running, source: "key" }],
  ])("%s names its rule, when to come again and its status", async (...[code, snapshot, settings, rate]) => {
    const scene = open(snapshot, { settings });
    scene.send(call);
    const { answer } = scene.send(call);
    await scene.finish();
    const { headers, body } = answer;
    expect([answer.status, headers["x-sluice-code"]]).toEqual([429, code]);
    const { details } = JSON.parse(body).error;
    expect(details).toMatchObject({ code, rate });
    const [seconds, ms] = [Number(headers["retry-after"]), Number(headers["retry-after-ms"])];
    expect(seconds).toBe(Math.ceil(ms / 1_000));
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(details.rate.retry_after_ms).toBe(ms);
    expect(headers).not.toHaveProperty("x-should-retry");
    expect(headers[named("remaining")]).toBe(code === "rpm_exceeded" ? "0" : undefined);
  });

  test("a stream tells where its rate stands with its head, before the first byte", async () => {
    const scene = open({ rates: [row("user", 5, ofUser)] }, { answer: () => ({ events: streamOf(DATA, DONE) }) });
    const { answer } = scene.send({ ...call, fields: { stream: true } });
    await scene.finish();
    expect(answer.headers).toMatchObject({ [named("limit")]: "5", [named("remaining")]: "4" });
    expect(answer.headers[named("reset")]).toBeDefined();
  });

  test("a wait of over a minute says not to retry", async () => {
    const scene = open({}, { settings: requestRate({ total: 1, periodMinutes: 10 }) });
    scene.send(call);
    const { answer } = scene.send(call);
    await scene.finish();
    expect(answer.headers).toMatchObject({ "x-sluice-code": "total_requests_exceeded", "x-should-retry": "false" });
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(60);
  });
});

test("a streamed call that waits with heartbeats is told its rate before them", async () => {
  const settings = { queueHeartbeatMs: 5_000 };
  const answer = () => ({ latencyMs: 12_000, events: streamOf(DATA, DONE) });
  const scene = open({ rates: [row("user", 5, { userId: 7 })] }, { settings, answer });
  const sent = scene.send(STREAM);
  await scene.pass(5_100);
  expect(sent.answer.headers["x-ratelimit-remaining-requests"]).toBe("4");
  await scene.finish();
});
