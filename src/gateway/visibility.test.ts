import { buildAuthSnapshot, buildChannel, buildGatewayDeps, TEST_KEY } from "@test/build-deps";
import { buildRequest } from "@test/build-request";
import { buildPriceRow } from "@test/build-usage";
import { expect, test } from "vitest";
import type { ChannelModel } from "@/core/channels/channel";
import type { GatewayReply } from "@/protocols/exchange";
import { createGateway } from "./gateway";
import { resolveTarget } from "./resolve-target";
import { whatIf } from "./what-if";

const VIP = { id: 5, name: "vip", joinedVersion: 1, costMultiplierPpm: null };
const CHAT_ONLY = { protocols: ["openai-chat"], operations: ["chat"] } as const;
const serves = (...names: string[]) => new Map(names.map((name) => [name, { name, upstream: name }]));
const price = (model: string, id: number) =>
  buildPriceRow({ id, model, components: { input_text: 1n, output_text: 1n } });

/** A gateway whose model `hidden` is for the group vip alone, `open` for everyone, `other` for vip on one of two channels. */
function scene(userGroups: readonly (typeof VIP)[], models: ReadonlySet<string> | null = null) {
  const at = { baseUrl: "http://127.0.0.1:9", access: new Set([VIP.id]) };
  const patterns: ChannelModel[] = [{ name: "pre-*", upstream: "pre-*" }];
  return buildGatewayDeps({
    channels: [
      buildChannel({ ...at, id: 1, models: serves("hidden", "other"), patterns }),
      buildChannel({ ...at, id: 2, models: serves("open", "other"), access: new Set(), ...CHAT_ONLY }),
      buildChannel({ ...at, id: 3, models: serves("open"), protocols: ["anthropic-messages"] }),
    ],
    prices: ["hidden", "open", "other", "pre-1", "pre-2"].map(price),
    keys: { [TEST_KEY]: buildAuthSnapshot({ userGroups, models }) },
  });
}

type Asked = { readonly path: string; readonly method?: string; readonly body?: string };

/** Status, headers and body of a reply, without what differs in every reply. */
async function ask({ deps }: ReturnType<typeof scene>, { path, method = "POST", body = "" }: Asked) {
  const told = { status: 0, headers: {} as Readonly<Record<string, string>>, body: "" };
  const reply = {
    ...{ isStarted: false, isClosed: false, write: () => true, drained: () => Promise.resolve() },
    start: (status, headers) => void Object.assign(told, { status, headers }),
    end(chunk) {
      told.body += Buffer.from(chunk ?? []).toString();
    },
    ...{ destroy() {}, onClosed: () => () => {} },
  } satisfies GatewayReply;
  const headers = { authorization: `Bearer ${TEST_KEY}`, "content-type": "application/json" };
  await createGateway(deps).handle(buildRequest({ method, path, headers, body }), reply);
  const plain = JSON.stringify(told).replaceAll(/req_\w+/g, "req");
  return { status: told.status, plain, body: told.body };
}

const call = (model: string, path = "/v1/chat/completions") => ({
  path,
  body: JSON.stringify({ model, max_tokens: 5, messages: [] }),
});

test.each(["/v1/chat/completions", "/v1/messages"])(
  "a model that only hidden channels serve answers on %s exactly like an unknown one (test 21)",
  async (path) => {
    const hidden = await ask(scene([]), call("hidden", path));
    const unknown = await ask(scene([]), call("nobody", path));
    expect(hidden.status).toBe(404);
    expect(hidden.plain.replaceAll("hidden", "nobody")).toBe(unknown.plain);
  },
);

test("a single model that is hidden is read like an unknown one, and is in no list", async () => {
  const hidden = await ask(scene([]), { path: "/v1/models/hidden", method: "GET" });
  const unknown = await ask(scene([]), { path: "/v1/models/nobody", method: "GET" });
  expect(hidden.plain.replaceAll("hidden", "nobody")).toBe(unknown.plain);
  const listOf = async (groups: readonly (typeof VIP)[], models: ReadonlySet<string> | null = null) => {
    const { body } = await ask(scene(groups, models), { path: "/v1/models", method: "GET" });
    return (JSON.parse(body) as { data: { id: string }[] }).data.map(({ id }) => id);
  };
  expect(await listOf([])).toEqual(["open", "other"]);
  expect(await listOf([VIP])).toEqual(["hidden", "open", "other"]);
  expect(await listOf([VIP], new Set(["pre-2", "other"]))).toEqual(["other", "pre-2"]);
  expect(await listOf([], new Set(["pre-2", "other"]))).toEqual(["other"]);
});

test("a path on which only hidden channels serve the model is not told", async () => {
  const refused = await ask(scene([]), call("open", "/v1/messages"));
  expect(refused.plain).toContain("model_protocol_mismatch");
  expect(refused.plain).not.toContain("POST /v1/messages");
  expect(refused.body).toContain("/v1/chat/completions");
  expect(refused.body).not.toMatch(/messages|responses|\{model\}/);
});

test("a model is tried on the channels alone that the user sees", () => {
  const route = {
    method: "POST",
    path: "/v1/chat/completions",
    operation: "chat",
    protocol: "openai-chat",
    class: "M",
  };
  const idsFor = (userGroups: readonly (typeof VIP)[]) =>
    resolveTarget(
      { model: "other", userGroups, tier: "standard", at: 0 },
      route as never,
      scene([]).deps.config.current(),
    ).candidates.map(({ channel }) => channel.id);
  expect(idsFor([])).toEqual([2]);
  expect(idsFor([{ ...VIP, id: 6 }, VIP])).toEqual([1, 2]);
});

test.each([
  [[], "model_not_found"],
  [[VIP], undefined],
])("a request that nobody makes is judged by the groups %j of the user too", async (userGroups, code) => {
  const { deps, reads } = scene(userGroups);
  const plan = deps.limitPlans.planOf(buildAuthSnapshot({ userGroups }), deps.config.current().settings);
  const { decision } = await whatIf(
    {
      ...{ userId: 7, keyId: 3, model: "hidden", protocol: null, bodyBytes: 60, maxOutputTokens: 5 },
      key: { keyEnabled: true, expiresAt: null, userEnabled: true, models: null },
    },
    { config: deps.config.current(), userGroups, caller: { plan } as never, peeks: reads, habitsOf: deps.habitsOf },
  );
  expect(decision.code).toBe(code);
});
