import { AppError } from "@/core/errors";
import type { Clock } from "@/lib/clock";
import { createFrameBuffer, type FrameName } from "./frame";
import type { JournalFiles } from "./journal-files";
import type { Segments } from "./segments";

/** When frames are durable: `interval` at most 50 ms after they were written, `strict` before `written()` resolves. */
export type JournalSync = "interval" | "strict";

/** What the writer works with. */
export type TurnWriterOptions = {
  readonly directory: string;
  readonly segments: Segments;
  readonly segmentBytes: number;
  readonly sync: JournalSync;
  readonly clock: Clock;
  readonly files: JournalFiles;
  /** A write or sync error other than a full disk: the process must end (quota.md Q43). Called once. */
  readonly onFatal: (error: unknown) => void;
};

/** Brings frames to disk: those of one event-loop turn in one write. */
export type TurnWriter = {
  append(name: FrameName, payload: string): void;
  /** Rejects with `ledger_unavailable` when the frames could not be written now. */
  written(): Promise<void>;
  /** The disk is full or the journal broken: nothing new can be witnessed. */
  isBlocked(): boolean;
  /** Deletes segments behind what is under way. */
  remove(paths: readonly string[]): void;
  /** Writes and syncs what is left and closes the file. */
  close(): Promise<void>;
};

const SYNC_MS = 50;
const FULL_RETRY_MS = 1000;
const FULL_DISK: ReadonlySet<string | undefined> = new Set(["ENOSPC", "EDQUOT"]);
const DONE: Promise<void> = Promise.resolve();

type Waiter = PromiseWithResolvers<void>;

type State = {
  readonly options: TurnWriterOptions;
  readonly frames: ReturnType<typeof createFrameBuffer>;
  fd: number;
  isScheduled: boolean;
  /** Failed or closed: further frames are dropped. */
  isBroken: boolean;
  /** The disk took no more; what is left in the buffer is tried again. */
  isFull: boolean;
  /** Who waits for the write of this turn. */
  turn: Waiter | null;
  /** With `strict`: who waits for a sync. */
  unsynced: Waiter[];
  hasUnsyncedBytes: boolean;
  isSyncing: boolean;
  cancelSync: (() => void) | null;
  cancelRetry: (() => void) | null;
  /** Slow calls, one after the other, so that no file is closed while it is synced. */
  slow: Promise<void>;
};

/** A writer with its first segment open. Throws the system's error when that cannot be created. */
export function createTurnWriter(options: TurnWriterOptions): TurnWriter {
  const { files, directory, segments } = options;
  const state: State = {
    ...{ options, frames: createFrameBuffer(), fd: files.open(segments.currentPath()) },
    ...{ isScheduled: false, isBroken: false, isFull: false, turn: null, unsynced: [] },
    ...{ hasUnsyncedBytes: false, isSyncing: false, cancelSync: null, cancelRetry: null, slow: DONE },
  };
  runSlowly(state, () => files.syncDirectory(directory));
  return {
    append(name, payload) {
      if (state.isBroken) return;
      state.frames.append(name, payload);
      schedule(state);
    },
    written: () => written(state),
    isBlocked: () => state.isBroken || state.isFull,
    remove(paths) {
      for (const path of paths) runSlowly(state, () => files.remove(path));
    },
    close: () => close(state),
  };
}

function schedule(state: State): void {
  if (state.isScheduled || state.isFull) return;
  state.isScheduled = true;
  // Behind the poll phase: the frames of all requests that were read in this turn leave together.
  setImmediate(() => {
    state.isScheduled = false;
    write(state);
  });
}

function written(state: State): Promise<void> {
  if (state.isBroken || state.isFull) return Promise.reject(new AppError("ledger_unavailable"));
  if (state.frames.length > 0) {
    state.turn ??= Promise.withResolvers();
    return state.turn.promise;
  }
  const isDurable = !state.hasUnsyncedBytes && !state.isSyncing;
  if (state.options.sync === "interval" || isDurable) return DONE;
  const waiter = Promise.withResolvers<void>();
  state.unsynced.push(waiter);
  state.hasUnsyncedBytes = true;
  syncSoon(state);
  return waiter.promise;
}

/** One write, as a rule; the system may take less at a time. */
function write(state: State): void {
  const { frames, options } = state;
  if (state.isBroken || frames.length === 0) return;
  try {
    rollWhenFull(state);
    while (frames.length > 0) {
      const count = options.files.write(state.fd, frames.bytes());
      frames.consume(count);
      options.segments.grow(count);
    }
  } catch (error) {
    if (FULL_DISK.has((error as NodeJS.ErrnoException).code)) waitForRoom(state, error);
    else fail(state, error);
    return;
  }
  state.isFull = false;
  state.hasUnsyncedBytes = true;
  const { turn } = state;
  state.turn = null;
  if (turn !== null && options.sync === "strict") state.unsynced.push(turn);
  else turn?.resolve();
  syncSoon(state);
}

/** The next segment, unless a frame is half written. What the old one holds is synced before anything in the new one is. */
function rollWhenFull(state: State): void {
  const { segments, segmentBytes, files, clock, directory } = state.options;
  const size = segments.currentSize();
  if (state.isFull || size === 0 || size + state.frames.length <= segmentBytes) return;
  const next = files.open(segments.nextPath());
  const old = state.fd;
  state.fd = next;
  segments.roll(clock.now());
  runSlowly(state, async () => {
    await files.sync(old);
    files.close(old);
    await files.syncDirectory(directory);
  });
}

/** On a full disk the frames wait in memory, admissions are refused, and a second later they are tried again (fault F36). */
function waitForRoom(state: State, error: unknown): void {
  state.isFull = true;
  state.turn?.reject(new AppError("ledger_unavailable", {}, { cause: error }));
  state.turn = null;
  state.cancelRetry = state.options.clock.after(FULL_RETRY_MS, () => write(state));
}

function syncSoon(state: State): void {
  if (state.isSyncing || state.cancelSync !== null) return;
  if (state.options.sync === "strict") {
    sync(state);
    return;
  }
  state.cancelSync = state.options.clock.after(SYNC_MS, () => {
    state.cancelSync = null;
    sync(state);
  });
}

function sync(state: State): void {
  if (state.isBroken || !state.hasUnsyncedBytes) return;
  state.isSyncing = true;
  runSlowly(state, async () => {
    const covered = state.unsynced.length;
    state.hasUnsyncedBytes = false;
    await state.options.files.sync(state.fd);
    state.isSyncing = false;
    for (const waiter of state.unsynced.splice(0, covered)) waiter.resolve();
    if (state.hasUnsyncedBytes) syncSoon(state);
  });
}

function runSlowly(state: State, task: () => Promise<void>): void {
  state.slow = state.slow.then(task).catch((error) => fail(state, error));
}

function fail(state: State, error: unknown): void {
  if (state.isBroken) return;
  state.isBroken = true;
  for (const waiter of [state.turn, ...state.unsynced]) {
    waiter?.reject(new AppError("ledger_unavailable", {}, { cause: error }));
  }
  state.options.onFatal(error);
}

async function close(state: State): Promise<void> {
  write(state);
  state.cancelRetry?.();
  state.cancelSync?.();
  sync(state);
  await state.slow;
  state.options.files.close(state.fd);
  state.isBroken = true;
}
