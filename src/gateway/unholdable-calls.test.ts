import { buildChannel } from "@test/build-deps";
import { buildPriceRow } from "@test/build-usage";
import { openGateway, type SentCall } from "@test/open-gateway";
import { SHAPED_MODEL, SHAPED_RESPONSE, shapedBody, shapedPath } from "@test/protocol-shapes";
import { describe, expect, test } from "vitest";
import { PROTOCOL_IDS } from "@/core/vocabulary";
import { ROUTES, type Route } from "@/protocols/routes";
import { memoryChannelAffinity } from "@/stores/memory/channel-affinity";

// Acceptance test 4 of protocols-and-pricing.md: what could spend beside its hold, or with another's, is refused before anything is sent.

const named = (...names: readonly string[]) => new Map(names.map((name) => [name, { name, upstream: name }]));
const GROUP = { id: 4, name: "frontier", slug: "frontier" };
const price = (id: number, model: string) => buildPriceRow({ id, model, components: { input_text: 1_000_000n } });

/** A gateway whose one channel takes everything; another user's response is known as `resp_1`. */
function open() {
  const affinity = memoryChannelAffinity({ monotonic: () => 0 });
  affinity.keepHome(SHAPED_RESPONSE, { channelId: 1, userId: 8, model: SHAPED_MODEL });
  return openGateway({
    affinity,
    channels: [
      buildChannel({
        ...{ baseUrl: "http://127.0.0.1:1", protocols: PROTOCOL_IDS, models: named(SHAPED_MODEL, "other") },
      }),
    ],
    prices: [price(1, SHAPED_MODEL), price(2, "other")],
    modelGroups: { other: GROUP },
  });
}

async function refusalOf(call: SentCall) {
  const scene = open();
  const { status, headers, body } = await scene.one(call);
  return { status, code: headers["x-sluice-code"], sent: scene.upstream.sent, body };
}
const json = (path: string, body: unknown): SentCall => ({ path, body: JSON.stringify(body) });
const GEMINI = `/v1beta/models/${SHAPED_MODEL}`;

describe("N2: what has no usable stop", () => {
  test.each(["/v1/responses", "/v1/responses/compact"])("background on %s", async (path) => {
    const refused = await refusalOf(json(path, { model: SHAPED_MODEL, input: "x", background: true }));
    expect(refused).toMatchObject({ status: 400, code: "background_not_supported", sent: 0 });
  });

  const namesItsModel = ROUTES.filter(({ class: kind, path }) => kind === "M" && !path.includes("{model}"));
  test.each(namesItsModel.map((route) => [route.path, route] as const))(
    "%s without a model",
    async (...[path, route]) => {
      const shaped = await shapedBody(route);
      if (shaped === null) throw new Error("a metered route takes a body");
      const text = shaped.bytes.toString("latin1");
      const bare = shaped.contentType.startsWith("multipart")
        ? text.replace('name="model"', 'name="notes"')
        : JSON.stringify({ ...JSON.parse(text), model: undefined });
      const headers = { "content-type": shaped.contentType };
      const refused = await refusalOf({ path, headers, body: Buffer.from(bare, "latin1") });
      expect(refused).toMatchObject({ status: 400, code: "model_required", sent: 0 });
    },
  );
});

describe("N3: the model that is checked is the model that is sent", () => {
  test.each([":generateContent", ":streamGenerateContent", ":embedContent", ":countTokens"])(
    "a body of %s that names another model",
    async (method) => {
      const refused = await refusalOf(json(`${GEMINI}${method}`, { model: "models/other", contents: [] }));
      expect(refused).toMatchObject({ status: 400, code: "invalid_body", sent: 0 });
    },
  );

  test("one of several embeddings for another model", async () => {
    const requests = [{ model: `models/${SHAPED_MODEL}` }, { model: "models/other" }];
    const refused = await refusalOf(json(`${GEMINI}:batchEmbedContents`, { requests }));
    expect(refused).toMatchObject({ status: 400, code: "invalid_body", sent: 0 });
  });

  const isForm = ({ path }: Route) => /images\/(edits|variations)|audio\/trans/.test(path);
  test.each(ROUTES.filter(isForm).map((route) => [route.path, route] as const))(
    "%s with two models",
    async (...[path, route]) => {
      const { bytes, contentType } = (await shapedBody(route)) ?? { bytes: Buffer.alloc(0), contentType: "" };
      const boundary = /boundary=(.*)$/.exec(contentType)?.[1] ?? "";
      const second = `--${boundary}\r\ncontent-disposition: form-data; name="model"\r\n\r\nother\r\n`;
      const body = Buffer.concat([Buffer.from(second), bytes]);
      const refused = await refusalOf({ path, headers: { "content-type": contentType }, body });
      expect(refused).toMatchObject({ status: 400, code: "invalid_multipart", sent: 0 });
    },
  );

  test.each(["Model", "MODEL", "mod\\u0045l"])("a second model under the key %s", async (key) => {
    const body = `{"model":"${SHAPED_MODEL}","${key}":"other","messages":[]}`;
    expect(await refusalOf({ path: "/v1/chat/completions", body })).toMatchObject({ code: "invalid_body", sent: 0 });
  });
});

test.each([{ fallbacks: [{ model: "other" }] }, { tools: [{ type: "advisor_1", name: "a", model: "other" }] }])(
  "N4: a further model of another group in %j",
  async (fields) => {
    const body = { model: SHAPED_MODEL, max_tokens: 5, messages: [], ...fields };
    const refused = await refusalOf(json("/v1/messages", body));
    expect(refused).toMatchObject({ status: 403, code: "secondary_model_not_allowed", sent: 0 });
  },
);

describe("N5: another user's response", () => {
  const stored = ROUTES.filter(({ path }) => path.includes("{id}"));
  test.each(stored.map((route) => [route.method, shapedPath(route)] as const))("%s %s", async (method, path) => {
    const refused = await refusalOf({ method, path, body: method === "POST" ? "{}" : "" });
    expect(refused).toMatchObject({ status: 404, code: "response_not_found", sent: 0 });
  });

  test.each(["/v1/responses", "/v1/responses/compact", "/v1/responses/input_tokens"])(
    "gone on from at %s",
    async (path) => {
      const body = { model: SHAPED_MODEL, input: "x", previous_response_id: SHAPED_RESPONSE };
      expect(await refusalOf(json(path, body))).toMatchObject({ status: 404, code: "response_not_found", sent: 0 });
    },
  );
});
