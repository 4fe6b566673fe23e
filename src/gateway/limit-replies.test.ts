import type { UpstreamAnswer } from "@test/answering-upstream";
import { buildLimit } from "@test/build-quota";
import { openGateway } from "@test/open-gateway";
import { describe, expect, test } from "vitest";

const USD = 1_000_000_000;
const GROUP = { id: 4, name: "frontier", slug: "frontier" };
/** 25 tokens in and 50 out of gpt-4o. */
const ESTIMATE = 562_500;
const START = "2026-03-04T10:00:00Z";

const limits = [
  buildLimit({ id: 1, window: "5h", mode: "fixed", amount: USD, modelGroupId: GROUP.id }),
  buildLimit({ id: 2, window: "daily", mode: "rolling", amount: USD, modelGroupId: GROUP.id }),
  buildLimit({ id: 3, window: "weekly", mode: "rolling", amount: 2 * USD, subjectType: "key", subjectId: 3 }),
];
const boost = {
  ...{ id: 1, userId: 7, modelGroupId: GROUP.id, unit: "usd" as const, window: "5h" as const, amount: USD },
  ...{ validFrom: 0, validTo: Date.parse("2027-01-01T00:00:00Z"), endedAt: null },
};

/** Nano-USD that the items say are left, by axis and window, and their caps. */
function itemsOf(header: string | undefined) {
  return Object.fromEntries(
    (header ?? "").split(", ").map((item) => {
      const [axis = "", ...fields] = item.split(";");
      const { w, cap, rem } = Object.fromEntries(fields.map((field) => field.split("=")));
      return [`${axis} ${w}`, { cap: Math.round(Number(cap) * USD), left: Math.round(Number(rem) * USD) }];
    }),
  );
}

const CAPS = [2 * USD, USD, 2 * USD];
const NAMES = ["user 5h", "user daily", "key weekly"];

test.each([
  ["plain", {}, undefined],
  ["stream", { stream: true }, [{ afterMs: 1, text: 'data: {"choices":[]}\n\ndata: [DONE]\n\n' }]],
] as const)(
  "the head of a %s reply says what the counters do, own hold included: boosts, both axes, rolling and fixed (test 8)",
  async (_, fields, events) => {
    const scene = openGateway({
      start: START,
      modelGroups: { "gpt-4o": GROUP },
      snapshot: { limits, boosts: [boost] },
      answer: () => ({ latencyMs: 1, ...(events === undefined ? {} : { events }) }),
    });
    for (let round = 0; round < 3; round++) {
      const before = await scene.counters();
      const { headers } = await scene.one({ fields });
      const expected = NAMES.map((name, index) => {
        const { settled = 0, held = 0 } = before[index] ?? {};
        return [name, { cap: CAPS[index], left: (CAPS[index] ?? 0) - settled - held - ESTIMATE }];
      });
      expect(itemsOf(headers["x-sluice-limits"])).toEqual(Object.fromEntries(expected));
      scene.clock.advance(60_000);
    }
  },
);

test("the head of a denial says what the counters do, without a hold of its own", async () => {
  const scene = openGateway({
    start: START,
    modelGroups: { "gpt-4o": GROUP },
    snapshot: { limits: [...limits, buildLimit({ id: 4, modelGroupId: GROUP.id, unit: "requests", amount: 1 })] },
    answer: () => ({ latencyMs: 1 }),
  });
  await scene.one();
  const counters = await scene.counters();
  const { status, headers } = await scene.one();
  expect(status).toBe(429);
  const usd = counters.filter(({ id }) => id.includes(":usd:")).map(({ settled, held }) => settled + held);
  const items = itemsOf(
    headers["x-sluice-limits"]
      ?.split(", ")
      .filter((item) => item.includes("u=usd"))
      .join(", "),
  );
  const caps = [USD, USD, 2 * USD];
  const names = counters
    .filter(({ id }) => id.includes(":usd:"))
    .map(({ id }) => `${id.startsWith("u") ? "user" : "key"} ${id.split(":")[3]}`);
  const capOf = (name: string) => caps[NAMES.indexOf(name)] ?? 0;
  expect(items).toEqual(
    Object.fromEntries(names.map((name, index) => [name, { cap: capOf(name), left: capOf(name) - (usd[index] ?? 0) }])),
  );
});

describe("the families of each protocol equal the counters (test 8)", () => {
  const TOKENS = 100_000;
  const RATE = { id: 1, subjectType: "user", userId: 7, userGroupId: null, keyId: null, modelGroupId: null } as const;
  const rates = [{ ...RATE, model: null, metric: "rpm", amount: 10, burst: null } as const];
  const caps = [
    buildLimit({ id: 1, window: "5h", mode: "rolling", amount: 3 * ESTIMATE }),
    buildLimit({ id: 2, window: "weekly", mode: "rolling", amount: USD, subjectType: "key", subjectId: 3 }),
    buildLimit({ id: 3, window: "daily", mode: "rolling", unit: "tokens", amount: TOKENS }),
  ];
  const codex = { originator: "codex_cli_rs" };
  const open = (answer: UpstreamAnswer = { usage: { input: 25, output: 50 } }) =>
    openGateway({
      start: START,
      snapshot: { limits: caps, rates },
      answer: () => ({ latencyMs: 1, ...answer }),
    });
  type Scene = ReturnType<typeof open>;
  /** What is used of a counter with the next request's own hold. */
  const usedOf = async (scene: Scene, bucket: string, own: number) => {
    const { settled = 0, held = 0 } = (await scene.counters()).find(({ id }) => id.includes(bucket)) ?? {};
    return settled + held + own;
  };
  const floored = (used: number, cap: number) => Math.floor((used / cap) * 10_000) / 10_000;

  test("OpenAI's", async () => {
    const scene = open();
    for (let round = 1; round <= 2; round++) {
      const tokens = await usedOf(scene, ":tokens:daily", 75);
      const { headers } = await scene.one();
      expect(headers).toMatchObject({
        "x-ratelimit-limit-requests": "10",
        "x-ratelimit-remaining-requests": String(10 - round),
        "x-ratelimit-limit-tokens": String(TOKENS),
        "x-ratelimit-remaining-tokens": String(TOKENS - tokens),
      });
    }
  });

  test("Anthropic's, with the windows that Claude Code shows", async () => {
    const scene = open();
    for (let round = 1; round <= 2; round++) {
      const [usd, tokens] = [await usedOf(scene, ":usd:5h", ESTIMATE), await usedOf(scene, ":tokens:daily", 75)];
      const { headers } = await scene.one({ path: "/v1/messages", model: "gpt-4o" });
      expect(headers).toMatchObject({
        "anthropic-ratelimit-requests-remaining": String(10 - round),
        "anthropic-ratelimit-tokens-remaining": String(TOKENS - tokens),
        "anthropic-ratelimit-unified-5h-utilization": String(floored(usd, 3 * ESTIMATE)),
        "anthropic-ratelimit-unified-5h-status": "allowed",
      });
    }
  });

  test("Codex' on Responses, plain and refused", async () => {
    const usage = { input_tokens: 25, output_tokens: 50 };
    const scene = open({ body: { status: "completed", output: [], usage } });
    const call = { path: "/v1/responses", headers: codex, maxTokens: null, fields: { max_output_tokens: 50 } };
    const used = await usedOf(scene, ":usd:5h", ESTIMATE);
    const plain = await scene.one(call);
    expect(plain.headers).toMatchObject({
      "x-codex-primary-used-percent": (Math.floor((used / (3 * ESTIMATE)) * 1_000) / 10).toFixed(1),
      "x-codex-primary-window-minutes": "300",
      "x-codex-secondary-window-minutes": "10080",
    });
    let last = plain;
    while (last.status === 200) last = await scene.one(call);
    expect(last.status).toBe(429);
    const spent = await usedOf(scene, ":usd:5h", 0);
    const shown = (Math.floor((spent / (3 * ESTIMATE)) * 1_000) / 10).toFixed(1);
    expect(last.headers["x-codex-primary-used-percent"]).toBe(shown);
    expect(JSON.parse(last.body).error.type).toBe("usage_limit_reached");
  });
});
