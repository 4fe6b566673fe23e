import { initialCeiling } from "@/core/quota/initial-ceiling";
import { HOLD_TTL_MS } from "@/core/quota/quota-engine";
import type {
  EndAsk,
  EndReply,
  QuotaStore,
  RenewAsk,
  RenewReply,
  ReserveAsk,
  ReserveReply,
} from "@/core/quota/quota-store";
import type { RunningRequest } from "@/core/quota/rate-ask";
import { expiredHolds, indexUser, NOTE_AGAIN_MS } from "./expired-holds";
import { askArguments, configArguments, endArguments, rateLines, ratesArgument } from "./quota-arguments";
import {
  readEndReply,
  readPeekReply,
  readRateLines,
  readRenewReply,
  readReserveReply,
  texts,
  whole,
} from "./quota-replies";
import { announceHold, beginRebuild, fillDomain, rebuildDomain } from "./rebuild-domain";
import type { CounterPlace } from "./redis-keys";
import { runScript } from "./run-script";
import { leave, stayRunning } from "./running-requests";
import { END } from "./scripts/end.lua";
import { PEEK } from "./scripts/peek.lua";
import { READ_RATES } from "./scripts/read-rates.lua";
import { RENEW } from "./scripts/renew.lua";
import { RESERVE } from "./scripts/reserve.lua";

/** Users remembered as noted. */
const NOTED_USERS = 100_000;

/**
 * What the store works with. `client` gives up on a command after 250 ms and sends nothing twice; `replica` is noted in the holds; `leastTtlMs` is
 * the shortest time that a hold is opened for, 45 s unless told.
 */
export type RedisQuotaStoreOptions = CounterPlace & { readonly replica: string; readonly leastTtlMs?: number };

/** Counters on Redis. */
export type RedisQuotaStore = Omit<QuotaStore, "reserve" | "settle" | "void" | "leave"> & {
  reserve(ask: ReserveAsk): Promise<ReserveReply>;
  settle(end: EndAsk): Promise<EndReply>;
  void(end: EndAsk): Promise<EndReply>;
  leave(request: RunningRequest): Promise<void>;
};

/**
 * Counters on Redis, for any number of replicas (quota.md section 4): one script per call on one user's keys, which lie in one slot. All calls
 * go over one connection, so those of a domain arrive and are answered in order. A call without an answer rejects; it may have taken effect.
 */
export function redisQuotaStore(options: RedisQuotaStoreOptions): RedisQuotaStore {
  const noted = new Map<number, number>();
  /** Best effort, and not for each of a user's calls: an entry is not taken away under a user who calls. */
  const note: Note = (userId, expiresAt) => {
    const last = noted.get(userId);
    if (last !== undefined && expiresAt >= last && expiresAt < last + NOTE_AGAIN_MS) return;
    if (noted.size >= NOTED_USERS) noted.clear();
    noted.set(userId, expiresAt);
    indexUser(options, userId, expiresAt).catch(() => noted.delete(userId));
  };
  const place = { ...options, note };
  return {
    reserve: (ask) => reserve(ask, place),
    settle: (ask) => end(place, ask, "S"),
    void: (ask) => end(place, ask, "V"),
    renew: (holds) => Promise.all(holds.map((ask) => renew(ask, place))),
    async peek({ userId, config, buckets }) {
      const domain = place.keys.domain(userId);
      const keys = [domain.meta, ...buckets.map(domain.bucket)];
      const args = [...configArguments(config), ...askArguments(buckets)];
      return readPeekReply(await runScript(place.client, PEEK, { keys, args }));
    },
    async readRates(userId, counters) {
      const call = { keys: [place.keys.domain(userId).meta], args: [rateLines(counters)] };
      const [at, found] = texts(await runScript(place.client, READ_RATES, call));
      return { at: whole(at), lines: readRateLines(found) };
    },
    stayRunning: (requests) => stayRunning(place, requests),
    leave: (request) => leave(place, request),
    expired: (limit) => expiredHolds({ leastTtlMs: HOLD_TTL_MS, ...place }, limit),
    beginRebuild: (userId) => beginRebuild(place, userId),
    async rebuild(ask) {
      const isDone = await rebuildDomain(place, ask);
      // Due at once: what was noted before may be lost, and other replicas do not note it again at once.
      if (isDone) indexUser(options, ask.userId, 0).catch(() => noted.delete(ask.userId));
      return isDone;
    },
    fill: (ask) => fillDomain(place, ask),
    async announce(holds) {
      await Promise.all(holds.map((hold) => announceHold(place, hold)));
      for (const hold of holds) note(hold.userId, hold.expiresAt);
    },
  };
}

type Note = (userId: number, expiresAt: number) => void;
type Place = RedisQuotaStoreOptions & { readonly note: Note };

async function reserve(ask: ReserveAsk, place: Place): Promise<ReserveReply> {
  const domain = place.keys.domain(ask.userId);
  const keys = [domain.meta, domain.open, domain.hold(ask.holdId), ...ask.buckets.map(domain.bucket)];
  const args = [
    ...[ask.holdId, ask.ttlMs, place.replica, ...configArguments(ask.config), ask.record, initialCeiling(ask.buckets)],
    ratesArgument(ask.rates),
    ...askArguments(ask.buckets),
  ];
  const reply = readReserveReply(await runScript(place.client, RESERVE, { keys, args }), ask.rates !== undefined);
  if (reply.kind === "admitted") place.note(ask.userId, reply.at + ask.ttlMs);
  return reply;
}

async function end(place: CounterPlace, ask: EndAsk, to: "S" | "V"): Promise<EndReply> {
  const domain = place.keys.domain(ask.userId);
  const keys = [domain.meta, domain.open, domain.hold(ask.holdId), ...ask.buckets.map(domain.bucket)];
  const state = to === "S" && ask.failed === true ? "F" : to;
  const args = [ask.holdId, state, ask.at, ...endArguments(ask, to === "S")];
  return readEndReply(await runScript(place.client, END, { keys, args }));
}

async function renew(ask: RenewAsk, place: Place): Promise<RenewReply> {
  const domain = place.keys.domain(ask.userId);
  const keys = [domain.meta, domain.open, domain.hold(ask.holdId)];
  const args = [ask.holdId, ask.ttlMs, ask.ceilingNanoUsd];
  const { kind, expiresAt } = readRenewReply(await runScript(place.client, RENEW, { keys, args }));
  if (expiresAt !== null) place.note(ask.userId, expiresAt);
  return kind;
}
