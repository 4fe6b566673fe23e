import { randomUUID } from "node:crypto";
import { decideReserve, readLines } from "@/core/quota/admission";
import type { Decision, Domain, Hold } from "@/core/quota/domain";
import { decideEnd } from "@/core/quota/end-hold";
import { decideExpire } from "@/core/quota/expire-hold";
import { decideFill } from "@/core/quota/fill-domain";
import { rateLineOf } from "@/core/quota/judge-rates";
import type {
  EndAsk,
  EndReply,
  ExpiredHold,
  FillAsk,
  QuotaStore,
  ReserveAsk,
  ReserveReply,
} from "@/core/quota/quota-store";
import { RUNNING_LEASE_MS, type RunningRequest } from "@/core/quota/rate-ask";
import { decideAnnounce, rebuiltDomain } from "@/core/quota/rebuild-domain";
import { decideRenew } from "@/core/quota/renew-hold";
import type { Clock } from "@/lib/clock";
import { applyChanges, emptyDomain, endEpoch, type KeptDomain, startOver, sweepDomain } from "./kept-domain";

/** What the store works with. `replica` is noted in the holds. */
export type MemoryQuotaStoreOptions = { readonly clock: Clock; readonly replica: string };

/** The counters of one process. Reserve, settle and void answer at once. */
export type MemoryQuotaStore = Omit<QuotaStore, "reserve" | "settle" | "void" | "leave"> & {
  reserve(ask: ReserveAsk): ReserveReply;
  settle(end: EndAsk): EndReply;
  void(end: EndAsk): EndReply;
  leave(request: RunningRequest): void;
  /** Users of whom anything is kept. */
  size(): number;
  /** Stops the sweeping. */
  close(): void;
};

type State = MemoryQuotaStoreOptions & {
  readonly domains: Map<number, KeptDomain>;
  /** Users who may have open holds. */
  readonly busy: Set<number>;
  /** Where the sweep goes on. */
  sweep: Iterator<[number, KeptDomain]>;
  cancelSweep: () => void;
};

/** One synchronous turn on the counters of a user. */
type Turn = { readonly userId: number; readonly now: number };

const SWEEP = { everyMs: 10_000, domains: 1_000 };
const NOBODY: Domain = emptyDomain();

/**
 * Counters in memory for a single replica (quota.md Q21, Q26): each call is one synchronous turn, hence atomic. What is kept lives as long as
 * in Redis; it is swept on access and by a timer, a bounded number of users at a time. A process that ends takes its counters along: the next
 * one rebuilds them from the ledger.
 */
export function memoryQuotaStore(options: MemoryQuotaStoreOptions): MemoryQuotaStore {
  const domains = new Map<number, KeptDomain>();
  const state: State = { ...options, domains, busy: new Set(), sweep: domains.entries(), cancelSweep: () => {} };
  scheduleSweep(state);
  const { clock, replica } = options;
  return {
    reserve(ask) {
      const now = clock.now();
      return commit(
        state,
        { userId: ask.userId, now },
        decideReserve(domainOf(state, ask.userId, now), ask, { now, replica }),
      );
    },
    settle: (ask) => end(state, ask, "settled"),
    void: (ask) => end(state, ask, "voided"),
    async renew(holds) {
      const now = clock.now();
      return holds.map((ask) =>
        commit(state, { userId: ask.userId, now }, decideRenew(domainOf(state, ask.userId, now), ask, now)),
      );
    },
    async peek(ask) {
      const now = clock.now();
      const lines = readLines(domainOf(state, ask.userId, now), ask, now);
      return lines === null ? null : { at: now, lines };
    },
    async readRates(userId, counters) {
      const now = clock.now();
      const domain = domainOf(state, userId, now);
      return { at: now, lines: counters.map((counter) => rateLineOf(domain, counter, now)) };
    },
    async stayRunning(requests) {
      const until = clock.now() + RUNNING_LEASE_MS;
      for (const { userId, keyId, requestId } of requests)
        keptOf(state, userId).running.set(requestId, { keyId, until });
    },
    leave: ({ userId, requestId }) => void state.domains.get(userId)?.running.delete(requestId),
    expired: async (limit) => expireHolds(state, limit),
    beginRebuild: async (userId) => beginRebuild(state, userId),
    async rebuild(ask) {
      const now = clock.now();
      const kept = domains.get(ask.userId);
      if (kept?.lock?.token !== ask.token || kept.lock.until <= now) return false;
      startOver(kept, rebuiltDomain(ask, randomUUID(), now), now);
      if (kept.holds.size > 0) state.busy.add(ask.userId);
      return true;
    },
    fill: async (ask) => fill(state, ask),
    async announce(holds) {
      const now = clock.now();
      for (const hold of holds)
        commit(state, { userId: hold.userId, now }, decideAnnounce(domainOf(state, hold.userId, now), hold, now));
    },
    size: () => domains.size,
    close: () => state.cancelSweep(),
  };
}

function domainOf(state: State, userId: number, now: number): Domain {
  const kept = state.domains.get(userId);
  if (kept === undefined) return NOBODY;
  if (now >= kept.sweepAt) sweepDomain(kept, now);
  return kept;
}

function keptOf({ domains }: State, userId: number): KeptDomain {
  const kept = domains.get(userId) ?? emptyDomain();
  domains.set(userId, kept);
  return kept;
}

/** Writes what was decided of a user at `now`, epoch ms. */
function commit<Reply>(state: State, { userId, now }: Turn, { reply, changes }: Decision<Reply>): Reply {
  const kept = changes === null ? undefined : state.domains.get(userId);
  if (changes === null || kept === undefined) return reply;
  applyChanges(kept, changes, now);
  if (changes.opened !== null) state.busy.add(userId);
  return reply;
}

function end(state: State, ask: EndAsk, to: "settled" | "voided"): EndReply {
  const now = state.clock.now();
  return commit(state, { userId: ask.userId, now }, decideEnd(domainOf(state, ask.userId, now), ask, { now, to }));
}

function fill(state: State, ask: FillAsk): boolean {
  const now = state.clock.now();
  return commit(state, { userId: ask.userId, now }, decideFill(domainOf(state, ask.userId, now), ask, now));
}

function beginRebuild(state: State, userId: number): Awaited<ReturnType<QuotaStore["beginRebuild"]>> {
  const now = state.clock.now();
  const kept = keptOf(state, userId);
  if (kept.lock !== null && kept.lock.until > now) return null;
  const token = randomUUID();
  const holds = [...kept.holds.values()]
    .filter(({ keptUntil }) => keptUntil > now)
    .map(({ isLimbo: _, keptUntil: __, ...hold }) => hold);
  endEpoch(kept, token, now);
  return { token, holds };
}

function expireHolds(state: State, limit: number): readonly ExpiredHold[] {
  const now = state.clock.now();
  const due: Hold[] = [];
  for (const userId of state.busy) {
    const kept = state.domains.get(userId);
    if (kept === undefined || kept.holds.size === 0) state.busy.delete(userId);
    else if (kept.epoch !== null) for (const hold of kept.holds.values()) if (hold.expiresAt <= now) due.push(hold);
  }
  return due
    .sort((a, b) => a.expiresAt - b.expiresAt)
    .slice(0, limit)
    .map(({ userId, holdId }) =>
      commit(state, { userId, now }, decideExpire(domainOf(state, userId, now), holdId, now)),
    )
    .filter((hold) => hold !== null);
}

function scheduleSweep(state: State): void {
  state.cancelSweep = state.clock.after(SWEEP.everyMs, () => {
    sweepSome(state);
    scheduleSweep(state);
  });
}

function sweepSome(state: State): void {
  const now = state.clock.now();
  for (let left = SWEEP.domains; left > 0; left--) {
    const next = state.sweep.next();
    if (next.done === true) {
      state.sweep = state.domains.entries();
      return;
    }
    const [userId, kept] = next.value;
    if (sweepDomain(kept, now)) continue;
    state.domains.delete(userId);
    state.busy.delete(userId);
  }
}
