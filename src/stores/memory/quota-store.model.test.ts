import { type FakeClock, fakeClock } from "@test/fake-clock";
import {
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  integer,
  record,
  type Scheduler,
  scheduler,
} from "fast-check";
import { expect, test } from "vitest";
import type {
  BucketAsk,
  BucketKind,
  BucketRef,
  EndAsk,
  EndReply,
  HeldBucket,
  OpenHold,
  ReserveAsk,
  Seed,
} from "@/core/quota/quota-store";
import type { Enforcement } from "@/core/vocabulary";
import { type MemoryQuotaStore, memoryQuotaStore } from "./quota-store";

/*
 * Requests, time, a config change, a janitor and crashes of the store in any order of turns (quota.md sections 5 and 6). The model keeps what a ledger
 * keeps, one row per hold, and asks at the end that each live counter is the sum of the rows that belong to it.
 */

const RUNS = 10_000;
const SEED = Date.now() % 1_000_000_000;
const USER = 7;
const TTL_MS = 1_000;

type Plan = {
  readonly est: number;
  readonly extraWorst: number;
  /** Percent of the worst case. */
  readonly actual: number;
  readonly end: "settle" | "void" | "die" | "stall";
  readonly renewals: number;
};
type Definition = { readonly kind: BucketKind; readonly enforcement: Enforcement; readonly cap: number };
type Row = { readonly at: number; readonly buckets: readonly HeldBucket[]; readonly amount: number };
type Running = {
  readonly hold: OpenHold;
  isSilent: boolean;
  /** Its owner has decided how it ends, before any counter hears of it. */
  hasEnded: boolean;
};

type World = {
  readonly turns: Scheduler;
  readonly clock: FakeClock;
  readonly definitions: readonly Definition[];
  /** Crashes lose holds of replicas that answer late. */
  readonly isLossy: boolean;
  store: MemoryQuotaStore;
  /** How many of the definitions are in force; the config version. */
  inForce: number;
  /** What the ledger knows: by hold id. */
  readonly ledger: Map<string, Row>;
  readonly running: Map<string, Running>;
  /** Rows that the last absolute write of a bucket counted, by bucket id. */
  readonly seeded: Map<string, ReadonlySet<string>>;
};

const LENGTHS = { total: [0, 0], calendar: [0, 0], fixed: [2, 1], rolling: [1, 2] } as const;

function refOf(definition: Definition, at: number, now: number): BucketRef {
  const second = Math.floor(now / 1_000);
  const { kind } = definition;
  if (kind !== "calendar") return { id: `u7:${at}:usd:${kind}`, kind, start: LENGTHS[kind][0], end: LENGTHS[kind][1] };
  const start = second - (second % 2);
  return { id: `u7:${at}:usd:daily:${start}`, kind, start, end: start + 2 };
}

function refs(world: World): readonly BucketRef[] {
  return world.definitions.slice(0, world.inForce).map((definition, at) => refOf(definition, at, world.clock.now()));
}

function configOf(inForce: number) {
  return { version: inForce, keyId: 3, user: `${inForce} buckets`, key: "" };
}

async function turn(world: World, label: string): Promise<void> {
  await world.turns.schedule(Promise.resolve(), label);
}

/** The instance of a bucket that a row of an instant belongs to. */
function isIn(row: Row, ref: BucketRef, slot: number): boolean {
  const second = Math.floor(row.at / 1_000);
  if (ref.kind === "total") return true;
  if (ref.kind === "calendar") return second >= ref.start && second < ref.end;
  if (ref.kind === "fixed") return second >= slot && second < slot + ref.start;
  return Math.floor(second / ref.start) >= slot;
}

function readSeed(world: World, ref: BucketRef): { readonly seed: Seed; readonly rows: ReadonlySet<string> } {
  const second = Math.floor(world.clock.now() / 1_000);
  const anchors = [...world.ledger.values()].flatMap(({ buckets }) => buckets.filter(({ id }) => id === ref.id));
  const anchor = Math.max(0, ...anchors.map(({ slot }) => slot));
  const isRunning = ref.kind === "fixed" && second < anchor + ref.start;
  const first = ref.kind === "rolling" ? Math.floor(second / ref.start) - ref.end : 0;
  const slot = ref.kind === "fixed" ? (isRunning ? anchor : 0) : first;
  const rows = [...world.ledger].filter(([, row]) => (ref.kind !== "fixed" || isRunning) && isIn(row, ref, slot));
  const settled = rows.reduce((sum, [, row]) => sum + row.amount, 0);
  const slices =
    ref.kind !== "rolling"
      ? []
      : rows.map(([, row]): [number, number] => [Math.floor(row.at / 1_000 / ref.start), row.amount]);
  const seedSlot = ref.kind === "fixed" ? slot : ref.start;
  return { seed: { ...ref, slot: seedSlot, settled, slices }, rows: new Set(rows.map(([id]) => id)) };
}

function noteSeeds(world: World, read: readonly ReturnType<typeof readSeed>[]): void {
  for (const { seed, rows } of read) world.seeded.set(seed.id, rows);
}

async function rebuild(world: World): Promise<void> {
  const begun = await world.store.beginRebuild(USER);
  await turn(world, "rebuild: collect holds");
  if (begun === null) return;
  const holds = [...world.running.values()]
    .filter(({ isSilent }) => !(world.isLossy && isSilent))
    .map(({ hold }) => hold);
  await turn(world, "rebuild: read the ledger");
  const config = configOf(world.inForce);
  const read = refs(world).map((ref) => readSeed(world, ref));
  const closed = [...world.ledger.keys()].map((holdId) => ({ holdId, state: "settled" as const }));
  await turn(world, "rebuild: write");
  const definitions = { user: read.map(({ seed }) => seed.id), key: [] };
  const ask = {
    userId: USER,
    token: begun.token,
    config,
    definitions,
    seeds: read.map(({ seed }) => seed),
    holds,
    closed,
  };
  if (!(await world.store.rebuild(ask))) return;
  world.seeded.clear();
  noteSeeds(world, read);
}

async function fill(world: World, known: readonly string[]): Promise<void> {
  const config = configOf(world.inForce);
  const all = refs(world);
  const names = all.map((_, at) => `bucket ${at}`);
  const read = all.slice(Math.min(known.length, all.length)).map((ref) => readSeed(world, ref));
  await turn(world, "fill: write");
  const ask = { userId: USER, config, definitions: { user: names, key: [] }, seeds: read.map(({ seed }) => seed) };
  if (await world.store.fill(ask)) noteSeeds(world, read);
}

/** Asks until the store has decided. */
async function reserve(world: World, holdId: string, plan: Plan): Promise<ReserveAsk | null> {
  for (;;) {
    const buckets = refs(world).map((ref, at): BucketAsk => {
      const { cap, enforcement } = world.definitions[at] as Definition;
      return { ...ref, cap, enforcement, est: plan.est, worst: plan.est + plan.extraWorst };
    });
    const ask: ReserveAsk = {
      userId: USER,
      holdId,
      ttlMs: TTL_MS,
      config: configOf(world.inForce),
      buckets,
      record: holdId,
    };
    await turn(world, `${holdId}: reserve`);
    const reply = world.store.reserve(ask);
    if (reply.kind === "refused") return null;
    if (reply.kind === "admitted") {
      const placed = buckets.map((bucket, at) => ({ ...bucket, slot: reply.lines[at]?.slot ?? 0 }));
      const hold = { userId: USER, holdId, replica: "r1", at: reply.at, expiresAt: reply.at + TTL_MS, record: "" };
      world.running.set(holdId, {
        hold: { ...hold, ceilingNanoUsd: 0, buckets: placed },
        isSilent: false,
        hasEnded: false,
      });
      return ask;
    }
    if (reply.kind === "rebuild") await rebuild(world);
    if (reply.kind === "fill") await fill(world, reply.known.user);
    if (reply.kind === "duplicate") throw new Error("a new hold is no duplicate");
  }
}

async function end(world: World, verb: "settle" | "void", ask: EndAsk): Promise<EndReply> {
  for (;;) {
    await turn(world, `${ask.holdId}: ${verb}`);
    const reply = world.store[verb](ask);
    if (reply.kind !== "rebuild") return reply;
    await rebuild(world);
  }
}

/** The ledger takes one row per hold; whoever settles, settles with that row. */
async function settle(world: World, hold: OpenHold, amount: number): Promise<void> {
  await turn(world, `${hold.holdId}: row`);
  if (!world.ledger.has(hold.holdId)) world.ledger.set(hold.holdId, { at: hold.at, buckets: hold.buckets, amount });
  world.running.delete(hold.holdId);
  const row = world.ledger.get(hold.holdId) as Row;
  const { holdId, at, buckets } = hold;
  const ask = { userId: USER, holdId, at, buckets, actual: buckets.map(() => row.amount) };
  await end(world, "settle", ask);
  expect((await end(world, "settle", ask)).kind).toBe("duplicate");
}

async function request(world: World, holdId: string, plan: Plan): Promise<void> {
  if ((await reserve(world, holdId, plan)) === null) return;
  const running = world.running.get(holdId) as Running;
  const { hold } = running;
  for (let left = plan.renewals; left > 0; left--) await renew(world, running);
  if (plan.end === "void") {
    running.hasEnded = true;
    await end(world, "void", { userId: USER, holdId, at: hold.at, buckets: hold.buckets, actual: [] });
    world.running.delete(holdId);
    return;
  }
  running.isSilent = plan.end !== "settle";
  if (plan.end === "die") return;
  if (plan.end === "stall") await turn(world, `${holdId}: stalls`);
  await settle(world, hold, Math.floor(((plan.est + plan.extraWorst) * plan.actual) / 100));
}

/** Like an owner, who announces what it still holds when the announcement leaves: never a hold that it has ended meanwhile. */
async function renew(world: World, running: Running): Promise<void> {
  const { hold } = running;
  await turn(world, `${hold.holdId}: renew`);
  const [reply] = await world.store.renew([{ userId: USER, holdId: hold.holdId, ttlMs: TTL_MS, ceilingNanoUsd: 1 }]);
  if (reply !== "unknown") return;
  await turn(world, `${hold.holdId}: announce`);
  if (!running.hasEnded) await world.store.announce([hold]);
}

/** Renews for owners that are alive, charges the worst case for those that are silent. */
async function janitor(world: World): Promise<void> {
  await turn(world, "janitor");
  for (const { holdId } of await world.store.expired(10)) {
    const running = world.running.get(holdId);
    if (running === undefined) continue;
    const { hold, isSilent } = running;
    if (isSilent) await settle(world, hold, hold.buckets[0]?.worst ?? 0);
    else await renew(world, running);
  }
}

async function check(world: World): Promise<void> {
  await turn(world, "check");
  const lines = await linesOf(world);
  for (const { held, worst } of lines ?? []) if (held < 0 || held > worst) expect([held, worst]).toBe("0 <= h <= w");
}

async function linesOf(world: World) {
  const buckets = refs(world).map((ref): BucketAsk => ({ ...ref, cap: 1, est: 0, worst: 0, enforcement: "shadow" }));
  return (await world.store.peek({ userId: USER, config: { ...configOf(world.inForce), version: 0 }, buckets }))?.lines;
}

/** Whether a row was counted in the bucket's live instance: it was settled there, or the ledger told it. */
function isCounted(
  world: World,
  [holdId, row]: readonly [string, Row],
  { ref, slot }: { ref: BucketRef; slot: number },
): boolean {
  if (
    ref.kind === "rolling"
      ? !isIn(row, ref, Math.floor(world.clock.now() / 1_000 / ref.start) - ref.end)
      : !isIn(row, ref, slot)
  )
    return false;
  return world.seeded.get(ref.id)?.has(holdId) === true || row.buckets.some((bucket) => bucket.id === ref.id);
}

async function checkEnd(world: World): Promise<void> {
  while (world.running.size > 0) {
    world.clock.advance(TTL_MS);
    for (const { hold, isSilent } of world.running.values()) {
      if (!isSilent) throw new Error("a request never ended");
      await settle(world, hold, hold.buckets[0]?.worst ?? 0);
    }
  }
  if ((await linesOf(world)) === undefined) await rebuild(world);
  const lines = (await linesOf(world)) ?? [];
  expect(lines.length).toBeGreaterThan(0);
  refs(world)
    .slice(0, lines.length)
    .forEach((ref, at) => {
      const line = lines[at];
      if (line === undefined) return;
      const rows = [...world.ledger].filter((entry) => isCounted(world, entry, { ref, slot: line.slot }));
      const settled = rows.reduce((sum, [, row]) => sum + row.amount, 0);
      expect([ref.id, line.settled, line.held, line.worst]).toEqual([ref.id, settled, 0, 0]);
    });
  if (world.isLossy) return;
  for (const [at, definition] of world.definitions.entries()) checkCap(world, definition, at);
}

/** What was admitted to an instance never passes a strict cap, and a balanced one by less than one request. */
function checkCap(world: World, { kind, enforcement, cap }: Definition, at: number): void {
  if (enforcement !== "strict" && enforcement !== "balanced") return;
  const prefix = `u7:${at}:usd:`;
  const admitted = [...world.ledger.values()].flatMap((row) => {
    const bucket = row.buckets.find(({ id }) => id.startsWith(prefix)) as HeldBucket & { readonly worst: number };
    return bucket === undefined ? [] : [{ row, bucket }];
  });
  for (const { bucket } of admitted) {
    // A rolling slice belongs to each window that it is live in; a fixed window takes all that was admitted before its end.
    const slots = kind === "rolling" ? [0, 1, 2].map((behind) => bucket.slot - behind) : [bucket.slot];
    for (const slot of slots) {
      const inside = admitted.filter((other) => {
        if (kind === "rolling") return other.bucket.slot >= slot && other.bucket.slot <= slot + bucket.end;
        return other.bucket.id === bucket.id && isIn(other.row, bucket, slot);
      });
      const sum = inside.reduce((total, { row }) => total + row.amount, 0);
      const largest = Math.max(...inside.map((other) => other.bucket.worst));
      expect(sum).toBeLessThanOrEqual(enforcement === "strict" ? cap : cap - 1 + largest);
    }
  }
}

const plans = array(
  record<Plan>({
    est: integer({ min: 0, max: 60 }),
    extraWorst: integer({ min: 0, max: 60 }),
    actual: constantFrom(0, 50, 100, 100),
    end: constantFrom("settle", "settle", "settle", "void", "die", "stall"),
    renewals: integer({ min: 0, max: 2 }),
  }),
  { minLength: 2, maxLength: 7 },
);
const definitions = array(
  record<Definition>({
    kind: constantFrom("total", "calendar", "fixed", "rolling"),
    enforcement: constantFrom("strict", "balanced", "lenient", "shadow"),
    cap: integer({ min: 1, max: 160 }),
  }),
  { minLength: 1, maxLength: 4 },
);
const events = array(
  record({
    kind: constantFrom("time", "time", "janitor", "check", "wipe", "leader", "config"),
    ms: constantFrom(1, 700, 1_000, 1_000, 2_000),
  }),
  { maxLength: 8 },
);

async function happen(world: World, { kind, ms }: { readonly kind: string; readonly ms: number }): Promise<void> {
  await turn(world, kind);
  if (kind === "time") world.clock.advance(ms);
  if (kind === "janitor") await janitor(world);
  if (kind === "check") await check(world);
  if (kind === "leader") await rebuild(world);
  if (kind === "config") world.inForce = Math.min(world.definitions.length, world.inForce + 1);
  if (kind === "wipe") {
    world.store.close();
    world.store = memoryQuotaStore({ clock: world.clock, replica: "r1" });
  }
}

test(`in any order of turns nothing is lost, counted twice or let past a cap (seed ${SEED})`, {
  timeout: 190_000,
}, async () => {
  const property = asyncProperty(scheduler(), plans, definitions, events, boolean(), async (turns, ...drawn) => {
    const [asked, defined, happening, isLossy] = drawn;
    const clock = fakeClock();
    const world: World = {
      ...{ turns, clock, definitions: defined, isLossy, store: memoryQuotaStore({ clock, replica: "r1" }), inForce: 1 },
      ...{ ledger: new Map(), running: new Map(), seeded: new Map() },
    };
    const requests = asked.map((plan, at) => request(world, `${at}.1`, plan));
    const others = happening.map((event) => happen(world, event));
    await turns.waitFor(Promise.all([...requests, ...others]));
    await turns.waitFor(checkEnd(world));
    world.store.close();
  });
  await assert(property, { numRuns: RUNS, seed: SEED });
});
