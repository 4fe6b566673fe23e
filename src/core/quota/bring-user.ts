import type { Clock } from "@/lib/clock";
import { createSingleFlight } from "@/lib/single-flight";
import { type HoldBook, openHoldOf } from "./hold-book";
import type { HoldPeers } from "./hold-peers";
import type { LimitPlan } from "./limit-plans";
import type { DomainConfig, KnownDefinitions, OpenHold, QuotaStore } from "./quota-store";
import { allBuckets } from "./resolve-limits";
import { seedAskOf } from "./seed-ask";
import type { UsageHistory } from "./usage-history";

/** What bringing the counters of a user in line with the ledger needs. */
export type BringDeps = {
  readonly store: QuotaStore;
  readonly history: UsageHistory;
  readonly peers: HoldPeers;
  readonly book: HoldBook;
  readonly clock: Clock;
  readonly replica: string;
  readonly ttlMs: number;
  /** Fed by what happened, for metrics and logs. */
  onBrought(event: { readonly kind: "rebuild" | "fill"; readonly userId: number; readonly isDone: boolean }): void;
};

/** Whose counters, under which limits. */
export type BringAsk = {
  readonly userId: number;
  readonly plan: LimitPlan;
  readonly config: DomainConfig;
  readonly at: number;
};

/** Brings counters in line with the ledger. Both throw what the store or the database throws. */
export type BringUser = {
  /** Starts a new epoch from the ledger and the open holds (quota.md Q49). Waits for another one's rebuild for 1 s, then throws. */
  rebuild(ask: BringAsk): Promise<void>;
  /** Writes the buckets that are new since the stored definitions (quota.md Q50). */
  fill(ask: BringAsk, known: KnownDefinitions): Promise<void>;
};

const WAIT_MS = 1_000;
const POLL_MS = 25;
const UNREAD_MS = 2_000;

/** One rebuild and one fill per user at a time in this process; across processes the store's lock decides. */
export function createBringUser(deps: BringDeps): BringUser {
  const flights = createSingleFlight<void>();
  return {
    rebuild: (ask) => flights.run(`rebuild ${ask.userId}`, () => rebuild(ask, deps)),
    fill: (ask, known) => flights.run(`fill ${ask.userId} ${ask.config.keyId}`, () => fill(ask, known, deps)),
  };
}

async function rebuild(ask: BringAsk, deps: BringDeps): Promise<void> {
  const { userId, plan, config } = ask;
  const { store, history, book } = deps;
  const begun = await store.beginRebuild(userId);
  if (begun === null) return awaitOther(ask, deps);
  const heard = await deps.peers.collect(userId);
  // First, so that none of them leaves the book before it was told again.
  book.forgetAnswers(userId);
  const own = book.ofUser(userId).map((booked) => openHoldOf(booked, deps.replica, deps.clock.now() + deps.ttlMs));
  const buckets = allBuckets(plan, ask.at);
  const { seeds, closed } = await history.read({ userId, buckets: buckets.map(seedAskOf), at: ask.at });
  // Records in the store stand in for replicas that did not answer, and for holds whose owner has not read the store's reply yet.
  const told = new Set([deps.replica, ...heard.answered]);
  const recorded = begun.holds.filter(({ replica, at }) => !told.has(replica) || at > ask.at - UNREAD_MS);
  const holds = distinct([...own, ...heard.holds, ...recorded]);
  const definitions = definitionsOf(plan);
  const isDone = await store.rebuild({ userId, token: begun.token, config, definitions, seeds, holds, closed });
  deps.onBrought({ kind: "rebuild", userId, isDone });
}

/** Another replica rebuilds: until it is done every call answers `rebuild`. Throws when that takes too long. */
async function awaitOther(ask: BringAsk, { store, clock }: BringDeps): Promise<void> {
  const { userId, config } = ask;
  for (let waitedMs = 0; waitedMs < WAIT_MS; waitedMs += POLL_MS) {
    if ((await store.peek({ userId, config, buckets: [] })) !== null) return;
    await new Promise<void>((resolve) => clock.after(POLL_MS, resolve));
  }
  throw new Error(`the counters of user ${userId} are being rebuilt for too long`);
}

async function fill(ask: BringAsk, known: KnownDefinitions, deps: BringDeps): Promise<void> {
  const { userId, plan, config, at } = ask;
  const old = new Set([...known.user, ...known.key]);
  const buckets = allBuckets(plan, at).filter(({ cell }) => !old.has(cell.definition));
  const { seeds } = await deps.history.read({ userId, buckets: buckets.map(seedAskOf), at });
  const isDone = await deps.store.fill({ userId, config, definitions: definitionsOf(plan), seeds });
  deps.onBrought({ kind: "fill", userId, isDone });
}

function definitionsOf({ user, key }: LimitPlan): KnownDefinitions {
  return { user: user.definitions, key: key.definitions };
}

function distinct(holds: readonly OpenHold[]): readonly OpenHold[] {
  const byId = new Map<string, OpenHold>();
  for (const hold of holds) if (!byId.has(hold.holdId)) byId.set(hold.holdId, hold);
  return [...byId.values()];
}
