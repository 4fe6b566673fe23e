import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRedis, type TestRedis } from "@test/setup/start-redis";
import type { Shot } from "./load";
import { type Measured, startMeasured } from "./process";

/** The processes of one benchmark run. */
export type Stage = {
  readonly bare: Measured;
  /** With limits of user, user group and key in five windows, counters in its memory. */
  readonly sluice: Measured;
  /** The same on a Redis of its own, started when it is first asked for. */
  onRedis(): Promise<{ readonly sluice: Measured; readonly redisUrl: string }>;
  readonly upstreamUrl: string;
  /** Sluice's own database. */
  readonly databaseUrl: string;
  /** A request through Sluice, and the same for the bare proxy. */
  shot(options?: ShotOptions): Shot;
  /** Applies more configuration. */
  provision(config: unknown): Promise<void>;
  close(): Promise<void>;
};

/** What a shot asks for. `script` is the scripted upstream's header; a model that no channel serves is refused. */
export type ShotOptions = {
  readonly bodyBytes?: number;
  readonly stream?: boolean;
  readonly script?: string;
  readonly model?: string;
  readonly key?: string;
};

const WINDOWS = ["5h", "daily", "weekly", "monthly", "total"];

/** Key of the generated configuration; works on this machine only, for as long as the run lasts. */
const KEY = "sk-sluice-benchmarkbenchmarkbenchmarkbenchmark000";

/**
 * Starts the scripted upstream, the bare proxy and Sluice in the gateway role on a database of its own.
 * @param databaseUrl an empty PostgreSQL database
 * @param dist folder of the bundles made by the build
 */
export async function openStage(databaseUrl: string, dist: string): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));
  const upstream = await startMeasured([join(dist, "bench/upstream.js")], {
    ready: /^http\S+$/,
    env: { UPSTREAM_INTERVAL_MS: "0" },
  });
  const bare = await startMeasured([join(dist, "bench/bare-proxy.js")], {
    ready: /^http\S+$/,
    env: { UPSTREAM_URL: upstream.line },
  });
  const config = join(folder, "sluice.json");
  writeFileSync(config, JSON.stringify(configuration(upstream.line)));
  const secret = "benchmark-secret-benchmark-secret-0001";
  const env = {
    NODE_ENV: "production",
    DATABASE_URL: databaseUrl,
    SLUICE_SECRET: secret,
    SLUICE_DATA_DIR: folder,
    SLUICE_UPSTREAM_PRIVATE: "allow",
    SLUICE_HOST: "127.0.0.1",
    PORT: "0",
    UV_THREADPOOL_SIZE: "16",
  };
  const main = ["--disable-sigusr1", "--no-parallel-scavenge", join(dist, "server/main.js")];
  await provision(env, config, dist);
  const sluice = await startMeasured(main, {
    ready: /(http:\/\/[^\s/]+:\d+)/,
    env: { ...env, SLUICE_ROLE: "gateway" },
  });
  const onLoopback = (measured: Measured) => ({
    ...measured,
    line: measured.line.replace(/\/\/[^:/]+:/, "//127.0.0.1:"),
  });
  let second: { readonly sluice: Measured; readonly redis: TestRedis } | null = null;
  return {
    bare,
    sluice: onLoopback(sluice),
    async onRedis() {
      if (second === null) {
        const redis = await startRedis();
        const directory = join(folder, "redis");
        const options = { ...env, SLUICE_ROLE: "gateway", REDIS_URL: redis.url, SLUICE_DATA_DIR: directory };
        const started = await startMeasured(main, { ready: /(http:\/\/[^\s/]+:\d+)/, env: options });
        second = { sluice: onLoopback(started), redis };
      }
      return { sluice: second.sluice, redisUrl: second.redis.url };
    },
    async provision(more) {
      writeFileSync(config, JSON.stringify(more));
      await provision(env, config, dist);
    },
    upstreamUrl: upstream.line,
    databaseUrl,
    shot: buildShot,
    async close() {
      await Promise.all([bare.stop(), sluice.stop(), second?.sluice.stop(), upstream.stop()]);
      second?.redis.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function provision(env: Record<string, string>, config: string, dist: string): Promise<void> {
  const entry = await startMeasured([join(dist, "server/provision.js"), config], { ready: /applied|unchanged/i, env });
  await entry.stop();
}

function configuration(upstreamUrl: string): unknown {
  return {
    channels: [
      {
        name: "bench",
        protocols: ["openai-chat", "anthropic-messages"],
        baseUrl: upstreamUrl,
        credential: "upstream",
        models: ["gpt-4o", "claude-sonnet-4-5"],
      },
    ],
    userGroups: [{ name: "bench" }],
    users: [{ name: "bench", role: "user", groups: ["bench"] }],
    keys: [{ user: "bench", name: "bench", secret: KEY }],
    modelGroups: [{ name: "bench", models: ["gpt-4o", "claude-sonnet-4-5"] }],
    limits: ["user:bench", "group:bench", "key:bench/bench"].flatMap((subject, index) =>
      WINDOWS.map((window) => ({
        ...{ subject, target: "group:bench", window, unit: "usd", amount: String(1_000_000 + index) },
      })),
    ),
  };
}

/** About 520 bytes unless told, as an agent's short question. */
function buildShot({ bodyBytes = 520, stream = false, script, model = "gpt-4o", key = KEY }: ShotOptions = {}): Shot {
  const frame = (text: string) =>
    JSON.stringify({
      model,
      messages: [
        { role: "system", content: "You are a careful assistant." },
        { role: "user", content: text },
      ],
      max_tokens: 64,
      ...(stream ? { stream: true } : {}),
    });
  const words = "Please look at the following lines and say what they do, in order.\n";
  const missing = Math.max(0, bodyBytes - frame("").length);
  const text = words.repeat(Math.ceil(missing / words.length)).slice(0, missing);
  return {
    path: "/v1/chat/completions",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${key}`,
      ...(script === undefined ? {} : { "x-upstream-script": script }),
    },
    body: Buffer.from(frame(text)),
  };
}
