import type { LedgerEntry } from "@/core/ledger/entry";
import { createQuota, type QuotaEngine } from "@/core/quota/create-quota";
import { NO_PEERS } from "@/core/quota/hold-peers";
import type { LimitRow } from "@/core/quota/limit";
import type { QuotaStore, Seed } from "@/core/quota/quota-store";
import type { SeedAsk, UsageHistory } from "@/core/quota/usage-history";
import type { Clock } from "@/lib/clock";
import { memoryQuotaStore } from "@/stores/memory/quota-store";

/** A limit of user 7: $5 a day on everything, unless told otherwise. */
export function buildLimit(given: Partial<LimitRow> = {}): LimitRow {
  return {
    id: 1,
    subjectType: "user",
    subjectId: 7,
    modelGroupId: null,
    unit: "usd",
    window: "daily",
    state: "limit",
    amount: 5_000_000_000,
    mode: null,
    enforcement: null,
    stateVersion: 1,
    ...given,
  };
}

/** What a list of entries says of a user, as PostgreSQL would. */
export function historyOf(entries: () => readonly LedgerEntry[]): UsageHistory {
  return {
    async read({ userId, buckets, at }) {
      const own = entries().filter((entry) => entry.userId === userId);
      const closed = own.map(({ id, holdNo }) => ({ holdId: `${id}.${holdNo}`, state: "settled" as const }));
      return { seeds: buckets.map((bucket) => seedOf(bucket, own, at)), closed };
    },
  };
}

function seedOf(ask: SeedAsk, entries: readonly LedgerEntry[], at: number): Seed {
  const { id, kind, start, end } = ask;
  const counted = entries.filter((entry) => isFor(ask, entry));
  const between = (from: number, to: number) =>
    counted
      .filter(({ admittedAt }) => admittedAt >= from && admittedAt < to)
      .reduce((sum, entry) => sum + amountOf(ask, entry), 0);
  const ref = { id, kind, start, end, slices: [] };
  if (kind === "calendar") return { ...ref, slot: start, settled: between(start * 1000, end * 1000) };
  if (kind === "total") return { ...ref, slot: start, settled: between(start, Number.POSITIVE_INFINITY) };
  if (kind === "fixed") return { ...ref, slot: 0, settled: 0 };
  const current = Math.floor(at / 1000 / start);
  const slices = Array.from({ length: end + 1 }, (_, index): [number, number] => {
    const slice = current - end + index;
    return [slice, between(slice * start * 1000, (slice + 1) * start * 1000)];
  }).filter(([, sum]) => sum > 0);
  return { ...ref, slot: 0, settled: slices.reduce((sum, [, amount]) => sum + amount, 0), slices };
}

function isFor({ axis, subjectId, modelGroupId }: SeedAsk, entry: LedgerEntry): boolean {
  if (axis === "key" && entry.keyId !== subjectId) return false;
  if (modelGroupId !== 0) return entry.modelGroupId === modelGroupId;
  return axis === "user" ? entry.countedInUserGlobal : entry.countedInKeyGlobal;
}

function amountOf({ unit }: SeedAsk, entry: LedgerEntry): number {
  if (unit === "usd") return entry.costNanoUsd;
  return unit === "tokens" ? entry.tokens : entry.requests;
}

/** Counters in memory. Sweeps are their own business: tests count the timers of requests. */
export function buildQuotaStore(clock: Clock) {
  return memoryQuotaStore({ clock: { ...clock, after: () => () => {} }, replica: "test" });
}

/** The engine on counters in memory; `history` is empty unless told. */
export function buildQuota(given: {
  readonly clock: Clock;
  readonly store?: QuotaStore;
  readonly history?: UsageHistory;
  readonly isLedgerUp?: () => boolean;
  readonly isShared?: boolean;
}): QuotaEngine {
  const { clock, history = historyOf(() => []), isLedgerUp = () => true, isShared = false } = given;
  return createQuota({
    store: given.store ?? buildQuotaStore(clock),
    history,
    isLedgerUp,
    gateways: () => 1,
    clock,
    peers: NO_PEERS,
    replica: "test",
    isShared,
    written: null,
    versionOf: (version) => version,
    onBrought() {},
    onDoubt() {},
    onFault() {},
  });
}
