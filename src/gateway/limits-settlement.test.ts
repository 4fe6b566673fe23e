import type { UpstreamAnswer } from "@test/answering-upstream";
import { buildChannel } from "@test/build-deps";
import { buildLimit } from "@test/build-quota";
import { type GatewayScene, openGateway } from "@test/open-gateway";
import { type Random, seededRandom } from "@test/seeded-random";
import { describe, expect, test } from "vitest";
import { ENFORCEMENTS } from "@/core/vocabulary";

const UNREACHABLE: UpstreamAnswer = { fault: "upstream_unreachable" };
const USD = 1_000_000_000;
const BASE = "http://127.0.0.1:1";
const LIMITS = [
  buildLimit({ id: 1, amount: USD }),
  buildLimit({ id: 2, amount: 1_000_000, unit: "tokens", window: "5h" }),
  buildLimit({ id: 3, amount: 1_000, unit: "requests", window: "total" }),
];

/** Input of 25 tokens by size, the expected output and what was seen of it. */
const OK = { usd: 750_000, tokens: 150, requests: 1 };
const NOTHING = { usd: 0, tokens: 0, requests: 0 };

type Row = { readonly scene: GatewayScene; readonly charged: typeof OK; readonly row: object | null };

const ROWS: Readonly<Record<string, Row>> = {
  "finished, usage read": {
    scene: {},
    charged: OK,
    row: { outcome: "ok", costSource: "upstream" },
  },
  "finished, no usage: the input that was estimated": {
    scene: { answer: () => ({ usage: null }) },
    charged: { usd: 62_500, tokens: 25, requests: 1 },
    row: { outcome: "ok", costSource: "estimated" },
  },
  "upstream error status without usage": {
    scene: { answer: () => ({ status: 500, usage: null }) },
    charged: { usd: 0, tokens: 0, requests: 1 },
    row: { outcome: "upstream_error", costSource: "none" },
  },
  "upstream error status with usage": {
    scene: { answer: () => ({ status: 400 }) },
    charged: OK,
    row: { outcome: "upstream_error", costSource: "upstream" },
  },
  "connect error": {
    scene: { answer: () => ({ fault: "upstream_unreachable" }) },
    charged: { usd: 0, tokens: 0, requests: 1 },
    row: { outcome: "upstream_error", costSource: "none" },
  },
  "no byte in time": {
    scene: { answer: () => ({ fault: "upstream_timeout" }) },
    charged: { usd: 0, tokens: 0, requests: 1 },
    row: { outcome: "upstream_error", costSource: "none" },
  },
  "a fault of ours when sending": {
    scene: {
      answer: () => {
        throw new Error("a fault");
      },
    },
    charged: { usd: 62_500, tokens: 25, requests: 1 },
    row: { outcome: "interrupted", costSource: "estimated" },
  },
  "nothing was sent: no channel has a credential": {
    scene: { channels: [buildChannel({ baseUrl: BASE, credential: null })] },
    charged: NOTHING,
    row: null,
  },
};

describe("the settlement table (quota.md section 6)", () => {
  test.each(Object.entries(ROWS))("%s", async (_name, { scene, charged, row }) => {
    const open = openGateway({ ...scene, snapshot: { limits: LIMITS } });
    await open.one();
    expect(open.left.entries).toMatchObject(row === null ? [] : [row]);
    const settled = { held: 0, worst: 0 };
    expect(await open.counters()).toMatchObject([
      { ...settled, settled: charged.requests, ledger: charged.requests },
      { ...settled, settled: charged.usd, ledger: charged.usd },
      { ...settled, settled: charged.tokens, ledger: charged.tokens },
    ]);
    expect(open.clock.pending()).toBe(0);
  });

  test("the client left before anything was sent: void", async () => {
    const open = openGateway({ snapshot: { limits: LIMITS } });
    const sent = open.send();
    sent.answer.leave();
    await open.finish();
    await sent.handled;
    expect([open.upstream.sent, open.left.entries, open.journal.settled[0]?.kind]).toEqual([0, [], "voided"]);
    expect(await open.counters()).toMatchObject([
      { settled: 0, held: 0 },
      { settled: 0, held: 0 },
      { settled: 0, held: 0 },
    ]);
  });

  test("the process stops before anything was sent: void", async () => {
    const open = openGateway({ snapshot: { limits: LIMITS } });
    const sent = open.send();
    open.gateway.abortAll();
    await open.finish();
    await sent.handled;
    expect([open.upstream.sent, open.left.entries]).toEqual([0, []]);
    expect(await open.counters()).toMatchObject([
      { settled: 0, held: 0 },
      { settled: 0, held: 0 },
      { settled: 0, held: 0 },
    ]);
  });

  test("the client left a reply that is not streamed: it is billed in full", async () => {
    const open = openGateway({ snapshot: { limits: LIMITS } });
    const sent = open.send();
    await open.pass(40);
    sent.answer.leave();
    await open.finish();
    await sent.handled;
    expect(open.left.entries).toMatchObject([
      { outcome: "client_aborted", costSource: "upstream", costNanoUsd: 750_000 },
    ]);
    expect(await open.counters()).toMatchObject([{ settled: 1 }, { settled: 750_000 }, { settled: 150 }]);
  });

  test("a fault before anything was sent gives the hold back", async () => {
    const open = openGateway({
      snapshot: { limits: LIMITS },
      channels: [1, 2].map((id) => buildChannel({ id, baseUrl: BASE })),
      random: () => {
        throw new Error("a fault");
      },
    });
    expect((await open.one()).status).toBe(500);
    expect(await open.counters()).toMatchObject([
      { held: 0, worst: 0 },
      { held: 0, worst: 0 },
      { held: 0, worst: 0 },
    ]);
  });

  test("random ends of random calls never leave anything held, and counters are the ledger, seed 34", async () => {
    const random = seededRandom(34);
    for (let run = 0; run < 60; run++) {
      const open = randomGateway(random);
      const sent = Array.from({ length: 1 + random(12) }, () => open.send({ maxTokens: drawMaxTokens(random) }));
      await open.pass(20 * random(8));
      for (const { answer } of sent) if (random(4) === 0) answer.leave();
      if (random(6) === 0) open.gateway.abortAll();
      await open.finish();
      for (const { settled, ledger, held, worst, id } of await open.counters())
        expect({ run, id, settled, held, worst }).toEqual({ run, id, settled: ledger, held: 0, worst: 0 });
      expect([run, open.clock.pending(), open.quota.book.running().length]).toEqual([run, 0, 0]);
    }
  });
});

const ANSWERS: readonly UpstreamAnswer[] = [
  ...[{}, {}, { latencyMs: 20 }, { latencyMs: 900 }, { usage: null }, { usage: { input: 90_000, output: 9_000 } }],
  ...[{ status: 500, usage: null }, { status: 429, usage: null }, { status: 400 }, UNREACHABLE],
];

function randomGateway(random: Random) {
  const enforcement = ENFORCEMENTS[random(4)] ?? "balanced";
  const limits = LIMITS.map((limit) => ({
    ...{ ...limit, enforcement },
    amount: 1 + Math.floor(((limit.amount ?? 0) * random(20)) / 200),
  }));
  return openGateway({
    snapshot: { limits },
    settings: { billingModel: random(2) === 0 ? "requested" : "upstream" },
    channels: [1, 2].map((id) =>
      buildChannel({ id, baseUrl: BASE, priority: id, onDisconnect: random(2) === 0 ? "abort" : "drain" }),
    ),
    answer: () => ANSWERS[random(ANSWERS.length)] ?? {},
  });
}

function drawMaxTokens(random: Random): number | null {
  return random(3) === 0 ? null : 1 + random(200);
}

describe("one call at a time", () => {
  test("no mode refuses while what it needs fits, over random caps and costs, seed 35", async () => {
    const random = seededRandom(35);
    for (let run = 0; run < 150; run++) await playOneByOne(run, random);
  });
});

/** Twelve calls, each decided as the rule says from what was settled before. */
async function playOneByOne(run: number, random: Random): Promise<void> {
  const enforcement = ENFORCEMENTS[random(4)] ?? "balanced";
  const amount = 1 + random(20_000_000);
  const usages = Array.from({ length: 12 }, () => ({ input: random(300), output: random(200) }));
  const open = openGateway({
    snapshot: { limits: [buildLimit({ amount, enforcement })] },
    habitsOf: () => ({ bytesPerToken: 4, expectedOutputTokens: 64 }),
    answer: (_request, index) => ({ usage: usages[index] ?? null, latencyMs: 20 }),
  });
  let settled = 0;
  for (let call = 0; call < 12; call++) {
    const [bytes, maxTokens] = [100 + random(300), 1 + random(200)];
    const est = Math.ceil(bytes / 4) * 2_500 + Math.min(maxTokens, 64) * 10_000;
    const worst = (Math.ceil(bytes / 2) + 128) * 2_500 + maxTokens * 10_000;
    const need = enforcement === "strict" ? worst : est;
    const isServed = enforcement === "shadow" || settled + need <= amount;
    const usage = usages[open.upstream.sent] ?? { input: 0, output: 0 };
    const { status } = await open.one({ bytes, maxTokens });
    const found = { run, call, enforcement, amount, settled, need };
    expect({ ...found, isServed: status === 200 }).toEqual({ ...found, isServed });
    if (isServed) settled += usage.input * 2_500 + usage.output * 10_000;
  }
}
