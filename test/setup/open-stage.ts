import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres, { type Sql } from "postgres";
import { expect } from "vitest";
import { type ScriptedUpstream, startScriptedUpstream } from "../../bench/upstream/scripted-upstream";
import { type RunningProcess, runProcess, startProcess } from "./start-process";
import { startRedis, type TestRedis } from "./start-redis";
import { startRedisCluster, type TestRedisCluster } from "./start-redis-cluster";
import { startTestPostgres } from "./test-postgres";

/** What a stage is set up with. */
export type StageAsk = {
  /** Secrets of the keys of the user `load`. */
  readonly keys: readonly string[];
  /** USD per million tokens of `gpt-4o`; 2.50 and 10 unless told. */
  readonly price?: { readonly input: string; readonly output: string };
  /** Counters on a Redis or a cluster of its own; else in the gateway's memory. */
  readonly redis?: boolean | "cluster";
};

type Env = Readonly<Record<string, string>>;

/** Everything a built gateway needs around it: a PostgreSQL of its own, perhaps a Redis, and the scripted upstream as the truth. */
export type Stage = {
  readonly keys: readonly string[];
  readonly upstream: ScriptedUpstream;
  /** Throws on a stage without one. */
  readonly redis: TestRedis;
  /** Throws on a stage without one. */
  readonly cluster: TestRedisCluster;
  readonly hasCluster: boolean;
  readonly databaseUrl: string;
  /** Those that `start` started and that were not dropped. */
  readonly gateways: RunningProcess[];
  /** Starts a gateway whose data lies in a directory of that name. */
  start(name: string, env?: Env): Promise<RunningProcess>;
  /** Removes what a gateway kept on its disk. */
  removeDisk(name: string): void;
  /** Applies a configuration file to the database, as `npm run provision` does; its fields come beside those of the stage. */
  provision(fields?: object): Promise<void>;
  /** Runs another entry of the product to its end; returns what it printed. */
  runEntry(entry: string, name: string): Promise<string>;
  /** As an admin with psql would; what the triggers announce acts like any other change. */
  sql<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  stopDatabase(): Promise<void>;
  /** On the port it had. */
  startDatabase(): Promise<void>;
  /** Ends all that was started, and removes it. */
  close(): Promise<void>;
};

/** Opens a stage: the schema is there, the configuration of one channel, one user, its keys and one price is applied, no gateway runs yet. */
export async function openStage(ask: StageAsk): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-stage-"));
  chmodSync(folder, 0o711); // the database has an account of its own
  const upstream = await startScriptedUpstream({ defaults: { inputTokens: 100, outputTokens: 50 } });
  const redis = ask.redis === true ? await startRedis() : null;
  const cluster = ask.redis === "cluster" ? await startRedisCluster() : null;
  const redisUrls = cluster?.urls ?? (redis === null ? [] : [redis.url]);
  let database = await startTestPostgres(join(folder, "database"));
  const port = Number(new URL(database.url).port);
  const gateways: RunningProcess[] = [];
  const envOf = (name: string): Env => ({
    ...baseEnv(join(folder, name), database.url),
    ...(redisUrls.length === 0 ? {} : { REDIS_URL: redisUrls.join(",") }),
  });
  const stage: Stage = {
    ...{ keys: ask.keys, upstream, gateways, hasCluster: cluster !== null },
    get databaseUrl() {
      return database.url;
    },
    get redis() {
      if (redis === null) throw new Error("this stage has no Redis");
      return redis;
    },
    get cluster() {
      if (cluster === null) throw new Error("this stage has no cluster");
      return cluster;
    },
    async start(name, env = {}) {
      const gateway = await startProcess({ env: { ...envOf(name), ...env } });
      gateways.push(gateway);
      return gateway;
    },
    removeDisk: (name) => rmSync(join(folder, name), { recursive: true }),
    async provision(fields = {}) {
      const file = join(folder, "sluice.json");
      writeFileSync(file, JSON.stringify({ ...configOf(ask, upstream.url), ...fields }));
      await succeed({ entry: "provision", args: [file], env: envOf("admin") });
    },
    runEntry: async (entry, name) => (await runProcess({ entry, env: envOf(name) })).output,
    async sql(work) {
      const sql = postgres(database.url, { max: 1 });
      return work(sql).finally(() => sql.end());
    },
    stopDatabase: () => database.stop(),
    async startDatabase() {
      database = await startTestPostgres(join(folder, "database"), port);
    },
    async close() {
      await Promise.all(gateways.splice(0).map((gateway) => gateway.end("SIGKILL")));
      await upstream.close();
      redis?.stop();
      cluster?.stop();
      await database.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await succeed({ entry: "migrate", env: envOf("admin") });
  await stage.provision();
  return stage;
}

async function succeed(ask: Parameters<typeof runProcess>[0]): Promise<void> {
  const { code, output } = await runProcess(ask);
  expect(code, output).toBe(0);
}

function baseEnv(dataDir: string, databaseUrl: string): Env {
  return {
    PORT: "0",
    SLUICE_HOST: "127.0.0.1",
    SLUICE_ROLE: "gateway",
    SLUICE_DATA_DIR: dataDir,
    SLUICE_SECRET: "process-test-secret-process-test-secret-1",
    SLUICE_UPSTREAM_PRIVATE: "allow",
    DATABASE_URL: databaseUrl,
  };
}

function configOf({ keys, price = { input: "2.50", output: "10" } }: StageAsk, baseUrl: string): object {
  return {
    channels: [{ name: "up", protocols: ["openai-chat"], baseUrl, credential: "upstream", models: ["gpt-4o"] }],
    users: [{ name: "load", role: "user" }],
    keys: keys.map((secret, index) => ({ user: "load", name: `key ${index}`, secret })),
    prices: [{ model: "gpt-4o", ...price }],
  };
}
