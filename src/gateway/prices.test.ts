import { buildAuthSnapshot, buildChannel, buildConfig } from "@test/build-deps";
import { buildLimit } from "@test/build-quota";
import { buildPriceRow } from "@test/build-usage";
import { type GatewayScene, openGateway } from "@test/open-gateway";
import { describe, expect, test } from "vitest";
import type { ConfigSnapshot } from "@/core/config-snapshot";
import type { PriceRow } from "@/core/prices/price";
import { createCatalogue } from "@/stores/price-seed/create-catalogue";
import { whatIf } from "./what-if";

const BASE = "http://127.0.0.1:1";
/** Nano-USD of a reply of 100 and 50 tokens at 2.5 and 10 USD per million. */
const COST = 750_000;
const at = (iso: string) => Date.parse(iso);
const priced = (given: Partial<PriceRow> & { usd: number }) => {
  const pico = BigInt(given.usd * 1_000_000);
  const { usd: _, ...row } = given;
  return buildPriceRow({ model: "gpt-4o", components: { input_text: pico, output_text: pico }, ...row });
};
const group = (costMultiplierPpm: number | null, id = 5) => ({
  id,
  name: `${id}`,
  joinedVersion: 1,
  costMultiplierPpm,
});
const channel = (given: Partial<Parameters<typeof buildChannel>[0]> = {}) => buildChannel({ baseUrl: BASE, ...given });

/** A gateway whose configuration a test may replace. */
function openOn(first: ConfigSnapshot, scene: GatewayScene = {}) {
  let config = first;
  const open = openGateway({ ...scene, config: { current: () => config } });
  return {
    ...open,
    reconfigure(next: ConfigSnapshot) {
      config = next;
    },
  };
}
const configOf = (prices: readonly PriceRow[], given: Partial<Parameters<typeof buildConfig>[0]> = {}) =>
  buildConfig({ channels: [channel()], prices, ...given });

describe("multipliers", () => {
  test("the lowest of the user's groups and the channel's make the cost of an estimate, a ceiling and an entry", async () => {
    const open = openGateway({
      channels: [channel({ costMultiplierPpm: 1_500_000 })],
      snapshot: {
        userGroups: [group(800_000, 5), group(null, 6), group(400_000, 7)],
        limits: [buildLimit({ amount: 1e9 })],
      },
    });
    const sent = open.send();
    await open.pass(40);
    const [ceiling] = open.journal.frames.filter(({ type }) => type === "ceiling");
    // A whole reply may be 50 + 128 tokens in and 50 out.
    const worst = ((178 * 2_500 + 50 * 10_000) * 3) / 5;
    expect(ceiling?.frame).toMatchObject({ amountNanoUsd: worst });
    expect(await open.counters()).toMatchObject([{ held: ((25 * 2_500 + 50 * 10_000) * 3) / 5 }]);
    await open.finish();
    await sent.handled;
    expect(open.left.entries).toMatchObject([
      {
        costNanoUsd: (COST * 3) / 5,
        detail: { listCostNanoUsd: COST, channelPpm: 1_500_000, groupPpm: 400_000 },
      },
    ]);
    expect(await open.counters()).toMatchObject([{ settled: (COST * 3) / 5, held: 0 }]);
  });

  test("a reply that says nothing about usage has them in its entry, too", async () => {
    const open = openGateway({
      ...{ channels: [channel()], snapshot: { userGroups: [group(400_000)] } },
      answer: () => ({ status: 500, usage: null }),
    });
    await open.one();
    expect(open.left.entries).toMatchObject([{ costNanoUsd: 0, detail: { groupPpm: 400_000 } }]);
  });

  test.each([
    [1_000_000, 429],
    [500_000, 200],
  ])(
    "a group's multiplier of %i per million decides what fits a limit: %i, and what-if says so",
    async (ppm, status) => {
      const userGroups = [group(ppm)];
      const snapshot = { userGroups, limits: [buildLimit({ amount: 400_000 })] };
      const open = openGateway({ snapshot });
      const config = open.deps.config.current();
      const plan = open.deps.limitPlans.planOf(buildAuthSnapshot(snapshot), config.settings);
      const judged = await whatIf(
        {
          ...{ userId: 7, keyId: 3, model: "gpt-4o", protocol: null, bodyBytes: 100, maxOutputTokens: 50 },
          key: { keyEnabled: true, expiresAt: null, userEnabled: true, models: null },
        },
        {
          ...{ config, userGroups, caller: { plan } as never, habitsOf: open.deps.habitsOf },
          peeks: open.reads,
        },
      );
      expect(judged.denial === null).toBe(status === 200);
      expect((await open.one()).status).toBe(status);
    },
  );
});

describe("what is edited while a request runs", () => {
  test.each([
    ["price", [priced({ usd: 3 })], {}],
    ["multiplier of the channel", undefined, { channels: [channel({ costMultiplierPpm: 3_000_000 })] }],
    ["policy for unpriced models", [], { settings: { unpricedModels: "free" } }],
  ] as const)("%s: it is charged as it was admitted, the next one as it is now", async (_, prices, given) => {
    const before = [priced({ usd: 1 })];
    const open = openOn(configOf(before));
    const sent = open.send();
    await open.pass(40);
    open.reconfigure(configOf(prices ?? before, given));
    await open.finish();
    await sent.handled;
    expect(open.left.entries).toMatchObject([{ costNanoUsd: 150_000, detail: { channelPpm: 1_000_000 } }]);
    await open.one();
    expect(open.left.entries[1]?.costNanoUsd).toBe(prices?.length === 0 ? 0 : 450_000);
  });

  test("a multiplier of a group, and who is in it", async () => {
    const open = openGateway({ snapshot: { userGroups: [group(500_000)] } });
    const sent = open.send();
    await open.pass(40);
    open.change({ userGroups: [] });
    await open.finish();
    await sent.handled;
    await open.one();
    expect(open.left.entries.map(({ costNanoUsd }) => costNanoUsd)).toEqual([COST / 2, COST]);
  });

  test("the price of a model that its reply names besides its own", async () => {
    const own = [priced({ usd: 1, model: "claude-sonnet-4-5" })];
    const usage = {
      ...{ input_tokens: 0, output_tokens: 0 },
      iterations: [{ type: "advisor_message", model: "adviser", input_tokens: 100, output_tokens: 0 }],
    };
    const open = openOn(configOf([...own, priced({ usd: 2, model: "adviser" })]), {
      answer: () => ({ body: { usage } }),
    });
    const call = { model: "claude-sonnet-4-5", path: "/v1/messages" };
    const sent = open.send(call);
    await open.pass(40);
    open.reconfigure(configOf([...own, priced({ usd: 9, model: "adviser" })]));
    await open.finish();
    await sent.handled;
    open.reconfigure(configOf(own, { settings: { unpricedModels: "free" } }));
    await open.one(call);
    expect(open.left.entries).toMatchObject([
      { costNanoUsd: 200_000, detail: { flags: [] } },
      { costNanoUsd: 100_000, detail: { flags: ["secondary_unpriced"] } },
    ]);
  });
});

describe("the instant of admission", () => {
  const chargedAt = async (prices: readonly PriceRow[], start: string) => {
    const open = openOn(configOf(prices), { start, answer: () => ({ latencyMs: 5_000 }) });
    await open.one();
    return (open.left.entries[0]?.costNanoUsd ?? 0) / 150_000;
  };

  test("decides to the millisecond which dated price counts, however long the reply takes", async () => {
    const rows = [priced({ usd: 1 }), priced({ id: 2, usd: 2, effectiveFrom: at("2026-03-13T00:00:00Z") })];
    expect(await chargedAt(rows, "2026-03-12T23:59:59.999Z")).toBe(1);
    expect(await chargedAt(rows, "2026-03-13T00:00:00.000Z")).toBe(2);
  });

  test("a daily window that wraps around midnight begins and ends to the millisecond", async () => {
    const night = { dailyUtcFrom: 79_200, dailyUtcTo: 21_600 };
    const rows = [priced({ usd: 1 }), priced({ id: 2, usd: 3, ...night })];
    const instants = ["21:59:59.999", "22:00:00.000", "23:59:59.999", "00:00:00.000", "05:59:59.999", "06:00:00.000"];
    const found = [];
    for (const time of instants) found.push(await chargedAt(rows, `2026-11-21T${time}Z`));
    expect(found).toEqual([1, 3, 3, 3, 3, 1]);
  });
});

describe("a model without a price", () => {
  const model = { model: "gpt-4o" };
  const scene = (unpricedModels: "block" | "free" | "default_price", prices: readonly PriceRow[]) =>
    openGateway({ channels: [channel()], settings: { unpricedModels }, prices });
  const STANDARD_ONLY = [
    ["none at all", []],
    ["one that is still to come", [priced({ usd: 1, effectiveFrom: at("2099-01-01T00:00:00Z") })]],
    ["one of another tier", [priced({ usd: 1, serviceTier: "flex" })]],
    ["one of long requests", [priced({ usd: 1, minInputTokens: 1_000_000 })]],
    ["one of another channel", [priced({ usd: 1, channelId: 99 })]],
    ["that of another model without one", [buildPriceRow({ ...model, priceAs: "nothing" })]],
  ] as const;

  test.each(STANDARD_ONLY)("is blocked before anything is reserved or sent: %s", async (_, prices) => {
    const open = scene("block", prices);
    const { status, headers } = await open.one();
    expect([status, headers["x-sluice-code"]]).toEqual([403, "model_unpriced"]);
    expect([open.upstream.sent, open.journal.frames]).toEqual([0, []]);
  });

  test.each(STANDARD_ONLY)("is free where the setting says so, flagged: %s", async (_, prices) => {
    const open = scene("free", prices);
    expect((await open.one()).status).toBe(200);
    expect(open.left.entries).toMatchObject([{ costNanoUsd: 0, tokens: 150, detail: { flags: ["unpriced"] } }]);
  });

  test.each(STANDARD_ONLY)("costs what model * costs where the setting says so: %s", async (_, prices) => {
    const open = scene("default_price", [...prices, priced({ id: 9, usd: 4, model: "*" })]);
    await open.one();
    expect(open.left.entries).toMatchObject([
      { costNanoUsd: 600_000, detail: { flags: [], parts: [{ priceRowId: 9 }] } },
    ]);
    const without = scene("default_price", prices);
    expect((await without.one()).headers["x-sluice-code"]).toBe("model_unpriced");
  });

  test("a call of a tier that alone has a price is charged by it, whatever tier its reply names", async () => {
    const usage = { prompt_tokens: 100, completion_tokens: 50 };
    const open = openGateway({
      ...{ channels: [channel()], prices: [priced({ usd: 1, serviceTier: "flex" })] },
      answer: (_, index) => ({ body: { usage, service_tier: ["flex", "default"][index] } }),
    });
    for (let index = 0; index < 2; index++) await open.one({ fields: { service_tier: "flex" } });
    expect(open.left.entries).toMatchObject([
      { costNanoUsd: 150_000, detail: { flags: [], tier: "flex" } },
      { costNanoUsd: 150_000, detail: { flags: ["tier_price_missing"], tier: "standard" } },
    ]);
  });

  test("may still be counted and moderated, which costs nothing", async () => {
    const open = scene("block", []);
    const counted = { path: "/v1/messages/count_tokens", model: "claude-sonnet-4-5", maxTokens: null };
    const moderated = { path: "/v1/moderations", maxTokens: null };
    for (const call of [counted, moderated]) expect((await open.one(call)).status).toBe(200);
    expect(open.left.entries).toEqual([]);
  });
});

describe("a free model", () => {
  const FREE = { input_text: 0n, output_text: 0n };
  const prices = [
    priced({ usd: 1 }),
    buildPriceRow({ id: 2, model: "own", components: FREE }),
    buildPriceRow({ id: 3, model: "own", source: "catalogue", provider: "openai", components: { input_text: 9n } }),
  ];
  const models = new Map(["gpt-4o", "own"].map((name) => [name, { name, upstream: name }]));
  const spent = async (limit: Parameters<typeof buildLimit>[0]) => {
    const open = openGateway({ channels: [channel({ models })], prices, snapshot: { limits: [buildLimit(limit)] } });
    await open.one();
    expect((await open.one()).status).toBe(429);
    return open;
  };

  test("works over a spent USD limit", async () => {
    const open = await spent({ amount: 140_000 });
    expect((await open.one({ model: "own" })).status).toBe(200);
    expect(open.left.entries.at(-1)).toMatchObject({ model: "own", costNanoUsd: 0 });
  });

  test.each(["requests", "tokens"] as const)("is refused at a spent limit on %s", async (unit) => {
    const open = await spent({ unit, amount: unit === "requests" ? 1 : 100 });
    expect((await open.one({ model: "own" })).headers["x-sluice-code"]).toBe("limit_exceeded");
  });
});

describe("override levels with the packaged catalogue", () => {
  const catalogue = createCatalogue();
  const models = new Map(["gpt-4o", "own", "claude-opus-4-6"].map((name) => [name, { name, upstream: name }]));
  const at = Date.parse("2026-11-21T12:00:00Z");
  const charged = async (
    prices: readonly PriceRow[],
    given: Partial<Parameters<typeof buildChannel>[0]>,
    model = "gpt-4o",
  ) => {
    const open = openGateway({
      channels: [channel({ models, ...given })],
      prices,
      catalogue,
      start: new Date(at).toISOString(),
    });
    await open.one({ model });
    const [entry] = open.left.entries;
    return { cost: entry?.costNanoUsd, row: entry?.detail.parts[0]?.priceRowId };
  };
  const STORED = [priced({ id: 1, usd: 1, channelId: 7 }), priced({ id: 2, usd: 2 })];
  const packaged = (provider: string, model: string) => catalogue.rowsOf({ provider, model }).map(({ id }) => id);

  test("1 channel and model, 2 model, 3 the channel's provider, 4 the model's own provider", async () => {
    expect(await charged(STORED, { id: 7, provider: "azure" })).toEqual({ cost: 150_000, row: 1 });
    expect(await charged(STORED, { id: 8, provider: "azure" })).toEqual({ cost: 300_000, row: 2 });
    const opus = "claude-opus-4-6";
    const google = await charged([], { id: 8, provider: "google" }, opus);
    expect(packaged("google", opus)).toContain(google.row);
    expect(packaged("anthropic", opus)).toContain((await charged([], { id: 8 }, opus)).row);
    const home = await charged([], { id: 8 });
    expect(packaged("openai", "gpt-4o")).toContain(home.row);
    expect(home.cost).toBe(COST);
  });

  test("an admin's price begins at its instant; until then the catalogue counts", async () => {
    const later = (effectiveFrom: number) => [priced({ id: 2, usd: 2, effectiveFrom })];
    expect((await charged(later(at), {})).row).toBe(2);
    expect(packaged("openai", "gpt-4o")).toContain((await charged(later(at + 1), {})).row);
  });

  test("priceAs takes the price of another model, at every level of that", async () => {
    const alias = buildPriceRow({ id: 5, model: "own", priceAs: "gpt-4o" });
    expect((await charged([alias], {}, "own")).cost).toBe(COST);
    expect(await charged([alias, ...STORED], { id: 7 }, "own")).toEqual({ cost: 150_000, row: 1 });
    expect(await charged([alias, ...STORED], { id: 8 }, "own")).toEqual({ cost: 300_000, row: 2 });
  });

  test("with billingModel upstream the price is that of the model that was sent", async () => {
    const mapped = new Map([["own", { name: "own", upstream: "gpt-4o" }]]);
    const open = openGateway({
      ...{ channels: [channel({ id: 7, models: mapped })], prices: STORED, catalogue },
      settings: { billingModel: "upstream" },
    });
    await open.one({ model: "own" });
    expect(open.left.entries).toMatchObject([{ model: "gpt-4o", costNanoUsd: 150_000 }]);
  });
});
