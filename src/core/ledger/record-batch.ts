import { isAppError } from "../errors";
import type { LedgerEntry, LedgerStore } from "./entry";
import { parseSettlement, type Settlement, settlementOf } from "./settlement";

/** What went wrong with a single request of a batch. */
export type RecordFault = {
  /** `rejected`: an entry was set aside · `reject_failed`: not even that, it stays in the journal · `request_dropped`: only its log row. */
  readonly kind: "rejected" | "reject_failed" | "request_dropped";
  readonly id: string;
  readonly error: unknown;
};

type Deps = { readonly store: LedgerStore; readonly onFault: (fault: RecordFault) => void };

/** True for an error that says nothing about the rows: the store was not reached. */
export function isStoreDown(error: unknown): boolean {
  return isAppError(error) && error.code === "database_unavailable";
}

/**
 * Records a batch in the order of ids and returns the ids that are safe in the store. A failing batch is tried once more, then halved until
 * the poison row is found, which is set aside so that the rest flows (quota.md Q48). Throws only while the store is down; what was
 * recorded before that may be recorded again.
 */
export async function recordBatch(batch: readonly Settlement[], deps: Deps): Promise<readonly string[]> {
  const ordered = [...batch].sort(byId);
  const error = (await tryRecord(ordered, deps)) && (await tryRecord(ordered, deps));
  return error === null ? ordered.map(({ id }) => id) : recordInHalves(ordered, deps);
}

async function recordInHalves(batch: readonly Settlement[], deps: Deps): Promise<readonly string[]> {
  const [first] = batch;
  if (first !== undefined && batch.length === 1) return recordAlone(first, deps);
  const middle = Math.ceil(batch.length / 2);
  const ids: string[] = [];
  for (const half of [batch.slice(0, middle), batch.slice(middle)]) {
    const error = await tryRecord(half, deps);
    ids.push(...(error === null ? half.map(({ id }) => id) : await recordInHalves(half, deps)));
  }
  return ids;
}

/** One request that fails as a whole: first without its log row, then entry by entry. */
async function recordAlone(settlement: Settlement, deps: Deps): Promise<readonly string[]> {
  const error = await tryRecord([settlement], deps);
  if (error === null) return [settlement.id];
  const frame = parseSettlement(settlement.text);
  const bare = { ...frame, request: null };
  if (frame.request !== null && (await tryRecord([settlementOf(bare)], deps)) === null) {
    deps.onFault({ kind: "request_dropped", id: frame.id, error });
    return [frame.id];
  }
  let isSafe = true;
  for (const entry of frame.entries) {
    const reason = await tryRecord([settlementOf({ ...bare, entries: [entry] })], deps);
    if (reason !== null) isSafe = (await setAside(entry, reason, deps)) && isSafe;
  }
  return isSafe ? [frame.id] : [];
}

async function setAside(entry: LedgerEntry, reason: unknown, { store, onFault }: Deps): Promise<boolean> {
  try {
    await store.reject(entry, describe(reason));
    onFault({ kind: "rejected", id: entry.id, error: reason });
    return true;
  } catch (error) {
    if (isStoreDown(error)) throw error;
    onFault({ kind: "reject_failed", id: entry.id, error });
    return false;
  }
}

/** An error with its cause, which holds the store's own words. */
function describe(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? String(error) : `${error} (${cause})`;
}

/** Null when recorded, else the error about the rows; throws while the store is down. */
async function tryRecord(batch: readonly Settlement[], { store }: Deps): Promise<unknown> {
  try {
    await store.record(batch.map(({ text }) => text));
    return null;
  } catch (error) {
    if (isStoreDown(error)) throw error;
    return error ?? new Error("the ledger store failed");
  }
}

function byId(a: Settlement, b: Settlement): number {
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}
