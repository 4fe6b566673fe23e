import { buildChannel, TEST_KEY } from "@test/build-deps";
import { buildLimit } from "@test/build-quota";
import { buildRequest } from "@test/build-request";
import { buildPriceRow } from "@test/build-usage";
import { type GatewayScene, openGateway } from "@test/open-gateway";
import { recordingReply } from "@test/recording-reply";
import { describe, expect, test } from "vitest";

const ANTHROPIC = { "anthropic-version": "2023-06-01" };
const GROUP = { id: 4, name: "frontier", slug: "frontier" };
const OTHER = { id: 5, name: "cheap", slug: "cheap" };
const named = (...names: readonly string[]) => new Map(names.map((name) => [name, { name, upstream: name }]));
const at = { baseUrl: "http://127.0.0.1:1" };
const price = (model: string, index: number) =>
  buildPriceRow({ id: index + 1, model, components: { input_text: 1n, output_text: 1n } });
const PRICES = ["chat-model", "message-model", "both", "response-model", "gemini-model", "cheap"].map(price);
const CHANNELS = [
  buildChannel({ ...at, id: 1, protocols: ["openai-chat"], models: named("chat-model", "both") }),
  buildChannel({ ...at, id: 2, protocols: ["anthropic-messages"], models: named("message-model", "both") }),
  buildChannel({ ...at, id: 3, protocols: ["openai-responses"], models: named("response-model") }),
  buildChannel({ ...at, id: 4, protocols: ["gemini"], models: named("gemini-model") }),
];
const ALL = ["both", "chat-model", "gemini-model", "message-model", "response-model"];

const open = (scene: GatewayScene = {}) => openGateway({ channels: CHANNELS, prices: PRICES, ...scene });
type Scene = ReturnType<typeof open>;

async function get(
  scene: Scene,
  path: string,
  { headers = {}, method = "GET" }: { headers?: Readonly<Record<string, string>>; method?: string } = {},
) {
  const { reply, answer } = recordingReply(scene.clock);
  const request = buildRequest({ method, path, headers: { authorization: `Bearer ${TEST_KEY}`, ...headers } });
  await scene.gateway.handle(request, reply);
  return { ...answer, json: () => JSON.parse(answer.body) };
}

async function idsOf(scene: Scene, path = "/v1/models?protocol=all", headers: Readonly<Record<string, string>> = {}) {
  const { status, json } = await get(scene, path, { headers });
  expect(status).toBe(200);
  return json().data.map(({ id }: { id: string }) => id);
}

describe("which models a list holds (protocols-and-pricing.md 1.4)", () => {
  test("those of its own protocol, of OpenAI's both; with protocol=all those of any", async () => {
    expect(await idsOf(open(), "/v1/models")).toEqual(["both", "chat-model", "response-model"]);
    expect(await idsOf(open(), "/v1/models", ANTHROPIC)).toEqual(["both", "message-model"]);
    expect(await idsOf(open())).toEqual(ALL);
    expect(await idsOf(open(), "/v1/models?protocol=all", ANTHROPIC)).toEqual(ALL);
  });

  test.each<[string, GatewayScene, readonly string[]]>([
    ["that the key may use", { snapshot: { models: new Set(["both", "unserved"]) } }, ["both"]],
    ["with a price", { prices: PRICES.slice(0, 1) }, ["chat-model"]],
    ["without a price where that is free", { prices: [], settings: { unpricedModels: "free" } }, ALL],
    [
      "without a price where there is none for all others either",
      { prices: [], settings: { unpricedModels: "default_price" } },
      [],
    ],
    ["of a channel with a credential", { channels: CHANNELS.map((one) => ({ ...one, credential: null })) }, []],
    ["of a channel that the user sees", { channels: CHANNELS.map((one) => ({ ...one, access: new Set([9]) })) }, []],
    ["not blocked for all others", { snapshot: { limits: [buildLimit({ state: "block", amount: null })] } }, []],
    [
      "not blocked for the key",
      { snapshot: { limits: [buildLimit({ subjectType: "key", subjectId: 3, state: "block", amount: null })] } },
      [],
    ],
    [
      "not in a blocked group",
      {
        modelGroups: { both: GROUP },
        snapshot: { limits: [buildLimit({ modelGroupId: GROUP.id, state: "block", amount: null })] },
      },
      ALL.slice(1),
    ],
    [
      "in a group with limits of its own where all others are blocked",
      {
        modelGroups: { both: GROUP },
        snapshot: {
          limits: [
            buildLimit({ state: "block", amount: null }),
            buildLimit({ id: 2, modelGroupId: GROUP.id, window: "weekly" }),
          ],
        },
      },
      ["both"],
    ],
    [
      "of which but another unit is blocked in another group",
      {
        modelGroups: { both: GROUP, "chat-model": OTHER },
        snapshot: { limits: [buildLimit({ modelGroupId: OTHER.id, unit: "tokens", state: "block", amount: null })] },
      },
      ["both", "gemini-model", "message-model", "response-model"],
    ],
  ])("those %s", async (_, scene, ids) => {
    expect(await idsOf(open(scene))).toEqual(ids);
  });

  test("one whose limit is exhausted stays", async () => {
    const scene = open({ snapshot: { limits: [buildLimit({ unit: "requests", amount: 1 })] } });
    const call = { model: "chat-model" };
    expect((await scene.one(call)).status).toBe(200);
    expect((await scene.one(call)).status).toBe(429);
    expect(await idsOf(scene)).toEqual(ALL);
  });

  test("with billingModel upstream the mapped model's price and block count", async () => {
    const channels = [
      buildChannel({ ...at, models: new Map([["alias", { name: "alias", upstream: "cheap" }]]) }),
      buildChannel({ ...at, id: 2, models: new Map([["blocked", { name: "blocked", upstream: "both" }]]) }),
    ];
    const scene = {
      channels,
      modelGroups: { both: GROUP },
      snapshot: { limits: [buildLimit({ modelGroupId: GROUP.id, state: "block", amount: null })] },
    } as const;
    expect(await idsOf(open({ ...scene, settings: { billingModel: "upstream" } }))).toEqual(["alias"]);
    expect(await idsOf(open(scene))).toEqual([]);
  });
});

describe("the reply of a list", () => {
  test("has pages in Anthropic's shape alone", async () => {
    const page = await get(open(), "/v1/models?protocol=all&limit=2&after_id=both", { headers: ANTHROPIC });
    expect(page.json()).toMatchObject({ has_more: true, first_id: "chat-model", last_id: "gemini-model" });
    expect(page.json().data[0]).toEqual({
      ...{ type: "model", id: "chat-model", display_name: "chat-model", created_at: expect.any(String) },
    });
    const whole = await get(open(), "/v1/models?protocol=all&limit=2&after_id=both");
    expect(whole.json()).toMatchObject({ object: "list" });
    expect(whole.json().data).toHaveLength(ALL.length);
  });

  test.each(["0", "1001", "2.5", "-1", "x", ""])("a limit of %j is refused", async (limit) => {
    const refused = await get(open(), `/v1/models?limit=${limit}`, { headers: ANTHROPIC });
    expect([refused.status, refused.json().error.type]).toEqual([400, "invalid_request_error"]);
  });

  test.each([["/v1/models"], ["/v1/models/both"]])(
    "%s has a tag, and a client that knows it gets nothing",
    async (path) => {
      const scene = open();
      const first = await get(scene, path);
      const etag = first.headers.etag ?? "";
      expect(etag).toMatch(/^"[\w-]+"$/);
      expect((await get(scene, path)).headers.etag).toBe(etag);
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
        const again = await get(scene, path, { headers: { "if-none-match": known } });
        expect([again.status, again.body, again.headers.etag]).toEqual([304, "", etag]);
      }
      expect((await get(scene, path, { headers: { "if-none-match": '"other"' } })).status).toBe(200);
      const head = await get(scene, path, { method: "HEAD" });
      expect([head.status, head.body, head.headers.etag]).toEqual([200, "", etag]);
      expect(head.headers["content-length"]).toBe(String(Buffer.byteLength(first.body)));
    },
  );

  test("another list has another tag", async () => {
    const one = await get(open(), "/v1/models");
    expect((await get(open({ prices: PRICES.slice(0, 1) }), "/v1/models")).headers.etag).not.toBe(one.headers.etag);
  });

  test("of one model is that model, or none that it does not list", async () => {
    expect((await get(open(), "/v1/models/both")).json()).toMatchObject({ id: "both", object: "model" });
    expect((await get(open(), "/v1/models/both", { headers: ANTHROPIC })).json()).toMatchObject({ type: "model" });
    for (const path of ["/v1/models/message-model", "/v1/models/nobody"]) {
      const missing = await get(open(), path);
      expect([missing.status, missing.json().error.code]).toEqual([404, "model_not_found"]);
    }
  });

  test("nothing goes upstream, and nothing is counted", async () => {
    const scene = open();
    await get(scene, "/v1/models");
    expect([scene.upstream.sent, scene.left.entries.length, scene.left.requests.length]).toEqual([0, 0, 0]);
  });
});
