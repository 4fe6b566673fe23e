import type { Clock } from "@/lib/clock";
import type { DenialRecord, LedgerStore } from "./entry";
import type { Journal } from "./journal";
import { isStoreDown, type RecordFault, recordBatch } from "./record-batch";
import type { Settlement } from "./settlement";

/*
 * Carries ended requests from memory to the ledger store: batches after 25 ms or at 200 rows, one at a time, in the order of (id, attempt)
 * (quota.md Q47, Q48). Every request is in the journal before it comes here, and leaves the journal only when the store has it, so a
 * death at any point loses nothing and the store's own ON CONFLICT keeps a repeat from counting. While the store is down the queue waits
 * with growing pauses; its size is bounded by the journal, which refuses admissions when full. Denials are best effort: at most 10,000
 * wait, further ones are dropped with a count.
 */

const BATCH_ROWS = 200;
const BATCH_MS = 25;
const MAX_DENIALS = 10_000;
const RETRY_MS = 100;
const MAX_RETRY_MS = 5000;

/** A fault of the recorder to log: of one request, or `store_down`, `denials_dropped` without an id. */
export type RecorderFault = RecordFault | { readonly kind: "store_down" | "denials_dropped"; readonly error: unknown };

/** What the recorder works with. */
export type RecorderDeps = {
  readonly store: LedgerStore;
  readonly journal: Pick<Journal, "flushed">;
  readonly clock: Clock;
  readonly onFault: (fault: RecorderFault) => void;
};

/** Takes ended requests and denials, and brings them to the store. */
export type Recorder = {
  record(settlement: Settlement): void;
  recordDenial(denial: DenialRecord): void;
  /** Writes at once what is queued. Resolves when nothing is left, or at close; while the store is down that may be never. */
  flush(): Promise<void>;
  /** Stops after the batch under way. What is left stays in the journal for the next start. */
  close(): Promise<void>;
  /** Age of the oldest row that is not in the store, ms. */
  lagMs(): number;
  /** Rows that are not in the store. */
  pending(): number;
  /** Denials dropped since the start. */
  droppedDenials(): number;
};

type Queued = { readonly settlement: Settlement; readonly at: number };

type State = {
  readonly deps: RecorderDeps;
  /** Oldest first; rows leave only after the store has them. */
  readonly queue: Queued[];
  readonly denials: DenialRecord[];
  rows: number;
  dropped: number;
  /** Failures in a row. */
  failures: number;
  cancelTimer: (() => void) | null;
  running: Promise<void> | null;
  waiters: (() => void)[];
  isClosed: boolean;
};

/** A recorder with an empty queue. */
export function createRecorder(deps: RecorderDeps): Recorder {
  const state: State = {
    ...{ deps, queue: [], denials: [], rows: 0, dropped: 0, failures: 0 },
    ...{ cancelTimer: null, running: null, waiters: [], isClosed: false },
  };
  return {
    record(settlement) {
      state.queue.push({ settlement, at: deps.clock.now() });
      state.rows += rowsOf(settlement);
      schedule(state);
    },
    recordDenial(denial) {
      if (state.denials.length >= MAX_DENIALS) {
        state.dropped++;
        return;
      }
      state.denials.push(denial);
      schedule(state);
    },
    flush: () => flush(state),
    close: () => close(state),
    lagMs: () => (state.queue[0] === undefined ? 0 : Math.max(0, deps.clock.now() - state.queue[0].at)),
    pending: () => state.rows,
    droppedDenials: () => state.dropped,
  };
}

/** A request without entries is still one row of the log. */
function rowsOf({ entries }: Settlement): number {
  return Math.max(1, entries);
}

function isEmpty(state: State): boolean {
  return state.queue.length === 0 && state.denials.length === 0;
}

/** Sees to it that what is queued will be written: now at 200 rows or when somebody waits, else after 25 ms, or after the pause of a failure. */
function schedule(state: State): void {
  if (state.running !== null || state.isClosed || isEmpty(state)) return;
  const isUrgent = state.failures === 0 && (state.rows >= BATCH_ROWS || state.waiters.length > 0);
  if (isUrgent) {
    start(state);
    return;
  }
  if (state.cancelTimer !== null) return;
  const pause = state.failures === 0 ? BATCH_MS : Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** (state.failures - 1));
  state.cancelTimer = state.deps.clock.after(pause, () => start(state));
}

function start(state: State): void {
  state.cancelTimer?.();
  state.cancelTimer = null;
  state.running = writeOne(state).then(() => {
    state.running = null;
    if (isEmpty(state)) releaseWaiters(state);
    schedule(state);
  });
}

function flush(state: State): Promise<void> {
  if (state.isClosed || (isEmpty(state) && state.running === null)) return Promise.resolve();
  return new Promise((resolve) => {
    state.waiters.push(resolve);
    if (state.running === null) start(state);
  });
}

async function close(state: State): Promise<void> {
  state.isClosed = true;
  state.cancelTimer?.();
  state.cancelTimer = null;
  await state.running;
  releaseWaiters(state);
}

function releaseWaiters(state: State): void {
  for (const resolve of state.waiters.splice(0)) resolve();
}

/** One batch of requests and one of denials. Never rejects. */
async function writeOne(state: State): Promise<void> {
  try {
    await writeRequests(state);
    await writeDenials(state);
    state.failures = 0;
  } catch (error) {
    state.failures++;
    state.deps.onFault({ kind: "store_down", error });
  }
}

async function writeRequests(state: State): Promise<void> {
  const batch = nextBatch(state.queue);
  if (batch.length === 0) return;
  const { store, journal, onFault } = state.deps;
  const ids = await recordBatch(batch, { store, onFault });
  state.queue.splice(0, batch.length);
  for (const settlement of batch) state.rows -= rowsOf(settlement);
  if (ids.length > 0) journal.flushed(ids);
}

function nextBatch(queue: readonly Queued[]): readonly Settlement[] {
  let rows = 0;
  let count = 0;
  for (const { settlement } of queue) {
    rows += rowsOf(settlement);
    if (count > 0 && rows > BATCH_ROWS) break;
    count++;
    if (rows >= BATCH_ROWS) break;
  }
  return queue.slice(0, count).map(({ settlement }) => settlement);
}

async function writeDenials(state: State): Promise<void> {
  const batch = state.denials.slice(0, BATCH_ROWS);
  if (batch.length === 0) return;
  try {
    await state.deps.store.recordDenials(batch);
  } catch (error) {
    if (isStoreDown(error)) throw error;
    state.dropped += batch.length;
    state.deps.onFault({ kind: "denials_dropped", error });
  }
  state.denials.splice(0, batch.length);
}
