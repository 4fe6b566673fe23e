import { buildChannel, TEST_KEY } from "@test/build-deps";
import { buildLimit } from "@test/build-quota";
import { buildRequest } from "@test/build-request";
import { buildPriceRow } from "@test/build-usage";
import { type GatewayScene, openGateway } from "@test/open-gateway";
import {
  routesOf,
  SHAPED_MODEL,
  SHAPED_RESPONSE,
  shapedBody,
  shapedError,
  shapedPath,
  spellingsOf,
} from "@test/protocol-shapes";
import { recordingReply } from "@test/recording-reply";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LimitRow } from "@/core/quota/limit";
import type { RateRow } from "@/core/quota/rate-row";
import { DEFAULT_SETTINGS } from "@/core/settings/settings";
import { PROTOCOL_IDS, type ProtocolId } from "@/core/vocabulary";
import type { Route } from "@/protocols/routes";

const CHANNEL = buildChannel({
  baseUrl: "http://127.0.0.1:1",
  protocols: PROTOCOL_IDS,
  models: new Map([[SHAPED_MODEL, { name: SHAPED_MODEL, upstream: SHAPED_MODEL }]]),
});
const components = { input_text: 2_500_000n, output_text: 10_000_000n, image: 40_000_000n, character: 15_000n };
const PRICES = [buildPriceRow({ id: 1, model: SHAPED_MODEL, components })];
const HOME = { channelId: CHANNEL.id, userId: 7, model: SHAPED_MODEL };

const SPENT = buildLimit({ amount: 0 });
const BLOCK = buildLimit({ id: 2, state: "block", amount: null });
const rate = (metric: RateRow["metric"], amount: number): RateRow => ({
  ...{ id: 1, subjectType: "user", userId: 7, userGroupId: null, keyId: null, modelGroupId: null, model: null },
  ...{ metric, amount, burst: null },
});

function open(scene: GatewayScene = {}) {
  const opened = openGateway({ channels: [CHANNEL], prices: PRICES, answer: () => ({ latencyMs: 1 }), ...scene });
  opened.deps.affinity.keepHome(SHAPED_RESPONSE, HOME);
  return opened;
}
type Scene = ReturnType<typeof open>;
const under = (limits: readonly LimitRow[], rates: readonly RateRow[] = []) => open({ snapshot: { limits, rates } });

type Line = { readonly method: string; readonly path: string };
type Sent = { readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown };

async function send(scene: Scene, { method, path }: Line, { headers = {}, body }: Sent = {}) {
  const { reply, answer } = recordingReply(scene.clock);
  const sent = { authorization: `Bearer ${TEST_KEY}`, ...headers };
  const handled = scene.gateway.handle(buildRequest({ method, path, headers: sent, body }), reply);
  await scene.finish();
  await handled;
  return answer;
}

/** Calls a route with the smallest body that it takes. */
async function call(scene: Scene, route: Route, path = shapedPath(route)) {
  const body = await shapedBody(route);
  if (body === null) return send(scene, { method: route.method, path });
  return send(
    scene,
    { method: route.method, path },
    { headers: { "content-type": body.contentType }, body: body.bytes },
  );
}

const sentOf = ({ upstream, left, journal }: Scene) => ({
  sent: upstream.sent,
  requests: left.requests.length,
  entries: left.entries.length,
  frames: journal.frames.length,
});
const NOTHING = { sent: 0, requests: 0, entries: 0, frames: 0 };

type Refusal = readonly [code: string, status: number];

function expectRefusal(answer: Awaited<ReturnType<typeof send>>, protocol: ProtocolId, [code, status]: Refusal) {
  expect({ status: answer.status, code: answer.headers["x-sluice-code"] }).toEqual({ status, code });
  expect(answer.headers["x-sluice-request-id"]).toMatch(/^req_[0-9a-f]{32}$/);
  expect(answer.headers).not.toHaveProperty("location");
  expect(JSON.parse(answer.body)).toEqual(shapedError(protocol, code, status));
}

const named = <R extends Route>(routes: readonly R[]) =>
  routes.map((route) => [`${route.method} ${route.path}`, route] as const);

describe("a metered route", () => {
  describe.each(named(routesOf("M")))("%s", (_, route) => {
    test.each(spellingsOf(route))(
      "denies as %s over a spent limit, and nothing goes upstream (test 1)",
      async (path) => {
        for (const unit of ["usd", "tokens", "requests"] as const) {
          const scene = under([buildLimit({ unit, amount: 0 })]);
          const answer = await call(scene, route, path);
          expectRefusal(answer, route.protocol, ["limit_exceeded", 429]);
          expect(answer.headers["x-should-retry"]).toBe("false");
          expect(sentOf(scene)).toEqual(NOTHING);
        }
      },
    );

    test("denies at a block, above its rate and for an unknown key", async () => {
      expectRefusal(await call(under([BLOCK]), route), route.protocol, ["model_group_blocked", 403]);
      const rated = under([], [rate("rpm", 1)]);
      expect((await call(rated, route)).status).toBe(200);
      expectRefusal(await call(rated, route), route.protocol, ["rpm_exceeded", 429]);
      expect(rated.upstream.sent).toBe(1);
    });

    test("is served where the limit has room, reserved once and charged once", async () => {
      const scene = under([buildLimit()]);
      const answer = await call(scene, route);
      expect(answer.status).toBe(200);
      expect(answer.headers["x-sluice-limits"]).toContain("u=usd");
      expect(sentOf(scene)).toMatchObject({ sent: 1, requests: 1, entries: 1 });
      expect(scene.journal.frames.filter(({ type }) => type === "admit")).toHaveLength(1);
    });
  });
});

describe("a route that only rates decide on (test 3)", () => {
  describe.each(named(routesOf("R")))("%s", (_, route) => {
    test("passes over a spent limit of every unit; nothing is held or charged, and one row is kept", async () => {
      const limits = (["usd", "tokens", "requests"] as const).map((unit, id) => buildLimit({ id, unit, amount: 0 }));
      const scene = under(limits);
      expect((await call(scene, route)).status).toBe(200);
      expect(sentOf(scene)).toMatchObject({ sent: 1, requests: 1, entries: 0 });
      expect(scene.left.requests[0]).toMatchObject({ operation: route.operation, costNanoUsd: 0 });
      for (const { settled, held } of await scene.counters()) expect([settled, held]).toEqual([0, 0]);
    });

    test("is denied at a block", async () => {
      const scene = under([BLOCK]);
      expectRefusal(await call(scene, route), route.protocol, ["model_group_blocked", 403]);
      expect(sentOf(scene)).toEqual(NOTHING);
    });

    test("is denied above the rate per minute", async () => {
      const scene = under([], [rate("rpm", 1)]);
      expect((await call(scene, route)).status).toBe(200);
      expectRefusal(await call(scene, route), route.protocol, ["rpm_exceeded", 429]);
      expect(sentOf(scene)).toMatchObject({ sent: 1, requests: 1 });
    });

    test.each(["total", "successful"] as const)("leaves the rate of %s requests alone", async (metric) => {
      const requestRate = { ...DEFAULT_SETTINGS.requestRate, enabled: true };
      const scene = open({ snapshot: { rates: [rate(metric, 1)] }, settings: { requestRate } });
      for (let count = 0; count < 2; count++) expect((await call(scene, route)).status).toBe(200);
      const [metered] = routesOf("M");
      if (metered === undefined) throw new Error("there is no metered route");
      expect((await call(scene, metered)).status).toBe(200);
      expect((await call(scene, metered)).headers["x-sluice-code"]).toBe(`${metric}_requests_exceeded`);
    });
  });
});

describe("a local route (test 3)", () => {
  test.each(named(routesOf("L")))("%s answers over every limit and rate, and nothing is counted", async (_, route) => {
    const limits = [SPENT, buildLimit({ id: 3, unit: "requests", amount: 0 })];
    const requestRate = { ...DEFAULT_SETTINGS.requestRate, enabled: true };
    const rates = [rate("rpm", 1), { ...rate("total", 1), id: 2 }];
    const scene = open({ snapshot: { limits, rates }, settings: { requestRate } });
    for (let count = 0; count < 3; count++) expect((await call(scene, route)).status).toBe(200);
    expect(sentOf(scene)).toEqual(NOTHING);
  });
});

/** The protocol in whose shape a path that is not listed is refused (protocols-and-pricing.md 3.1). */
function shapeOf(path: string, headers: Readonly<Record<string, string>>): ProtocolId {
  if (/^\/+v1beta(\/|$)/.test(path)) return "gemini";
  return "anthropic-version" in headers ? "anthropic-messages" : "openai-chat";
}

describe("a path that is not listed (test 2)", () => {
  const UNLISTED = [
    ...["/v1/batches", "/v1/messages/batches", "/v1/files", "/v1/files/file_1/content", "/v1/fine_tuning/jobs"],
    ...["/v1/assistants", "/v1/threads", "/v1/threads/t/runs", "/v1/vector_stores", "/v1/containers"],
    ...["/v1/conversations", "/v1/realtime/sessions", "/v1/realtime", "/v1/videos", "/v1/chat/completions/chatcmpl_1"],
    ...["/v1/engines", "/v1/uploads", "/v1/evals", "/v1/organization/usage", "/v1/complete", "/v1/unknown"],
    ...["/v1beta/cachedContents", "/v1beta/files", "/v1beta/batches", "/v1beta/unknown", "/v1beta/tunedModels"],
    ...["predict", "predictLongRunning", "batchGenerateContent", "asyncBatchEmbedContent", "streamRawPredict"].flatMap(
      (method) => [`/v1/models/m:${method}`, `/v1beta/models/m:${method}`, `/models/m:${method}`],
    ),
  ];

  test.each(UNLISTED)("POST %s is 404 in shape", async (path) => {
    for (const headers of [{}, { "anthropic-version": "2023-06-01" }]) {
      const scene = open();
      const answer = await send(scene, { method: "POST", path }, { headers, body: { model: SHAPED_MODEL } });
      expectRefusal(answer, shapeOf(path, headers), ["endpoint_not_supported", 404]);
      expect(sentOf(scene)).toEqual(NOTHING);
    }
  });

  test.each([
    ...["/chat/completions", "/messages", "/models", "/embeddings"].map((path) => ["GET", path] as const),
    ["POST", "/images/generations"],
    ["POST", "/moderations"],
    ["GET", "/responses/resp_1"],
  ] as const)("%s %s gains no version", async (method, path) => {
    expectRefusal(await send(open(), { method, path }), "openai-chat", ["endpoint_not_supported", 404]);
  });

  test.each(named(routesOf("M")))("%s by another method is 405, and a WebSocket 426", async (_, route) => {
    const path = shapedPath(route);
    const scene = open();
    for (const method of ["PUT", "PATCH"]) {
      const answer = await send(scene, { method, path });
      expectRefusal(answer, shapeOf(path, {}), ["method_not_allowed", 405]);
      expect(answer.headers.allow).toContain("POST");
    }
    const upgrade = { upgrade: "websocket", connection: "Upgrade" };
    const answer = await send(scene, { method: "GET", path }, { headers: upgrade });
    expectRefusal(answer, shapeOf(path, upgrade), ["websocket_not_supported", 426]);
    expect(sentOf(scene)).toEqual(NOTHING);
  });

  test("of any method and any path: refused in shape or answered here, nothing upstream, never a redirect, seed 2", async () => {
    const scene = open();
    const words = [
      ...[
        "v1",
        "v1beta",
        "V1",
        "",
        ".",
        "..",
        "%2e%2e",
        "%2F",
        "%zz",
        "chat",
        "completions",
        "messages",
        "models",
        "m",
      ],
      ...[
        "responses",
        "resp_9",
        "cancel",
        "batches",
        "m:generateContent",
        "m:predict",
        "images",
        "edits",
        "%00",
        "admin",
        "ä",
      ],
    ];
    const path = fc.array(fc.constantFrom(...words), { maxLength: 5 }).map((parts) => `/${parts.join("/")}`);
    const method = fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND");
    const property = fc.asyncProperty(method, path, async (asked, to) => {
      const answer = await send(scene, { method: asked, path: to });
      const code = answer.headers["x-sluice-code"];
      expect(answer.headers).not.toHaveProperty("location");
      if (answer.status < 300) expect(["GET", "HEAD", "OPTIONS"]).toContain(asked);
      else expect([400, 404, 405]).toContain(answer.status);
      expect(code === undefined).toBe(answer.status < 300);
    });
    await fc.assert(property, { seed: 2, numRuns: 1_000 });
    expect(scene.upstream.sent).toBe(0);
    expect(scene.left.requests).toEqual([]);
  });
});
