import { Pool } from "undici";
import type { Stage } from "./open-stage";

/** Cost of one call of workload A of quota.md 12 at $2.50 and $10 per million tokens, 100 in and 50 out. */
export const COST_NANO_USD = 750_000;

/** What a client was told; status 0: the connection broke. */
export type Told = { readonly status: number; readonly code: string | null };

/** Workload A: a body of 100 bytes, at most 50 tokens out. */
const BODY = (() => {
  const bare = JSON.stringify({ model: "gpt-4o", max_tokens: 50, messages: [{ role: "user", content: "" }] });
  const content = "x".repeat(100 - bare.length);
  return JSON.stringify({ model: "gpt-4o", max_tokens: 50, messages: [{ role: "user", content }] });
})();

type BurstAsk = {
  readonly count: number;
  /** Calls at a time. */
  readonly width: number;
  readonly script?: string;
};

/** Calls over the stage's gateways and both keys in turn, each at once when one before ended. */
export async function burst(stage: Stage, { count, width, script = "" }: BurstAsk): Promise<readonly Told[]> {
  const pools = stage.gateways.map(({ url }) => new Pool(url, { connections: width, pipelining: 1, allowH2: false }));
  const told: Told[] = [];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const number = next++;
      const pool = pools[number % pools.length] as Pool;
      const key = stage.keys[Math.floor(number / pools.length) % stage.keys.length] as string;
      told.push(await send(pool, key, script).catch(() => ({ status: 0, code: null })));
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  await Promise.all(pools.map((pool) => pool.destroy()));
  return told;
}

/** How many were answered with 200. */
export function served(told: readonly Told[]): number {
  return told.filter(({ status }) => status === 200).length;
}

/** Runs `fault` once so many calls have reached the upstream. */
export async function whenServed(stage: Stage, count: number, fault: () => Promise<unknown>): Promise<void> {
  while (stage.upstream.served.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  await fault();
}

async function send(pool: Pool, key: string, script: string): Promise<Told> {
  const reply = await pool.request({
    path: "/v1/chat/completions",
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}`, "x-upstream-script": script },
    body: BODY,
  });
  await reply.body.dump();
  const code = reply.headers["x-sluice-code"];
  return { status: reply.statusCode, code: code === undefined ? null : String(code) };
}
