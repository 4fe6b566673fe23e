import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "@test/seeded-random";
import { openStage, type Stage } from "@test/setup/open-stage";
import { Pool } from "undici";
import { afterAll, beforeAll, expect, test } from "vitest";

// What a kill may cost (quota.md Q42, F2-F4): real processes, the bytes that clients got as the truth. $150 per million tokens of output, so that
// a stream of 50 tokens a second spends two cents in under three seconds, and Q stays two cents.
const KEY = "sk-sluice-processprocessprocessprocessprocess00";
const INPUT_TOKEN = 2_500;
const OUTPUT_TOKEN = 150_000;
const Q = 20_000_000;
const STREAMS = 20;
const WHOLE = 8;
const MAX_TOKENS = 120;
const SEED = 20_261_121;

type LedgerRow = { id: string; outcome: string; cost: string; source: string; stream: boolean };
type Got = { readonly requestId: string | null; readonly tokens: number };

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ keys: [KEY], price: { input: "2.50", output: "150" } });
}, 60_000);
afterAll(() => stage.close());

const messages = [
  { role: "user", content: "Count every token of this call, also when nobody is left to hear the end." },
];
const bodyOf = (stream: boolean) =>
  JSON.stringify({
    ...{ model: "gpt-4o", stream, messages },
    ...(stream ? { stream_options: { include_usage: true } } : { max_tokens: MAX_TOKENS }),
  });
const inputOf = (stream: boolean) => Math.ceil(bodyOf(stream).length / 4);
const INPUT = (stream: boolean) => inputOf(stream) * INPUT_TOKEN;
/** A plain reply costs its whole output, whether the gateway lives to hear it or not. */
const WHOLE_COST = INPUT(false) + MAX_TOKENS * OUTPUT_TOKEN;
const WHOLE_WORST = (Math.ceil(bodyOf(false).length / 2) + 128) * INPUT_TOKEN + MAX_TOKENS * OUTPUT_TOKEN;

/** One call, read until it ends or breaks off. */
async function call(pool: Pool, stream: boolean): Promise<Got> {
  const script = stream
    ? `chunks=800;intervalMs=20;inputTokens=${inputOf(true)}`
    : `delayMs=3000;inputTokens=${inputOf(false)};outputTokens=${MAX_TOKENS}`;
  let requestId: string | null = null;
  let text = "";
  try {
    const reply = await pool.request({
      path: "/v1/chat/completions",
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${KEY}`,
        "x-upstream-script": script,
      },
      body: bodyOf(stream),
    });
    requestId = String(reply.headers["x-sluice-request-id"]).replace("req_", "");
    for await (const chunk of reply.body) text += String(chunk);
  } catch {
    // The gateway was killed: what has arrived until then is the truth.
  }
  return { requestId, tokens: [...text.matchAll(/"content":"[^"]+"/g)].length };
}

function readLedger(): Promise<readonly LedgerRow[]> {
  return stage.sql(
    (sql) => sql<LedgerRow[]>`
      select replace(l.id::text, '-', '') as id, l.outcome, l.cost_nusd::text as cost, l.cost_source as source, r.stream
      from usage_ledger l join requests r on r.id = l.id`,
  );
}

test("kill -9 in mid-stream charges what clients got and at most two cents more; a plain reply in full and never above its worst case", async () => {
  const random = seededRandom(SEED);
  const calls: Promise<Got>[] = [];
  let gateway = await stage.start("data");
  for (let round = 1; round <= 3; round++) {
    const pool = new Pool(gateway.url, { connections: STREAMS + WHOLE, pipelining: 1, allowH2: false });
    calls.push(...Array.from({ length: STREAMS }, () => call(pool, true)));
    await sleep(random(1_500));
    const whole = Array.from({ length: WHOLE }, () => call(pool, false));
    await sleep(1_000 + random(4_500));
    await gateway.end("SIGKILL");
    await Promise.all([...calls, ...whole]);
    await pool.destroy();
    gateway = await stage.start("data");
  }
  await gateway.end("SIGTERM");
  const rows = await readLedger();
  const streamed = new Map(rows.filter(({ stream }) => stream).map((row) => [row.id, Number(row.cost)]));
  const got = await Promise.all(calls);
  expect(streamed.size).toBe(3 * STREAMS);
  expect(got.filter(({ tokens }) => tokens > 0).length).toBeGreaterThan(2 * STREAMS);
  for (const { requestId, tokens } of got) {
    if (requestId === null) continue;
    const truth = INPUT(true) + tokens * OUTPUT_TOKEN;
    expect(streamed.get(requestId), `seed ${SEED}, ${tokens} tokens`).toBeGreaterThanOrEqual(truth);
    expect(streamed.get(requestId), `seed ${SEED}, ${tokens} tokens`).toBeLessThanOrEqual(truth + Q);
  }
  const plain = rows.filter(({ stream }) => !stream);
  expect(plain).toHaveLength(3 * WHOLE);
  for (const { cost } of plain) {
    expect(Number(cost)).toBeGreaterThanOrEqual(WHOLE_COST);
    expect(Number(cost)).toBeLessThanOrEqual(WHOLE_WORST);
  }
  expect(await stage.runEntry("verify-ledger", "data")).toContain("The ledger is sound");
}, 120_000);
