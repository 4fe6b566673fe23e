import { isAppError } from "../errors";
import type { LedgerEntry, LedgerStore, RequestRecord } from "./entry";

/** The rows of one request that ended. */
export type RecordedRequest = { readonly entries: readonly LedgerEntry[]; readonly request: RequestRecord | null };

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
 * Records a batch in the order of (id, attempt) and returns the ids that are safe in the store. A failing batch is tried once more, then
 * halved until the poison row is found, which is set aside so that the rest flows (quota.md Q48). Throws only while the store is down;
 * what was recorded before that may be recorded again.
 */
export async function recordBatch(batch: readonly RecordedRequest[], deps: Deps): Promise<readonly string[]> {
  const error = (await tryRecord(batch, deps)) && (await tryRecord(batch, deps));
  return error === null ? batch.flatMap(idsOf) : recordInHalves(batch, deps);
}

async function recordInHalves(batch: readonly RecordedRequest[], deps: Deps): Promise<readonly string[]> {
  const [first] = batch;
  if (first !== undefined && batch.length === 1) return recordAlone(first, deps);
  const middle = Math.ceil(batch.length / 2);
  const ids: string[] = [];
  for (const half of [batch.slice(0, middle), batch.slice(middle)]) {
    const error = await tryRecord(half, deps);
    ids.push(...(error === null ? half.flatMap(idsOf) : await recordInHalves(half, deps)));
  }
  return ids;
}

/** One request that fails as a whole: first without its log row, then entry by entry. */
async function recordAlone(item: RecordedRequest, deps: Deps): Promise<readonly string[]> {
  const bare = { entries: item.entries, request: null };
  const error = await tryRecord([item], deps);
  if (error === null) return idsOf(item);
  if (item.request !== null && (await tryRecord([bare], deps)) === null) {
    deps.onFault({ kind: "request_dropped", id: item.request.id, error });
    return idsOf(item);
  }
  let isSafe = true;
  for (const entry of item.entries) {
    const reason = await tryRecord([{ entries: [entry], request: null }], deps);
    if (reason !== null) isSafe = (await setAside(entry, reason, deps)) && isSafe;
  }
  return isSafe ? idsOf(item) : [];
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
async function tryRecord(batch: readonly RecordedRequest[], { store }: Deps): Promise<unknown> {
  const entries = batch.flatMap((item) => item.entries).sort(byIdAndAttempt);
  const requests = batch.flatMap((item) => item.request ?? []).sort((a, b) => compare(a.id, b.id));
  try {
    await store.record(entries, requests);
    return null;
  } catch (error) {
    if (isStoreDown(error)) throw error;
    return error ?? new Error("the ledger store failed");
  }
}

function idsOf({ entries, request }: RecordedRequest): string[] {
  const id = request?.id ?? entries[0]?.id;
  return id === undefined ? [] : [id];
}

function byIdAndAttempt(a: LedgerEntry, b: LedgerEntry): number {
  return compare(a.id, b.id) || a.attempt - b.attempt;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
