import { Redis, type RedisOptions } from "ioredis";

/** What Redis said when it was checked at the start. */
export type RedisVerdict =
  | { readonly kind: "ready" }
  /** Wrong configuration: the line says what and how to mend it, without a secret. */
  | { readonly kind: "wrong"; readonly line: string }
  /** Refused, time-out or loading: the failure policy holds until it answers. */
  | { readonly kind: "down" };

/** The process' way to Redis. */
export type RedisConnection = {
  /** What the stores send their commands over; a command without an answer in 250 ms rejects. */
  readonly client: Redis;
  /** Judges the server once: answers, password, version, eviction policy (reliability-and-security.md 2.1). */
  check(): Promise<RedisVerdict>;
  /** False while the server does not answer. */
  isUp(): boolean;
  close(): Promise<void>;
};

const MIN_VERSION = 7;
const RECONNECT = { firstMs: 50, maxMs: 2_000 };

/** Rules of reliability-and-security.md 3.2 and N13: bounded commands, no offline queue, nothing sent twice by itself. */
const OPTIONS = {
  lazyConnect: true,
  connectTimeout: 2_000,
  commandTimeout: 250,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  retryStrategy: (times: number) =>
    Math.min(RECONNECT.maxMs, RECONNECT.firstMs * 2 ** Math.min(times, 10)) * (0.75 + Math.random() / 2),
} satisfies RedisOptions;

/** Opens nothing yet; `check` connects. `url` is `redis://` or `rediss://`. */
export function createRedisConnection(url: string): RedisConnection {
  const client = new Redis(url, OPTIONS);
  let lastError: Error | null = null;
  // A connection error without a listener would end the process.
  client.on("error", (error: Error) => {
    lastError = error;
  });
  return {
    client,
    async check() {
      try {
        await client.connect();
        return judgeServer(await client.info());
      } catch (error) {
        return judgeFailure(lastError ?? error);
      }
    },
    isUp: () => client.status === "ready",
    async close() {
      client.disconnect();
    },
  };
}

/** Judges the text of INFO; CONFIG may be forbidden. Valkey reports a Redis version too. */
export function judgeServer(info: string): RedisVerdict {
  const fields = new Map(
    info.split("\r\n").map((line): [string, string] => [line.split(":")[0] ?? "", line.slice(line.indexOf(":") + 1)]),
  );
  const version = fields.get("redis_version") ?? "unknown";
  if (!(Number.parseInt(version, 10) >= MIN_VERSION))
    return { kind: "wrong", line: `REDIS_URL: the server is version ${version}; Redis 7.0 or newer is needed` };
  const policy = fields.get("maxmemory_policy");
  if (policy !== undefined && policy !== "noeviction")
    return {
      kind: "wrong",
      line: `REDIS_URL: the server evicts keys (maxmemory-policy ${policy}); set maxmemory-policy noeviction`,
    };
  return { kind: "ready" };
}

function judgeFailure(error: unknown): RedisVerdict {
  const text = error instanceof Error ? `${error.name} ${error.message}` : "";
  if (/WRONGPASS|NOAUTH|NOPERM|ERR AUTH|invalid password/i.test(text))
    return { kind: "wrong", line: "REDIS_URL: the server refuses the user name or password; check both" };
  if (/ENOTFOUND/.test(text) || (error as NodeJS.ErrnoException)?.code === "ENOTFOUND")
    return { kind: "wrong", line: "REDIS_URL: no such host; check the name" };
  if (/invalid DB index|DB index is out of range/i.test(text))
    return { kind: "wrong", line: "REDIS_URL: the database number is out of range; check the path of the URL" };
  return { kind: "down" };
}
