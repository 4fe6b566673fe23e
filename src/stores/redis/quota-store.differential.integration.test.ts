import { isDeepStrictEqual } from "node:util";
import { type Random, seededRandom } from "@test/seeded-random";
import { startRedis, type TestRedis } from "@test/setup/start-redis";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import type {
  BucketAsk,
  BucketRef,
  DomainConfig,
  EndAsk,
  HeldBucket,
  OpenHold,
  ReserveAsk,
  Seed,
} from "@/core/quota/quota-store";
import type { RateAsk, RatesAsk } from "@/core/quota/rate-ask";
import { ENFORCEMENTS } from "@/core/vocabulary";
import { type MemoryQuotaStore, memoryQuotaStore } from "../memory/quota-store";
import { type RedisQuotaStore, redisQuotaStore } from "./quota-store";
import { redisKeys } from "./redis-keys";

/*
 * Quota.md test 15: one random stream of operations is played to Redis in real time and then, reply by reply, to the memory store, whose clock is
 * set to the instant of each reply. Windows last seconds, so that they age and roll over during the run. After each operation all counters are
 * read and compared.
 */

const OPERATIONS = 100_000;
const BATCH = 100;
const USER = 7;
const KEYS = redisKeys("db1");
const SEED = Date.now() % 1_000_000;

let server: TestRedis;
let client: Redis;
let redis: RedisQuotaStore;
beforeAll(async () => {
  server = await startRedis();
  client = new Redis(server.url);
  redis = redisQuotaStore({ client, keys: KEYS, replica: "r1", leastTtlMs: 1 });
});
afterAll(() => {
  client.disconnect();
  server.stop();
});

type Played = { readonly ask: ReserveAsk; readonly slots: readonly number[] };
type World = {
  readonly random: Random;
  readonly memory: MemoryQuotaStore;
  /** What the memory store takes for now. */
  now: number;
  config: DomainConfig;
  restart: number;
  nextHold: number;
  /** Holds that were admitted and have not been ended by this test. */
  readonly open: Played[];
  /** Kinds of replies to reserves. */
  readonly seen: Set<string>;
  /** Asks and ends to be repeated. */
  readonly past: (() => Step)[];
};
/** Plays one operation to Redis at once; the result checks the memory store against the reply. */
type Step = () => Promise<() => void>;

function within(world: World, from: number, to: number): number {
  return from + world.random(to - from + 1);
}

function pick<Item>(world: World, items: readonly Item[]): Item {
  return items[world.random(items.length)] as Item;
}

function refsAt(world: World, now: number): readonly BucketRef[] {
  const second = Math.floor(now / 1_000);
  const start = second - (second % 2);
  return [
    { id: "u7:0:usd:total", kind: "total", start: world.restart, end: 0 },
    { id: "k3:5:tokens:total", kind: "total", start: 0, end: 0 },
    { id: `u7:0:usd:daily:${start}`, kind: "calendar", start, end: start + 2 },
    { id: `u7:0:usd:daily:${start - 2}`, kind: "calendar", start: start - 2, end: start },
    { id: "u7:5:usd:weekly:rolling", kind: "rolling", start: 1, end: 3 },
    { id: "k3:0:tokens:daily:rolling", kind: "rolling", start: 2, end: 2 },
    { id: "k3:0:usd:5h:fixed", kind: "fixed", start: 2, end: 1 },
    { id: "u7:5:requests:5h:fixed", kind: "fixed", start: 3, end: 1 },
  ];
}

function bucketAsk(world: World, ref: BucketRef): BucketAsk {
  const est = within(world, 0, 100);
  const amounts = { cap: within(world, 1, 3_000), est, worst: est + within(world, 0, 200) };
  return { ...ref, ...amounts, enforcement: pick(world, ENFORCEMENTS) };
}

function someBuckets(world: World): readonly BucketAsk[] {
  // The window that ended is rarely asked for: it makes the whole reserve stale.
  const refs = refsAt(world, world.now).filter((_, at) => (at === 3 ? world.random(20) === 0 : world.random(2) === 0));
  return refs.map((ref) => bucketAsk(world, ref));
}

/** Windows and buckets of a second or two, so that their slices age during the run. */
const RATES: readonly RateAsk[] = [
  { id: "u7:rpm:all:600", metric: "rpm", limit: 40, burst: null, periodMs: 600 },
  { id: "u7:total:mgpt:1200", metric: "total", limit: 60, burst: null, periodMs: 1_200 },
  { id: "k3:successful:g5:600", metric: "successful", limit: 30, burst: null, periodMs: 600 },
  { id: "u7:b1:600", metric: "rpm", limit: 50, burst: 20, periodMs: 600 },
];

function someRates(world: World): { readonly rates?: RatesAsk } {
  if (world.random(3) === 0) return {};
  const counters = RATES.filter(() => world.random(2) === 0);
  const capOf = (most: number) => (world.random(3) === 0 ? null : within(world, 1, most));
  const concurrency = { ...someRequest(world), user: capOf(30), key: capOf(20) };
  return { rates: { counters, concurrency: world.random(2) === 0 ? null : concurrency } };
}

function someRequest(world: World) {
  const number = world.random(40);
  return { requestId: `q${number}`, keyId: 3 + (number % 2) };
}

function leaving(world: World): Step {
  const request = { userId: USER, ...someRequest(world) };
  return async () => {
    await redis.leave(request);
    return () => world.memory.leave(request);
  };
}

function readingRates(world: World): Step {
  return async () => {
    const { at, lines } = await redis.readRates(USER, RATES);
    return async () => {
      move(world, at);
      demandSame({ lines: (await world.memory.readRates(USER, RATES)).lines }, { lines });
    };
  };
}

function someConfig(world: World): DomainConfig {
  const { config } = world;
  switch (world.random(40)) {
    case 0:
      return { ...config, version: config.version + 1, user: "newer" };
    case 1:
      return { ...config, version: config.version + 1, key: "" };
    case 2:
      return { ...config, version: config.version - 1, key: "older" };
    case 3:
      return { ...config, keyId: 4, key: "" };
    default:
      return config;
  }
}

/** Epochs are random; all else is equal. */
function demandSame(actual: object | null, expected: object | null): void {
  const [mine, other] = [actual, expected].map((reply) =>
    reply !== null && "epoch" in reply ? { ...reply, epoch: null } : reply,
  );
  if (!isDeepStrictEqual(mine, other)) expect(mine).toEqual(other);
}

function atOf(reply: object): number | null {
  return "at" in reply && typeof reply.at === "number" && !("state" in reply) ? reply.at : null;
}

function move(world: World, at: number | null): void {
  if (at !== null) world.now = Math.max(world.now, at);
}

function reserving(world: World, ask: ReserveAsk): Step {
  return async () => {
    const reply = await redis.reserve(ask);
    return () => {
      move(world, atOf(reply));
      if (reply.kind === "duplicate" && reply.slots.length === 0) move(world, reply.at);
      demandSame(world.memory.reserve(ask), reply);
      world.seen.add("state" in reply ? reply.state : "reason" in reply ? reply.reason : reply.kind);
      if (reply.kind === "admitted") world.open.push({ ask, slots: reply.lines.map(({ slot }) => slot) });
    };
  };
}

function ending(world: World, end: EndAsk, verb: "settle" | "void"): Step {
  return async () => {
    const reply = await redis[verb](end);
    return () => {
      move(world, atOf(reply));
      demandSame(world.memory[verb](end), reply);
    };
  };
}

function renewing(world: World, holdId: string): Step {
  const ask = { userId: USER, holdId, ttlMs: pick(world, [1, 1_000_000]), ceilingNanoUsd: within(world, 0, 999) };
  return async () => {
    const [reply, score] = await Promise.all([redis.renew([ask]), client.zscore(KEYS.domain(USER).open, holdId)]);
    return async () => {
      if (reply[0] === "renewed") move(world, Number(score) - ask.ttlMs);
      expect(await world.memory.renew([ask])).toEqual(reply);
    };
  };
}

function peeking(world: World): Step {
  const ask = {
    userId: USER,
    config: { ...world.config, version: 0 },
    buckets: refsAt(world, world.now).map((ref) => bucketAsk(world, ref)),
  };
  return async () => {
    const reply = await redis.peek(ask);
    return async () => {
      move(world, reply?.at ?? null);
      demandSame(await world.memory.peek(ask), reply);
      for (const { held, worst } of reply?.lines ?? [])
        if (held < 0 || held > worst) expect([held, worst]).toBe("0 <= held <= worst");
    };
  };
}

function endOf(world: World, { ask, slots }: Played): EndAsk {
  const buckets = ask.buckets.map(
    ({ id, kind, start, end }, at): HeldBucket => ({ id, kind, start, end, slot: slots[at] ?? 0 }),
  );
  const actual = buckets.map(() => within(world, -40, 300));
  return { userId: USER, holdId: ask.holdId, at: someInstant(world), buckets, actual };
}

/** An instant of admission in the last seconds, or a little ahead: a replica's clock may be off. */
function someInstant(world: World): number {
  return world.now - within(world, -500, 5_000);
}

function unknownSlot(world: World, ref: BucketRef): number {
  const second = Math.floor(world.now / 1_000);
  if (ref.kind === "rolling") return Math.floor(second / ref.start) + within(world, -5, 1);
  if (ref.kind === "fixed") return second - within(world, 0, 4);
  return ref.start;
}

function newReserve(world: World): Step {
  const ask: ReserveAsk = {
    ...{
      userId: USER,
      holdId: `h${world.nextHold++}.1`,
      ttlMs: pick(world, [1, 1_000_000]),
      config: someConfig(world),
    },
    ...someRates(world),
    ...{ buckets: someBuckets(world), record: `{"é":${world.nextHold}}` },
  };
  keepForLater(world, () => reserving(world, ask));
  return reserving(world, ask);
}

function knownEnd(world: World): Step {
  const played = world.open.splice(world.random(world.open.length), 1)[0];
  if (played === undefined) return newReserve(world);
  const end = endOf(world, played);
  const verb = world.random(5) === 0 ? "void" : "settle";
  const given = world.random(2) === 0 ? end : { ...end, failed: true };
  keepForLater(world, () => ending(world, given, verb));
  return ending(world, given, verb);
}

function unknownEnd(world: World): Step {
  const refs = refsAt(world, world.now).filter(() => world.random(2) === 0);
  const buckets = refs.map((ref): HeldBucket => ({ ...ref, slot: unknownSlot(world, ref) }));
  const holdId = `x${world.nextHold++}.1`;
  const actual = buckets.map(() => within(world, -40, 300));
  const end = { userId: USER, holdId, at: someInstant(world), buckets, actual };
  return ending(world, end, world.random(4) === 0 ? "void" : "settle");
}

function repeated(world: World): Step {
  const played = world.open[world.random(world.open.length * 2 + 1)];
  if (played !== undefined) return reserving(world, { ...played.ask, config: world.config });
  return world.past.splice(world.random(world.past.length), 1)[0]?.() ?? newReserve(world);
}

function keepForLater(world: World, again: () => Step): void {
  if (world.past.length < 500) world.past.push(again);
}

function nextStep(world: World): Step {
  const draw = world.random(100);
  if (draw < 50) return newReserve(world);
  if (draw < 85) return knownEnd(world);
  if (draw < 91) return renewing(world, world.open[world.random(world.open.length + 1)]?.ask.holdId ?? "never.1");
  if (draw < 94) return unknownEnd(world);
  if (draw < 96) return leaving(world);
  return draw < 97 ? readingRates(world) : repeated(world);
}

/** An instant of Redis in the middle of a second: what is done next is done in the same second, and windows know no less. */
async function midSecond(): Promise<number> {
  for (;;) {
    const [seconds, micros] = await client.time();
    const now = Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
    if (now % 1_000 < 900) return now;
  }
}

function someSeeds(world: World): readonly Seed[] {
  const second = Math.floor(world.now / 1_000);
  return refsAt(world, world.now)
    .filter(() => world.random(3) > 0)
    .map((ref): Seed => {
      const settled = within(world, 0, 500);
      if (ref.kind === "fixed")
        return { ...ref, slot: world.random(3) === 0 ? 0 : second - within(world, 0, 3), settled, slices: [] };
      if (ref.kind !== "rolling") return { ...ref, slot: ref.start, settled, slices: [] };
      const current = Math.floor(second / ref.start);
      const slices = [0, 1, 2, 3, 4, 5].map((back): [number, number] => [current - back + 1, within(world, 0, 90)]);
      return { ...ref, slot: 0, settled: slices.reduce((sum, [, amount]) => sum + amount, 0), slices };
    });
}

function someHold(world: World): OpenHold {
  const refs = refsAt(world, world.now).filter(() => world.random(2) === 0);
  const buckets = refs.map((ref) => {
    const est = within(world, 0, 50);
    return { ...ref, slot: unknownSlot(world, ref), est, worst: est + within(world, 0, 50) };
  });
  const hold = {
    userId: USER,
    holdId: `late${world.nextHold++}.1`,
    replica: "r2",
    at: someInstant(world),
    record: "late",
    ceilingNanoUsd: 3,
  };
  return { ...hold, expiresAt: world.now + 1_000_000, buckets };
}

function known(world: World, hold: OpenHold): void {
  const buckets = hold.buckets.map((bucket): BucketAsk => ({ ...bucket, cap: 1, enforcement: "strict" }));
  const ask = { userId: USER, holdId: hold.holdId, ttlMs: 1, config: world.config, buckets, record: hold.record };
  world.open.push({ ask, slots: hold.buckets.map(({ slot }) => slot) });
}

async function rebuildBoth(world: World): Promise<void> {
  const begun = await redis.beginRebuild(USER);
  const mine = await world.memory.beginRebuild(USER);
  const byId = (holds: readonly OpenHold[] = []) => [...holds].sort((a, b) => a.holdId.localeCompare(b.holdId));
  expect(byId(mine?.holds)).toEqual(byId(begun?.holds));
  for (const step of [nextStep(world), peeking(world)]) await (await step())();
  const late = [someHold(world), someHold(world)];
  const holds = [...byId(begun?.holds).filter(() => world.random(5) > 0), ...late];
  const closed = [...holds.filter(() => world.random(5) === 0), someHold(world)].map(({ holdId }) => ({
    ...{ holdId, state: pick(world, ["settled", "voided"] as const) },
  }));
  world.now = await midSecond();
  const config = { ...world.config, version: world.config.version + world.random(2) };
  const ask = {
    userId: USER,
    config,
    definitions: { user: ["u"], key: ["k"] },
    seeds: someSeeds(world),
    holds,
    closed,
  };
  expect(await redis.rebuild({ ...ask, token: begun?.token ?? "" })).toBe(true);
  expect(await world.memory.rebuild({ ...ask, token: mine?.token ?? "" })).toBe(true);
  world.config = config;
  for (const hold of late) known(world, hold);
}

async function fillBoth(world: World): Promise<void> {
  world.now = await midSecond();
  if (world.random(3) === 0) world.restart = world.now;
  const version = world.config.version + world.random(3);
  const config = { ...world.config, version, user: `u${world.random(3)}`, key: `k${world.random(3)}` };
  const ask = { userId: USER, config, definitions: { user: [`${version}`], key: ["k"] }, seeds: someSeeds(world) };
  const isFilled = await redis.fill(ask);
  expect(await world.memory.fill(ask)).toBe(isFilled);
  if (isFilled) world.config = config;
}

async function announceBoth(world: World): Promise<void> {
  world.now = await midSecond();
  const holds = [someHold(world), someHold(world)];
  await redis.announce(holds);
  await world.memory.announce(holds);
  await redis.announce(holds.slice(1));
  await world.memory.announce(holds.slice(1));
  for (const hold of holds) known(world, hold);
}

async function expireBoth(world: World): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 3));
  world.now = await midSecond();
  const expired = await redis.expired(100_000);
  const byId = (holds: typeof expired) => [...holds].sort((a, b) => a.holdId.localeCompare(b.holdId));
  expect(byId(await world.memory.expired(100_000))).toEqual(byId(expired));
}

async function playBatch(world: World): Promise<void> {
  const steps = Array.from({ length: BATCH }, () => [nextStep(world), peeking(world)]).flat();
  const checks = await Promise.all(steps.map((step) => step()));
  for (const check of checks) await check();
}

/** A script that Redis does not know yet is sent again, behind later calls; once it is known the calls run in order. */
async function loadScripts(): Promise<void> {
  const end = { userId: 8, holdId: "a.1", at: 0, buckets: [], actual: [] };
  await redis.settle(end);
  await redis.readRates(8, RATES);
  await redis.renew([{ ...end, ttlMs: 1, ceilingNanoUsd: 0 }]);
  const config = { version: 1, keyId: 3, user: "", key: "" };
  await redis.reserve({ ...end, ttlMs: 1, config, record: "" });
  await redis.peek({ ...end, config });
}

test(`${OPERATIONS} random operations leave memory and Redis alike in reply and counter (seed ${SEED})`, {
  timeout: 190_000,
}, async () => {
  const clock = { now: () => world.now, monotonic: () => world.now, after: () => () => {} };
  const world: World = {
    ...{ random: seededRandom(SEED), memory: memoryQuotaStore({ clock, replica: "r1" }), now: await midSecond() },
    ...{
      config: { version: 5, keyId: 3, user: "u0", key: "k0" },
      restart: 0,
      nextHold: 0,
      open: [],
      past: [],
      seen: new Set(),
    },
  };
  await loadScripts();
  await rebuildBoth(world);
  const extras = [rebuildBoth, fillBoth, fillBoth, announceBoth, expireBoth, expireBoth];
  for (let played = 0; played < OPERATIONS; played += BATCH) {
    await playBatch(world);
    if (world.random(3) === 0) await pick(world, extras)(world);
  }
  const states = ["open", "limbo", "settled", "voided"];
  const refusals = ["exhausted", "too_large", "contended", "limited"];
  expect([...world.seen].sort()).toEqual(
    [...states, ...refusals, "admitted", "fill", "rebuild", "stale_window"].sort(),
  );
});
