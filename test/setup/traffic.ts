import { Pool } from "undici";

/** One reply that a client read to its end. */
export type FinishedCall = { readonly requestId: string; readonly status: number };

/** Calls that go on until they are stopped; those that broke off are counted apart. */
export type Traffic = {
  readonly finished: readonly FinishedCall[];
  broken(): number;
  /** Lets the running calls end and starts no more. */
  stop(): Promise<void>;
};

type Ask = { readonly url: string; readonly key: string; readonly connections: number; readonly script: string };

/** Sends chat calls over `connections` connections, every second one streamed. Loopback only. */
export function startTraffic(ask: Ask): Traffic {
  const pool = new Pool(ask.url, { connections: ask.connections, pipelining: 1, allowH2: false });
  const finished: FinishedCall[] = [];
  let broken = 0;
  let isStopped = false;
  const worker = async (number: number) => {
    for (let turn = 0; !isStopped; turn++) {
      try {
        finished.push(await call(pool, ask, (turn + number) % 2 === 0));
      } catch {
        broken++;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  };
  const workers = Promise.all(Array.from({ length: ask.connections }, (_, number) => worker(number)));
  return {
    finished,
    broken: () => broken,
    async stop() {
      isStopped = true;
      await workers;
      await pool.destroy();
    },
  };
}

async function call(pool: Pool, ask: Ask, stream: boolean): Promise<FinishedCall> {
  const reply = await pool.request({
    path: "/v1/chat/completions",
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${ask.key}`,
      "x-upstream-script": ask.script,
    },
    body: JSON.stringify({ model: "gpt-4o", stream, messages: [{ role: "user", content: "Count this call." }] }),
  });
  const text = await reply.body.text();
  if (stream && reply.statusCode === 200 && !text.includes("[DONE]")) throw new Error("the stream was cut");
  return { requestId: String(reply.headers["x-sluice-request-id"]), status: reply.statusCode };
}
