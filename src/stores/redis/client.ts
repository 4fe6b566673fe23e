import { Cluster, type ClusterOptions, Redis, type RedisOptions } from "ioredis";

/** What Redis said when it was checked at the start. */
export type RedisVerdict =
  | { readonly kind: "ready" }
  /** Wrong configuration: the line says what and how to mend it, without a secret. */
  | { readonly kind: "wrong"; readonly line: string }
  /** Refused, time-out or loading: the failure policy holds until it answers. */
  | { readonly kind: "down" };

/** One server, or a cluster of them. */
export type RedisClient = Redis | Cluster;

/** The process' way to Redis. */
export type RedisConnection = {
  /** What the stores send their commands over; a command without an answer in time rejects, 250 ms unless told. */
  readonly client: RedisClient;
  /** Judges the server, or each master of the cluster, once: answers, password, version, eviction policy (reliability-and-security.md 2.1). */
  check(): Promise<RedisVerdict>;
  /** False while the server, or every node of the cluster, does not answer. */
  isUp(): boolean;
  close(): Promise<void>;
};

const MIN_VERSION = 7;
const RECONNECT = { firstMs: 50, maxMs: 2_000 };

const ANSWER_MS = 250;

/** Rules of reliability-and-security.md 3.2 and N13: bounded commands, no offline queue, nothing sent twice by itself. */
const NODE_OPTIONS = {
  connectTimeout: 2_000,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
} satisfies RedisOptions;

const retryDelay = (times: number) =>
  Math.min(RECONNECT.maxMs, RECONNECT.firstMs * 2 ** Math.min(times, 10)) * (0.75 + Math.random() / 2);

const OPTIONS = {
  ...NODE_OPTIONS,
  lazyConnect: true,
  enableOfflineQueue: false,
  retryStrategy: retryDelay,
} satisfies RedisOptions;

/**
 * The same rules for a cluster. Only what a node did not run is sent again (MOVED, ASK, TRYAGAIN). A node that is met for the first time may run a
 * command after its time-out: the end of an unknown hold shuts out a late reserve (quota.md Q46).
 */
const CLUSTER_OPTIONS = {
  lazyConnect: true,
  enableOfflineQueue: false,
  clusterRetryStrategy: retryDelay,
  clusterNodeRetryStrategy: retryDelay,
  maxRedirections: 3,
  retryDelayOnFailover: 0,
  retryDelayOnClusterDown: 0,
  slotsRefreshTimeout: 2_000,
  slotsRefreshInterval: 5_000,
  shardedSubscribers: true,
  // Names as given: certificates are for them.
  dnsLookup: (address, callback) => callback(null, address),
} satisfies ClusterOptions;

/**
 * Opens nothing yet; `check` connects. Each URL is `redis://` or `rediss://`. Several are nodes of one cluster, of which any finds the others; scheme,
 * user and password of the first hold for all.
 * @param commandTimeout ms within which a command must be answered, else it rejects
 */
export function createRedisConnection(urls: readonly string[], commandTimeout = ANSWER_MS): RedisConnection {
  const client =
    urls.length > 1 ? openCluster(urls, commandTimeout) : new Redis(urls[0] ?? "", { ...OPTIONS, commandTimeout });
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
        return await judgeServers(client);
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

function openCluster(urls: readonly string[], commandTimeout: number): Cluster {
  const [first = ""] = urls;
  const { username, password } = new URL(first);
  const redisOptions = {
    ...NODE_OPTIONS,
    commandTimeout,
    ...(username === "" ? {} : { username: decodeURIComponent(username) }),
    ...(password === "" ? {} : { password: decodeURIComponent(password) }),
    ...(first.startsWith("rediss:") ? { tls: {} } : {}),
  };
  return new Cluster([...urls], { ...CLUSTER_OPTIONS, redisOptions });
}

async function judgeServers(client: RedisClient): Promise<RedisVerdict> {
  if (client instanceof Redis) {
    const text = await client.info();
    return /^redis_mode:cluster/m.test(text) ? ONE_OF_A_CLUSTER : judgeServer(text);
  }
  const verdicts = await Promise.all(client.nodes("master").map(async (node) => judgeServer(await node.info())));
  return verdicts.find(({ kind }) => kind !== "ready") ?? { kind: "ready" };
}

const ONE_OF_A_CLUSTER: RedisVerdict = {
  kind: "wrong",
  line: "REDIS_URL: the server is a node of a cluster; name at least two of its nodes, separated by commas",
};

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

function judgeFailure(given: unknown): RedisVerdict {
  // Of a cluster: what its last node said.
  const error = (given as { lastNodeError?: Error } | null)?.lastNodeError ?? given;
  const text = error instanceof Error ? `${error.name} ${error.message}` : "";
  if (/WRONGPASS|NOAUTH|NOPERM|ERR AUTH|invalid password/i.test(text))
    return { kind: "wrong", line: "REDIS_URL: the server refuses the user name or password; check both" };
  if (/cluster support disabled/i.test(text))
    return { kind: "wrong", line: "REDIS_URL: several servers are named, and they are no cluster; name one" };
  if (/ENOTFOUND/.test(text) || (error as NodeJS.ErrnoException)?.code === "ENOTFOUND")
    return { kind: "wrong", line: "REDIS_URL: no such host; check the name" };
  if (/invalid DB index|DB index is out of range/i.test(text))
    return { kind: "wrong", line: "REDIS_URL: the database number is out of range; check the path of the URL" };
  return { kind: "down" };
}
