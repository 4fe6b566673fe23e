import { Pool } from "undici";

/** One kind of request that a load sends. */
export type Shot = {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

/** What one load measured. Times are ms. */
export type LoadResult = {
  readonly requests: number;
  readonly failed: number;
  readonly seconds: number;
  /** Request sent to reply read, sorted ascending. */
  readonly latencies: readonly number[];
  /** Request sent to the first byte of the body, sorted ascending. */
  readonly firstBytes: readonly number[];
};

/** Sends `count` shots, each in its turn, to `url` over `connections` connections, each waiting for its reply. Loopback only, ends by itself. */
export async function load(
  url: string,
  shots: Shot | readonly Shot[],
  { count, connections }: { count: number; connections: number },
): Promise<LoadResult> {
  const { hostname } = new URL(url);
  if (hostname !== "127.0.0.1") throw new Error(`loads go to 127.0.0.1 only, not to ${hostname}`);
  const pool = new Pool(url, { connections, pipelining: 1, allowH2: false });
  const latencies: number[] = [];
  const firstBytes: number[] = [];
  let left = count;
  let failed = 0;
  const list = [shots].flat();
  const worker = async () => {
    while (left-- > 0) {
      const shot = list[left % list.length] as Shot;
      const start = performance.now();
      const reply = await pool.request({ path: shot.path, method: "POST", headers: shot.headers, body: shot.body });
      let first = 0;
      for await (const _ of reply.body) first ||= performance.now();
      if (reply.statusCode !== 200) failed++;
      latencies.push(performance.now() - start);
      firstBytes.push((first || performance.now()) - start);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: connections }, worker));
  const seconds = (performance.now() - started) / 1000;
  await pool.close();
  const ascending = (a: number, b: number) => a - b;
  return {
    requests: count,
    failed,
    seconds,
    latencies: latencies.sort(ascending),
    firstBytes: firstBytes.sort(ascending),
  };
}

/** The value below which `share` (0..1) of ascending `values` lie. */
export function percentile(values: readonly number[], share: number): number {
  return values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
}

/** The middle of unsorted values. */
export function median(values: readonly number[]): number {
  return percentile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}
