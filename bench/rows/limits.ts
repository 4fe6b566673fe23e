import { createHash, randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import postgres from "postgres";
import { median } from "../load";
import type { Figure, Row } from "../row";
import type { ShotOptions, Stage } from "../stage";
import { cpuPerRequest, PAIRS, ratio, show } from "./cpu";

/** CPU per request over the bare proxy with the counters on Redis, and what a request asks of Redis. */
export const redisCpuRow: Row = {
  name: "redis-cpu",
  async run(stage): Promise<readonly Figure[]> {
    const { sluice, redisUrl } = await stage.onRedis();
    const value = await ratio(stage, 4000, { options: {}, target: sluice });
    const redis = new Redis(redisUrl);
    const before = await scriptsRun(redis);
    await cpuPerRequest(stage, sluice, { count: 1000, options: {} });
    const scripts = ((await scriptsRun(redis)) - before) / 1000;
    redis.disconnect();
    return [
      {
        figure: "CPU per request / bare proxy, Redis stores",
        bar: "<= 3.0",
        measured: show(value),
        passes: value.ratio <= 3,
      },
      {
        figure: "Redis scripts per request (reserve is awaited, settle is not)",
        bar: "<= 2",
        measured: scripts.toFixed(2),
        passes: scripts <= 2.05,
      },
    ];
  },
};

async function scriptsRun(redis: Redis): Promise<number> {
  const stats = await redis.info("commandstats");
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

/** What a refusal costs over an admitted request: by an unknown model, and by a limit that is used up. */
export const denialRow: Row = {
  name: "denial",
  async run(stage): Promise<readonly Figure[]> {
    const key = await spentKey(stage);
    const unknown = await overAdmitted(stage, { model: "no-such-model" });
    const spent = await overAdmitted(stage, { key });
    return [
      ["CPU of a denial / of an admitted request", unknown] as const,
      ["CPU of a denial by a limit / of an admitted request", spent] as const,
    ].map(([figure, value]) => ({ figure, bar: "<= 0.5", measured: value.toFixed(2), passes: value <= 0.5 }));
  },
};

async function overAdmitted(stage: Stage, options: ShotOptions): Promise<number> {
  const refused = { count: 4000, options, isRefused: true };
  const admitted = { count: 4000, options: {} };
  await cpuPerRequest(stage, stage.sluice, refused);
  const ratios: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    const one = await cpuPerRequest(stage, stage.sluice, refused);
    ratios.push(one / (await cpuPerRequest(stage, stage.sluice, admitted)));
  }
  return median(ratios);
}

/** A key of a user whose daily limit fits no call. */
async function spentKey(stage: Stage): Promise<string> {
  const key = "sk-sluice-benchmarkbenchmarkbenchmarkbenchmark001";
  await stage.provision({
    users: [{ name: "spent", role: "user" }],
    keys: [{ user: "spent", name: "spent", secret: key }],
    limits: [{ subject: "user:spent", target: "global", window: "daily", unit: "usd", amount: "0.000000001" }],
  });
  // The model has a group; the limit of its user is on everything, so that it counts by the split of the user axis.
  return key;
}

const FEW = 10;
const ACTIVE = 1_000;
const MANY = 100_000;

/** CPU per request while 10 users have limits, and while 100,000 have them and 1,000 of them send. */
export const growthRow: Row = {
  name: "growth",
  async run(stage): Promise<readonly Figure[]> {
    const few = await addUsers(stage, "few", FEW);
    const many = await addUsers(stage, "many", MANY);
    const options = (keys: readonly string[]) => keys.map((key): ShotOptions => ({ key }));
    const small = { count: 4000, options: options(few) };
    const large = { count: 4000, options: options(many.slice(0, ACTIVE)) };
    for (const ask of [small, large]) await cpuPerRequest(stage, stage.sluice, { ...ask, count: 12_000 });
    const ratios: number[] = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      const one = await cpuPerRequest(stage, stage.sluice, large);
      ratios.push(one / (await cpuPerRequest(stage, stage.sluice, small)));
    }
    const value = median(ratios);
    return [
      {
        figure: "CPU per request at 100,000 users with limits / at 10",
        bar: "<= 1.1",
        measured: value.toFixed(2),
        passes: value <= 1.1,
      },
    ];
  },
};

/** Users with a key and two limits each, written straight into the database; returns their keys. */
async function addUsers({ databaseUrl }: Stage, name: string, count: number): Promise<readonly string[]> {
  const keys = Array.from({ length: count }, () => `sk-sluice-${randomBytes(32).toString("hex").slice(0, 43)}`);
  const digests = keys.map((key) => createHash("sha256").update(key).digest("hex"));
  const sql = postgres(databaseUrl, { max: 1 });
  await sql.begin(async (tx) => {
    // One announcement instead of one per row.
    await tx`set local session_replication_role = replica`;
    await tx`insert into users (name) select ${`${name} `} || i from generate_series(1, ${count}::int) i`;
    await tx`insert into keys (user_id, name) select id, 'key' from users where name like ${`${name} %`} order by id`;
    for (let at = 0; at < count; at += 10_000) {
      await tx`insert into key_secrets (key_id, digest, prefix, last_four)
        select k.id, d.digest, 'sk-sluice-none', '0000' from (
          select keys.id, row_number() over (order by keys.id) as no from keys join users on users.id = user_id
          where users.name like ${`${name} %`}) k
        join (select digest, no + ${at} as no from unnest(${digests.slice(at, at + 10_000)}::text[]) with ordinality as d(digest, no)) d
          on d.no = k.no`;
    }
    for (const window of ["daily", "monthly"]) {
      await tx`insert into limits (subject_type, user_id, unit, "window", state, amount)
        select 'user', id, 'usd', ${window}, 'limit', 1000000000000 from users where name like ${`${name} %`}`;
    }
  });
  await sql`update settings set value = value`;
  await sql.end();
  return keys;
}
