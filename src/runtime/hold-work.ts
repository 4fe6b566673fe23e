import type { LedgerStore } from "@/core/ledger/entry";
import type { AdmitFrame } from "@/core/ledger/journal";
import { settlementOf } from "@/core/ledger/settlement";
import type { QuotaEngine } from "@/core/quota/create-quota";
import { amountsFor, holdIdOf, requestIdOfHold } from "@/core/quota/hold";
import { isTooOld } from "@/core/quota/hold-ends";
import { parseHoldRecord } from "@/core/quota/hold-record";
import { HOLD_TTL_MS } from "@/core/quota/quota-engine";
import type { ExpiredHold, QuotaStore } from "@/core/quota/quota-store";
import { renewHolds } from "@/core/quota/renew-holds";
import type { JobDeps } from "@/jobs/job";
import type { Clock } from "@/lib/clock";
import { asNanoUsd } from "@/lib/money";
import type { HeldRows } from "@/stores/postgres/held-rows";
import type { ReplicaStore } from "@/stores/postgres/replica-store";
import type { ReplayedJournal } from "./wire-ledger";

/** What the jobs of holds work on. */
export type HoldWorkAsk = {
  readonly engine: QuotaEngine;
  readonly store: QuotaStore;
  readonly ledger: LedgerStore;
  readonly rows: HeldRows;
  readonly replicas: Pick<ReplicaStore, "find" | "adopt">;
  readonly replica: string;
  readonly clock: Clock;
  /** Rebuilds the counters of users from the ledger, as far as they can be. */
  rebuild(userIds: readonly number[]): Promise<void>;
  /** Their counters may differ from the ledger and should be compared with it (quota.md Q51). */
  suspect(userIds: readonly number[]): void;
};

/** A replica that was seen this lately is at work (its lease is 15 s). */
const LEASE_MS = 15_000;

/** Joins counters and ledger for the jobs that look after holds. */
export function holdWork(ask: HoldWorkAsk): JobDeps["holds"] {
  const { engine, store, rows, replicas, clock, replica } = ask;
  return {
    renew: () => renewHolds({ store, book: engine.book, clock, replica, ttlMs: HOLD_TTL_MS }),
    keepRunning: () => engine.beat(),
    resend() {
      // Not waited for: renewals must not be late.
      void ask.rebuild(engine.ends.resend());
    },
    async expired(limit) {
      const asked = store.expired(limit);
      asked.then(
        () => engine.degraded.noticed(true),
        () => engine.degraded.noticed(false),
      );
      return asked;
    },
    billedBy: ({ holdId, at }) => rows.find({ requestId: requestIdOfHold(holdId), holdNo: numberOf(holdId), at }),
    bill: (hold) => bill(hold, ask),
    async settle({ userId, holdId, at, buckets }, actual) {
      await store.settle({ userId, holdId, at, buckets, actual: amountsFor(buckets, actual), failed: true });
    },
    async void({ userId, holdId, at, buckets }) {
      await store.void({ userId, holdId, at, buckets, actual: [] });
    },
    async standingOf({ replica: id, holdId }, now) {
      // What this process does not know of was shut out when its answer was lost: nothing was sent under it.
      if (id === replica) return engine.book.find(holdId) === null ? "adopted" : "alive";
      const found = await replicas.find(id);
      if (found === null) return "silent";
      if (found.adoptedAt !== null) return "adopted";
      return now - found.seenAt <= LEASE_MS ? "alive" : "silent";
    },
  };
}

/** What closing adopted holds works with. */
export type AdoptedWorkAsk = Pick<HoldWorkAsk, "store" | "rows" | "replicas" | "clock" | "rebuild" | "suspect">;

/**
 * Closes the holds of dead processes whose journals were replayed: with their ledger rows, or void without one, since then nothing was sent
 * (quota.md Q44, Q45); units of `successful` go back unless a row says that the reply ended well (channels-and-rates.md R9). Users with one
 * that is older than 10 min are rebuilt instead (Q46). What does not reach the counters now is closed by the job of expired holds.
 */
export async function closeAdopted(journals: readonly ReplayedJournal[], ask: AdoptedWorkAsk): Promise<void> {
  const { replicas, clock, rebuild } = ask;
  const old = new Set<number>();
  for (const { replica, admissions } of journals) {
    for (const admission of admissions) {
      const { at, userId } = admission;
      if (isTooOld(at, clock.now())) old.add(userId);
      await closeHold(admission, { ...ask, isRebuilt: old.has(userId) });
    }
    if (replica !== null) await replicas.adopt(replica, clock.now());
  }
  await rebuild([...old]);
}

async function closeHold(
  { id, holdNo, at, userId, buckets }: AdmitFrame,
  { store, rows, suspect, isRebuilt }: AdoptedWorkAsk & { readonly isRebuilt: boolean },
): Promise<void> {
  const sums = await rows.find({ requestId: id, holdNo, at });
  const end = { userId, holdId: holdIdOf(id, holdNo), at, buckets };
  if (sums === null) await store.void({ ...end, actual: [] });
  if (sums === null || isRebuilt) return;
  const reply = await store.settle({ ...end, actual: amountsFor(buckets, sums), failed: !sums.isOk });
  // After a power loss the counters may know an end whose frame was lost with the journal's tail.
  if (reply.kind === "duplicate") suspect([userId]);
}

/** The row of a request whose owner and its journal are gone: one attempt, charged at the hold's ceiling (quota.md Q37, Q42). */
async function bill({ holdId, at, userId, record, ceilingNanoUsd }: ExpiredHold, { ledger, rows }: HoldWorkAsk) {
  const id = requestIdOfHold(holdId);
  const { keyId, keyPrefix, modelGroupId, model, protocol, operation, stream, counted } = parseHoldRecord(record);
  const costNanoUsd = asNanoUsd(ceilingNanoUsd);
  const no = numberOf(holdId); // with `billingModel: upstream` that of its only attempt, else 1
  const entry = {
    ...{ id, attempt: no, admittedAt: at, holdNo: no, userId, keyId, modelGroupId, model, costNanoUsd },
    ...{
      channelId: null,
      outcome: "interrupted" as const,
      requests: no === 1 ? 1 : 0,
      tokens: 0,
      costSource: "ceiling" as const,
    },
    ...{ countedInUserGlobal: counted.userGlobal, countedInKeyGlobal: counted.keyGlobal, failOpen: false },
    detail: { ...CEILING_DETAIL, listCostNanoUsd: ceilingNanoUsd },
  };
  const request = {
    ...{ id, at, userId, keyId, keyPrefix, protocol, operation, model, stream, costNanoUsd },
    ...{ upstreamModel: null, channelId: null, outcome: "interrupted" as const, status: null, code: null },
    ...{ inputTokens: 0, cachedTokens: 0, outputTokens: 0, costSource: "ceiling" as const, firstByteMs: null },
    ...{ durationMs: 0, attempts: [], upstreamRequestId: null, decision: null },
  };
  await ledger.record([settlementOf({ id, kind: "settled", entries: [entry], request }).text]);
  // Another janitor or the owner may have been first: what the ledger has is what counts.
  const charged = await rows.find({ requestId: id, holdNo: entry.holdNo, at });
  return charged ?? { usd: ceilingNanoUsd, tokens: 0, requests: entry.requests, isOk: false };
}

const CEILING_DETAIL = {
  ...{ usage: {}, tools: {}, images: 0, characters: 0, audioMs: 0, reasoning: 0, tier: "standard" },
  ...{ flags: ["ceiling"], parts: [], channelPpm: 1_000_000, groupPpm: 1_000_000 },
};

function numberOf(holdId: string): number {
  return Number(holdId.slice(holdId.indexOf(".") + 1));
}
