import { buildAuthSnapshot, buildChannel, TEST_KEY } from "@test/build-deps";
import { buildLimit } from "@test/build-quota";
import { type GatewayScene, type OpenGateway, openGateway, type SentCall } from "@test/open-gateway";
import { describe, expect, test } from "vitest";
import type { ResponseHome } from "@/core/channels/channel-affinity";
import { lastingHomes } from "@/core/channels/lasting-homes";
import { AppError } from "@/core/errors";
import type { RateRow } from "@/core/quota/rate-row";
import { DEFAULT_SETTINGS } from "@/core/settings/settings";
import { memoryChannelAffinity } from "@/stores/memory/channel-affinity";

const PATH = "/v1/responses";
const OTHER_KEY = `${TEST_KEY.slice(0, -1)}x`;
const SECOND_KEY = `${TEST_KEY.slice(0, -1)}y`;
const OWN: ResponseHome = { channelId: 2, userId: 7, model: "gpt-4o" };
const FRONTIER = { id: 4, name: "Frontier", slug: "frontier" };

/** The uses of a stored response that are about it (class R), and the one that goes on from it. */
const ABOUT: readonly (readonly [string, SentCall])[] = [
  ["GET", { method: "GET", path: `${PATH}/resp_1` }],
  ["DELETE", { method: "DELETE", path: `${PATH}/resp_1` }],
  ["cancel", { method: "POST", path: `${PATH}/resp_1/cancel` }],
  ["input_items", { method: "GET", path: `${PATH}/resp_1/input_items?limit=3` }],
];
const COUNT: readonly (readonly [string, SentCall])[] = [["input_tokens", { path: `${PATH}/input_tokens` }]];
const GOING_ON: SentCall = { path: PATH, maxTokens: null, fields: { previous_response_id: "resp_1" } };
const USES = [...ABOUT, ["previous_response_id", GOING_ON] as const];
const NO_LIMITS: GatewayScene = {};

/** Three channels, of which the second has `resp_1` of user 7; the other key is of user 8, the second one of user 7. */
function open(given: GatewayScene = NO_LIMITS, home: ResponseHome | null = OWN) {
  const channels = [1, 2, 3].map((id) =>
    buildChannel({ id, baseUrl: `http://127.0.0.${id}:1`, protocols: ["openai-responses"] }),
  );
  const affinity = memoryChannelAffinity({ monotonic: () => 0 });
  if (home !== null) affinity.keepHome("resp_1", home);
  const { snapshot, ...scene } = given;
  return openGateway({
    channels,
    affinity,
    keys: {
      [TEST_KEY]: buildAuthSnapshot(snapshot),
      [OTHER_KEY]: buildAuthSnapshot({ keyId: 9, userId: 8 }),
      [SECOND_KEY]: buildAuthSnapshot({ keyId: 10 }),
    },
    answer: () => ({ body: { id: "resp_1", object: "response", status: "completed" } }),
    ...scene,
  });
}
const codeOf = ({ headers }: { headers: Readonly<Record<string, string>> }) => headers["x-sluice-code"];
const urlsOf = ({ upstream }: OpenGateway) => upstream.requests.map(({ method, url }) => `${method} ${url}`);

describe("a stored response", () => {
  test.each(USES)("goes to the channel that has it, for each key of its user: %s", async (_name, call) => {
    const scene = open();
    for (const key of [TEST_KEY, SECOND_KEY]) expect((await scene.one({ ...call, key })).status).toBe(200);
    const { path = "", method = "POST" } = call;
    const line = `${method} http://127.0.0.2:1${path}`;
    expect(urlsOf(scene)).toEqual([line, line]);
  });

  test("that is deleted without a word is deleted", async () => {
    const scene = open({ answer: () => ({ status: 204, body: "" }) });
    const answer = await scene.one({ method: "DELETE", path: "/v1/responses/resp_1" });
    expect([answer.status, answer.body, codeOf(answer)]).toEqual([204, "", undefined]);
    expect(scene.left.requests).toMatchObject([{ status: 204, outcome: "ok" }]);
  });

  test("that is read spends no tokens of its channel's minute", async () => {
    const usage = { input_tokens: 900_000, output_tokens: 10 };
    const channels = [
      buildChannel({ id: 2, baseUrl: "http://127.0.0.2:1", protocols: ["openai-responses"], tpm: 1_000_000 }),
    ];
    const answer = () => ({ body: { id: "resp_1", object: "response", status: "completed", usage } });
    const scene = open({ channels, answer });
    const statuses: number[] = [];
    for (let turn = 0; turn < 4; turn++)
      statuses.push((await scene.one({ method: "GET", path: "/v1/responses/resp_1" })).status);
    expect(statuses).toEqual([200, 200, 200, 200]);
  });

  test.each(USES)("of another user is not found, and nothing is sent: %s", async (_name, call) => {
    const scene = open();
    const answer = await scene.one({ ...call, key: OTHER_KEY });
    expect([answer.status, codeOf(answer)]).toEqual([404, "response_not_found"]);
    expect(scene.upstream.sent).toBe(0);
    expect(scene.left.denials).toMatchObject([{ code: "response_not_found", userId: 8 }]);
  });

  test.each(ABOUT)("that nobody knows looks the same: %s", async (_name, call) => {
    const scene = open();
    const foreign = await scene.one({ ...call, key: OTHER_KEY });
    const unknown = await scene.one({ ...call, path: (call.path ?? "").replace("resp_1", "resp_2"), key: OTHER_KEY });
    const { message } = JSON.parse(foreign.body).error;
    expect([unknown.status, JSON.parse(unknown.body).error.message]).toEqual([404, message]);
    expect(scene.upstream.sent).toBe(0);
  });

  test("that nobody knows binds no call that goes on", async () => {
    const scene = open(NO_LIMITS, null);
    expect((await scene.one(GOING_ON)).status).toBe(200);
    expect(scene.upstream.sent).toBe(1);
  });

  test.each(USES)("whose channel is gone or serves it no more has no channel: %s", async (_name, call) => {
    const gone = open(NO_LIMITS, { ...OWN, channelId: 99 });
    const answer = await gone.one(call);
    expect([answer.status, codeOf(answer)]).toEqual([503, "no_channel_available"]);
    const channels = [1, 2].map((id) =>
      buildChannel({
        ...{ id, baseUrl: `http://127.0.0.${id}:1`, protocols: ["openai-responses"] },
        ...(id === 2 ? { operations: ["response_compact"] } : {}),
      }),
    );
    expect(codeOf(await open({ channels }).one(call))).toBe("no_channel_available");
    expect(gone.upstream.sent).toBe(0);
  });

  test("of a model that the key may not ask for any more is none for it", async () => {
    const scene = open({ snapshot: { models: new Set(["mapped"]) } });
    const answer = await scene.one(ABOUT[0]?.[1]);
    expect([answer.status, codeOf(answer)]).toEqual([404, "model_not_found"]);
    expect(scene.upstream.sent).toBe(0);
  });

  test("is deleted for its user alone: the id stays nobody else's", async () => {
    const scene = open();
    expect((await scene.one({ method: "DELETE", path: `${PATH}/resp_1` })).status).toBe(200);
    for (const [, call] of USES) expect((await scene.one({ ...call, key: OTHER_KEY })).status).toBe(404);
    expect(scene.upstream.sent).toBe(1);
  });

  test("can be gone on from as soon as its reply was read", async () => {
    const scene = open({ answer: () => ({ body: { id: "resp_new", object: "response", status: "completed" } }) }, null);
    expect((await scene.one({ path: PATH })).status).toBe(200);
    const made = urlsOf(scene)[0];
    for (let turn = 0; turn < 6; turn++)
      expect((await scene.one({ path: PATH, fields: { previous_response_id: "resp_new" } })).status).toBe(200);
    expect(new Set(urlsOf(scene))).toEqual(new Set([made]));
    const foreign = await scene.one({ method: "GET", path: `${PATH}/resp_new`, key: OTHER_KEY });
    expect(foreign.status).toBe(404);
  });

  test("streams again when it is asked to", async () => {
    const text = 'event: response.completed\ndata: {"type":"response.completed","response":{"id":"resp_1"}}\n\n';
    const scene = open({ answer: () => ({ events: [{ afterMs: 10, text }] }) });
    const answer = await scene.one({ method: "GET", path: `${PATH}/resp_1?stream=true&starting_after=2` });
    expect(answer).toMatchObject({ status: 200, body: text });
    expect(urlsOf(scene)).toEqual(["GET http://127.0.0.2:1/v1/responses/resp_1?starting_after=2&stream=true"]);
    expect(scene.left.requests).toMatchObject([{ outcome: "ok" }]);
  });

  test.each(USES)("whose home cannot be read is refused and never let through: %s", async (_name, call) => {
    const down = () => Promise.reject(new AppError("database_unavailable"));
    const scene = open(NO_LIMITS, null);
    const affinity = lastingHomes({
      store: { keep: down, find: down },
      affinity: memoryChannelAffinity({ monotonic: () => 0 }),
      ...{ clock: scene.clock, onFault() {} },
    });
    const answer = await open({ affinity }).one(call);
    expect([answer.status, codeOf(answer)]).toEqual([503, "auth_unavailable"]);
    expect(JSON.parse(answer.body).error.message).toContain("stored response");
  });
});

describe("calls of class R", () => {
  const rate = (metric: RateRow["metric"], amount: number): RateRow => ({
    ...{ id: 1, subjectType: "user", userId: 7, userGroupId: null, keyId: null, modelGroupId: null, model: null },
    ...{ metric, amount, burst: null },
  });
  const CALLS = [...ABOUT, ...COUNT];

  test.each(CALLS)("leave one row, no ledger entry, and pass a spent limit: %s", async (_name, call) => {
    const scene = open({ snapshot: { limits: [buildLimit({ unit: "usd", window: "daily", amount: 1 })] } });
    expect((await scene.one({ path: PATH })).status).toBe(429);
    expect((await scene.one(call)).status).toBe(200);
    expect(scene.left.entries).toEqual([]);
    expect(scene.left.requests).toMatchObject([{ protocol: "openai-responses", outcome: "ok", model: "gpt-4o" }]);
    expect(await scene.counters()).toMatchObject([{ settled: 0, held: 0 }]);
  });

  test.each(CALLS)("are denied by a block: %s", async (_name, call) => {
    const limits = [buildLimit({ state: "block", modelGroupId: FRONTIER.id, amount: null })];
    const scene = open({ snapshot: { limits }, modelGroups: { "gpt-4o": FRONTIER } });
    const answer = await scene.one(call);
    expect([answer.status, codeOf(answer)]).toEqual([403, "model_group_blocked"]);
    expect(scene.upstream.sent).toBe(0);
  });

  test.each(CALLS)("count for requests per minute: %s", async (_name, call) => {
    const scene = open({ snapshot: { rates: [rate("rpm", 2)] } });
    const statuses = [await scene.one(call), await scene.one(call), await scene.one(call)].map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 429]);
  });

  test.each(["total", "successful"] as const)("do not count for %s requests", async (metric) => {
    const requestRate = { ...DEFAULT_SETTINGS.requestRate, enabled: true };
    const scene = open({ snapshot: { rates: [rate(metric, 1)] }, settings: { requestRate } });
    for (const [, call] of CALLS) expect((await scene.one(call)).status).toBe(200);
    expect((await scene.one({ path: PATH })).status).toBe(200);
    expect((await scene.one({ path: PATH })).status).toBe(429);
  });
});
