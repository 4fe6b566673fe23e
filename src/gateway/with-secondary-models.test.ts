import { buildChannel } from "@test/build-deps";
import { buildLimit } from "@test/build-quota";
import { buildPriceRow } from "@test/build-usage";
import { type GatewayScene, openGateway } from "@test/open-gateway";
import { describe, expect, test } from "vitest";

const GROUP = { id: 4, name: "frontier", slug: "frontier" };
const OTHER = { id: 5, name: "cheap", slug: "cheap" };
const named = (...names: readonly string[]) => new Map(names.map((name) => [name, { name, upstream: name }]));
const CHANNEL = buildChannel({ baseUrl: "http://127.0.0.1:1", models: named("own", "second", "dear") });
const price = (id: number, model: string, usd: bigint) =>
  buildPriceRow({ id, model, components: { input_text: usd * 1_000_000n, output_text: usd * 1_000_000n } });
const PRICES = [price(1, "own", 1n), price(2, "second", 2n), price(3, "dear", 10n)];

const open = (scene: GatewayScene = {}) => openGateway({ channels: [CHANNEL], prices: PRICES, ...scene });
const asking = (model: string) => ({
  ...{ path: "/v1/messages", model: "own" },
  fields: { fallbacks: [{ model }] },
});

async function refusalOf(scene: GatewayScene, model = "second") {
  const opened = open(scene);
  const { status, headers } = await opened.one(asking(model));
  return { status, code: headers["x-sluice-code"], sent: opened.upstream.sent };
}

const REFUSED = { status: 403, code: "secondary_model_not_allowed", sent: 0 };
const PASSES = { status: 200, code: undefined, sent: 1 };

describe("a further model of a body (protocols-and-pricing.md N4)", () => {
  test("in no group, like the model itself, passes, as a fallback and as a tool's own; the name is sent as it is", async () => {
    const scene = open();
    expect((await scene.one(asking("second"))).status).toBe(200);
    const fields = { tools: [{ type: "advisor_1", name: "advisor", model: "second" }] };
    expect((await scene.one({ ...asking("second"), fields })).status).toBe(200);
    const bodies = scene.upstream.requests.map(({ body }) => Buffer.concat(body).toString());
    expect(bodies[0]).toContain('"fallbacks":[{"model":"second"}]');
    expect(bodies[1]).toContain('"name":"advisor","model":"second"');
  });

  test("the model itself is none", async () => {
    expect(await refusalOf({ snapshot: { models: new Set(["own"]) } }, "own")).toEqual(PASSES);
  });

  test.each<[string, GatewayScene]>([
    ["the key may not use it", { snapshot: { models: new Set(["own"]) } }],
    ["it is in a group and the model is in none", { modelGroups: { second: GROUP } }],
    ["the model is in a group and it is in none", { modelGroups: { own: GROUP } }],
    ["it is in another group", { modelGroups: { own: GROUP, second: OTHER } }],
    ["no channel serves it", { channels: [{ ...CHANNEL, models: named("own") }] }],
    [
      "another channel serves it",
      {
        channels: [
          { ...CHANNEL, models: named("own") },
          { ...CHANNEL, id: 2, models: named("second") },
        ],
      },
    ],
    [
      "the channel that serves both is hidden from the user",
      {
        channels: [
          { ...CHANNEL, models: named("own") },
          { ...CHANNEL, id: 2, access: new Set([9]) },
        ],
      },
    ],
    ["it has no price", { prices: PRICES.slice(0, 1) }],
  ])("is refused where %s", async (_, scene) => {
    expect(await refusalOf(scene)).toEqual(REFUSED);
  });

  test("in the same group passes", async () => {
    expect(await refusalOf({ modelGroups: { own: GROUP, second: GROUP } })).toEqual(PASSES);
  });

  test("the call goes only to channels that serve all of its models", async () => {
    const scene = open({
      channels: [
        { ...CHANNEL, models: named("own"), baseUrl: "http://127.0.0.1:1" },
        { ...CHANNEL, id: 2, priority: 9, baseUrl: "http://127.0.0.1:2" },
      ],
    });
    await scene.one(asking("second"));
    expect(scene.upstream.requests.map(({ url }) => new URL(url).port)).toEqual(["2"]);
  });

  test("a mapped model counts with the group of the model that is billed", async () => {
    const channels = [
      { ...CHANNEL, models: new Map([...named("second"), ["own", { name: "own", upstream: "dear" }]] as const) },
    ];
    const modelGroups = { dear: GROUP, second: GROUP };
    expect(await refusalOf({ channels, modelGroups })).toEqual(REFUSED);
    expect(await refusalOf({ channels, modelGroups, settings: { billingModel: "upstream" } })).toEqual(PASSES);
  });

  test("the estimate is that of the dearest: what fits the model alone is refused with a dearer one", async () => {
    // 100 bytes are 25 tokens in and 50 out: 75,000 nano-USD for the model alone, 750,000 for the dear one.
    const limits = [buildLimit({ amount: 700_000 })];
    const scene = open({ snapshot: { limits } });
    const alone = await scene.one({ ...asking("own"), fields: {} });
    expect(alone.status).toBe(200);
    const fitting = await open({ snapshot: { limits } }).one(asking("second"));
    expect(fitting.status).toBe(200);
    const refused = await open({ snapshot: { limits } }).one(asking("dear"));
    expect([refused.status, refused.headers["x-sluice-code"]]).toEqual([429, "limit_too_small"]);
  });

  test("a fallback that answers is charged at its own price, any other name at that of the model", async () => {
    const usage = { input_tokens: 100, output_tokens: 10 };
    const answering = (model: string) => open({ answer: () => ({ body: { model, usage } }) });
    const costOf = async (model: string, stream: boolean) => {
      const started = `event: message_start\ndata: {"type":"message_start","message":{"model":"${model}","usage":{"input_tokens":100,"output_tokens":10}}}\n\n`;
      const events = [{ afterMs: 1, text: `${started}event: message_stop\ndata: {"type":"message_stop"}\n\n` }];
      const headers = { "content-type": "text/event-stream" };
      const scene = stream ? open({ answer: () => ({ events, headers }) }) : answering(model);
      const asked = asking("dear");
      await scene.one({ ...asked, fields: { ...asked.fields, stream } });
      const [entry] = scene.left.entries;
      return [entry?.model, entry?.costNanoUsd, entry?.detail.parts[0]?.model];
    };
    for (const stream of [false, true]) {
      expect(await costOf("dear", stream)).toEqual(["own", 1_100_000, "dear"]);
      expect(await costOf("own", stream)).toEqual(["own", 110_000, "own"]);
      expect(await costOf("dear-20260101", stream)).toEqual(["own", 1_100_000, "dear"]);
      expect(await costOf("own-2026-01-01", stream)).toEqual(["own", 110_000, "own"]);
      expect(await costOf("dear-mini", stream)).toEqual(["own", 110_000, "own"]);
    }
  });

  test("a free model with a further one that costs is measured by the limits of money", async () => {
    const limits = [buildLimit({ amount: 0 })];
    const prices = [price(1, "own", 0n), price(2, "second", 2n)];
    expect((await open({ prices, snapshot: { limits } }).one({ ...asking("own"), fields: {} })).status).toBe(200);
    expect((await open({ prices, snapshot: { limits } }).one(asking("second"))).status).toBe(429);
  });

  test("the ceiling on disk covers the dearest", async () => {
    const ceilingOf = async (model: string) => {
      const scene = open();
      await scene.one(asking(model));
      return scene.journal.frames.flatMap((one) => (one.type === "ceiling" ? [one.frame.amountNanoUsd] : []))[0] ?? 0;
    };
    expect(await ceilingOf("dear")).toBe(10 * (await ceilingOf("own")));
  });
});
