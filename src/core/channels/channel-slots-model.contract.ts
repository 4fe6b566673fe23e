import { array, assert, asyncProperty, boolean, constantFrom, nat, oneof, record } from "fast-check";
import { expect } from "vitest";
import type { ChannelSlots, Slot } from "./channel-slots";
import { askOf, limiterOf, outcomeOf, queueOf } from "./channel-slots.contract";
import { type ChannelLimiter, NO_LIMITER } from "./limiter";

/*
 * Requests, releases, clients that leave, time, changes of the limiter and lost leases in any order, against a model (channels-and-rates.md
 * section 9, test 7). After each step every request has the outcome that the model gives it and the store counts what the model counts. Where things
 * happen in one turn, any order of them is right, and exactly one of them.
 */

/** Replicas on one store, fresh for each run. */
export type ModelHarness = {
  readonly replicas: readonly ChannelSlots[];
  /** Moves the clock of all replicas. */
  advance(ms: number): Promise<void>;
  /** Resolves when all calls so far have taken effect and every replica knows. */
  settle(): Promise<void>;
  /** Makes the store forget a slot as if it were never renewed; its owner renews it later. null: a store without leases. */
  readonly loseLease: ((token: string) => Promise<void>) | null;
  close(): Promise<void>;
};

/** How often, from which seed, and for how long at most. */
export type ModelRuns = { readonly numRuns: number; readonly seed: number; readonly interruptAfterTimeLimit?: number };

const CHANNEL = 7;
const LIMITERS: readonly ChannelLimiter[] = [
  ...[queueOf(1, 2, 300), queueOf(2, 3, 1_000), { ...queueOf(1, 4, 1_000), maxWaitingPerKey: 1 }, queueOf(3, 1, 300)],
  ...[limiterOf("reject", 1), limiterOf("reject", 2), limiterOf("observe", 1), NO_LIMITER],
];

type Step =
  | { readonly kind: "acquire"; readonly replica: number; readonly keyId: number; readonly deadlineMs: number }
  | { readonly kind: "tryAcquire"; readonly replica: number }
  | { readonly kind: "release" | "cancel" | "lose"; readonly at: number }
  | { readonly kind: "time"; readonly ms: number }
  | {
      readonly kind: "configure";
      readonly limiter: ChannelLimiter;
      readonly isOpen: boolean;
      readonly isStale: boolean;
    }
  /** A slot is given back in the turn in which a waiter leaves or its time comes. */
  | { readonly kind: "race"; readonly slot: number; readonly waiter: number; readonly byTime: boolean };

const steps = array(
  oneof(
    {
      weight: 8,
      arbitrary: record({
        kind: constantFrom("acquire" as const),
        ...{ replica: nat(1), keyId: constantFrom(1, 1, 2), deadlineMs: constantFrom(200, 60_000, 60_000) },
      }),
    },
    { weight: 1, arbitrary: record({ kind: constantFrom("tryAcquire" as const), replica: nat(1) }) },
    { weight: 6, arbitrary: record({ kind: constantFrom("release" as const), at: nat(30) }) },
    { weight: 2, arbitrary: record({ kind: constantFrom("cancel" as const), at: nat(30) }) },
    { weight: 1, arbitrary: record({ kind: constantFrom("lose" as const), at: nat(30) }) },
    { weight: 3, arbitrary: record({ kind: constantFrom("time" as const), ms: constantFrom(1, 100, 300, 1_000) }) },
    {
      weight: 2,
      arbitrary: record({
        kind: constantFrom("configure" as const),
        limiter: constantFrom(...LIMITERS),
        ...{ isOpen: constantFrom(true, true, true, true, false), isStale: constantFrom(false, false, false, true) },
      }),
    },
    {
      weight: 2,
      arbitrary: record({ kind: constantFrom("race" as const), slot: nat(30), waiter: nat(30), byTime: boolean() }),
    },
  ),
  { minLength: 4, maxLength: 30 },
);

type Waiter = { readonly id: number; readonly keyId: number; readonly endsAt: number; readonly end: string };
type Model = {
  now: number;
  limiter: ChannelLimiter;
  isOpen: boolean;
  running: number[];
  queue: Waiter[];
  outcomes: string[];
};

function room(model: Model): boolean {
  const { mode, capacity } = model.limiter;
  return mode === "off" || mode === "observe" || model.running.length < (capacity ?? 0);
}

function serve(model: Model): void {
  while (model.queue.length > 0 && room(model)) {
    const [head] = model.queue.splice(0, 1);
    if (head === undefined) return;
    model.running.push(head.id);
    model.outcomes[head.id] = "granted";
  }
}

function arrive(model: Model, keyId: number): string {
  const { mode, queueSize, maxWaitingPerKey } = model.limiter;
  if (!model.isOpen) return "gone";
  if (room(model) && (model.queue.length === 0 || mode === "off" || mode === "observe")) return "granted";
  if (mode !== "queue") return "full(capacity)";
  if (model.queue.length >= (queueSize ?? 0)) return "full(queue)";
  const own = model.queue.filter((waiter) => waiter.keyId === keyId).length;
  return maxWaitingPerKey !== null && own >= maxWaitingPerKey ? "full(key_share)" : "waits";
}

function acquireIn(model: Model, keyId: number, deadlineMs: number): void {
  const id = model.outcomes.length;
  const outcome = arrive(model, keyId);
  model.outcomes.push(outcome);
  if (outcome === "granted") model.running.push(id);
  if (outcome !== "waits") return;
  const queueTimeoutMs = model.limiter.queueTimeoutMs ?? 0;
  const end = queueTimeoutMs <= deadlineMs ? "timeout" : "cancelled";
  model.queue.push({ id, keyId, end, endsAt: model.now + Math.min(queueTimeoutMs, deadlineMs) });
}

function releaseIn(model: Model, id: number): void {
  model.running = model.running.filter((running) => running !== id);
  serve(model);
}

function leaveIn(model: Model, id: number, outcome: string): void {
  if (!model.queue.some((waiter) => waiter.id === id)) return;
  model.queue = model.queue.filter((waiter) => waiter.id !== id);
  model.outcomes[id] = outcome;
}

function passIn(model: Model, ms: number): void {
  model.now += ms;
  for (const { id, endsAt, end } of [...model.queue]) if (endsAt <= model.now) leaveIn(model, id, end);
}

function configureIn(model: Model, { limiter, isOpen }: { limiter: ChannelLimiter; isOpen: boolean }): void {
  Object.assign(model, { limiter, isOpen });
  if (!isOpen) for (const { id } of [...model.queue]) leaveIn(model, id, "gone");
  serve(model);
}

/** The store takes the slot for free until its owner renews it. */
function loseIn(model: Model, id: number): void {
  if (!model.isOpen || model.limiter.mode === "off") return;
  releaseIn(model, id);
  model.running.push(id);
}

type World = {
  readonly harness: ModelHarness;
  model: Model;
  version: number;
  readonly asked: ReturnType<typeof askOf>[];
  readonly clients: AbortController[];
};

function acquire({ harness, asked, clients, model }: World, step: Extract<Step, { kind: "acquire" }>): void {
  const client = new AbortController();
  const { keyId, deadlineMs } = step;
  acquireIn(model, keyId, deadlineMs);
  clients.push(client);
  const slots = harness.replicas[step.replica % harness.replicas.length] as ChannelSlots;
  asked.push(askOf(slots, { channelId: CHANNEL, keyId, deadlineMs, signal: client.signal }));
}

async function tryAcquire({ harness, asked, clients, model }: World, replica: number): Promise<void> {
  const outcome = arrive(model, 1);
  const slots = harness.replicas[replica % harness.replicas.length] as ChannelSlots;
  const reply = await slots.tryAcquire(CHANNEL);
  expect(reply.kind).toBe(outcome === "granted" || outcome === "gone" ? outcome : "busy");
  if (reply.kind !== "granted") return;
  model.running.push(model.outcomes.length);
  model.outcomes.push("granted");
  asked.push({ reply });
  clients.push(new AbortController());
}

function held({ asked }: World, at: number): Slot | null {
  const reply = asked[at % Math.max(1, asked.length)]?.reply ?? null;
  return reply?.kind === "granted" ? reply.slot : null;
}

async function race(world: World, step: Extract<Step, { kind: "race" }>): Promise<void> {
  const { model, harness, clients, asked } = world;
  const slot = model.running[step.slot % Math.max(1, model.running.length)];
  const waiter = model.queue[step.waiter % Math.max(1, model.queue.length)];
  if (slot === undefined || waiter === undefined) return;
  held(world, slot)?.release();
  const ms = step.byTime ? Math.max(0, waiter.endsAt - model.now) : 0;
  if (step.byTime) await harness.advance(ms);
  else clients[waiter.id]?.abort();
  await harness.settle();
  const over = step.byTime ? model.queue.filter(({ endsAt }) => endsAt <= waiter.endsAt) : [waiter];
  const leaving = over.sort((a, b) => a.endsAt - b.endsAt);
  const orders = Array.from({ length: leaving.length + 1 }, (_, before) => {
    const order = structuredClone(model);
    for (const { id, end } of leaving.slice(0, before)) leaveIn(order, id, step.byTime ? end : "cancelled");
    releaseIn(order, slot);
    for (const { id, end } of leaving.slice(before)) leaveIn(order, id, step.byTime ? end : "cancelled");
    order.now += ms;
    return order;
  });
  const outcomes = asked.map(outcomeOf).join();
  const found = orders.find((order) => order.outcomes.join() === outcomes);
  world.model = found ?? (orders[0] as Model);
}

function configure(world: World, { limiter, isOpen, isStale }: Extract<Step, { kind: "configure" }>): void {
  const version = isStale ? world.version - 1 : ++world.version;
  for (const slots of world.harness.replicas) slots.configure([{ id: CHANNEL, isOpen, limiter }], version);
  if (!isStale) configureIn(world.model, { limiter, isOpen });
}

async function lose(world: World, at: number): Promise<void> {
  const { model, harness } = world;
  const id = model.running[at % Math.max(1, model.running.length)];
  const slot = id === undefined ? null : held(world, id);
  if (id === undefined || slot === null || harness.loseLease === null) return;
  await harness.loseLease(slot.token);
  loseIn(model, id);
}

async function take(world: World, step: Step): Promise<void> {
  const { model } = world;
  if (step.kind === "acquire") acquire(world, step);
  if (step.kind === "tryAcquire") await tryAcquire(world, step.replica);
  if (step.kind === "race") await race(world, step);
  if (step.kind === "lose") await lose(world, step.at);
  if (step.kind === "configure") configure(world, step);
  if (step.kind === "release") {
    const id = step.at % Math.max(1, world.asked.length);
    held(world, id)?.release();
    if (model.running.includes(id)) releaseIn(model, id);
  }
  if (step.kind === "cancel") {
    const id = step.at % Math.max(1, world.asked.length);
    world.clients[id]?.abort();
    leaveIn(model, id, "cancelled");
  }
  if (step.kind === "time") {
    await world.harness.advance(step.ms);
    passIn(model, step.ms);
  }
}

async function check(world: World): Promise<void> {
  const { harness, asked } = world;
  await harness.settle();
  const { running, queue, outcomes } = world.model;
  expect(asked.map(outcomeOf)).toEqual(outcomes);
  for (const slots of harness.replicas) {
    const [row] = await slots.stats([CHANNEL]);
    expect([row?.inFlight, row?.waiting]).toEqual([running.length, queue.length]);
  }
}

/** Checks the property; throws with the steps that break it. */
export async function checkSlotsModel(open: () => Promise<ModelHarness>, runs: ModelRuns): Promise<void> {
  const property = asyncProperty(constantFrom(...LIMITERS), steps, async (limiter, drawn) => {
    const harness = await open();
    const model: Model = { now: 0, limiter, isOpen: true, running: [], queue: [], outcomes: [] };
    const world: World = { harness, model, version: 2, asked: [], clients: [] };
    for (const slots of harness.replicas) slots.configure([{ id: CHANNEL, isOpen: true, limiter }], 2);
    await check(world);
    for (const step of drawn) {
      await take(world, step);
      await check(world);
    }
    for (const client of world.clients) client.abort();
    await harness.settle();
    for (const { reply } of world.asked) if (reply?.kind === "granted") reply.slot.release();
    await harness.settle();
    for (const slots of harness.replicas)
      expect(await slots.stats([CHANNEL])).toMatchObject([{ inFlight: 0, waiting: 0 }]);
    await harness.close();
  });
  await assert(property, runs);
}
