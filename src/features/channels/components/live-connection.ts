import type { Clock } from "@/lib/clock";
import type { LiveChannels } from "@/operations/channels/live-channels";

/** How the board gets its numbers: by the stream, by asking again and again, or not at all just now. */
export type LiveTransport = "connecting" | "stream" | "polling";

/** What the board shows. */
export type LiveBoard = {
  /** null: nothing was heard yet. */
  readonly reading: LiveChannels | null;
  readonly transport: LiveTransport;
  /** Nothing was heard for a while, or what was heard is old: the numbers stay and turn grey. */
  readonly isStale: boolean;
};

/** One opened stream. */
export type LiveStream = { close(): void };

/** Hears a stream. `data` is the text of an event. */
export type LiveStreamEvents = {
  onEvent(kind: "snapshot" | "delta" | "heartbeat", data: string): void;
  onError(): void;
};

/** What a connection works with. */
export type LiveConnectionDeps = {
  readonly clock: Clock;
  openStream(events: LiveStreamEvents): LiveStream;
  /** Reads the board once. Rejects when it cannot. */
  poll(): Promise<LiveChannels>;
  onChange(board: LiveBoard): void;
};

/** A board that keeps itself up to date while it is open. */
export type LiveConnection = {
  /** Does nothing while it is open. */
  open(): void;
  /** Keeps what it shows. */
  close(): void;
};

/** channels-and-rates.md V3. */
const RETRY_MS = 1_000;
const FAILURES = { count: 2, withinMs: 10_000 };
const POLL_MS = 5_000;
const STREAM_AGAIN_MS = 30_000;
const SILENT_MS = 20_000;

type State = LiveConnectionDeps & {
  board: LiveBoard;
  /** The newest reading as it was told. */
  heard: LiveChannels | null;
  stream: LiveStream | null;
  /** Epoch ms of the newest failures of the stream. */
  failedAt: readonly number[];
  /** Counts openings: what belongs to an earlier one is dropped. */
  run: number;
  isOpen: boolean;
  timers: { silence: () => void; retry: () => void; poll: () => void };
};

const NO_TIMER = () => {};

/**
 * The stream while it works; after two failures within 10 s a question every 5 s, with a new stream every 30 s (channels-and-rates.md V3). Without
 * an event for 20 s the numbers are stale.
 */
export function createLiveConnection(deps: LiveConnectionDeps): LiveConnection {
  const state: State = {
    ...deps,
    board: { reading: null, transport: "connecting", isStale: false },
    ...{ heard: null, stream: null, failedAt: [], run: 0, isOpen: false },
    timers: { silence: NO_TIMER, retry: NO_TIMER, poll: NO_TIMER },
  };
  return {
    open() {
      if (state.isOpen) return;
      state.isOpen = true;
      state.run++;
      expectNews(state);
      connect(state);
    },
    close() {
      state.isOpen = false;
      state.run++;
      disconnect(state);
      for (const cancel of Object.values(state.timers)) cancel();
    },
  };
}

function connect(state: State): void {
  const { run } = state;
  const guarded = (task: () => void) => () => {
    if (state.run === run) task();
  };
  state.stream = state.openStream({
    onEvent: (kind, data) => guarded(() => take(state, kind, data))(),
    onError: guarded(() => fail(state)),
  });
}

function disconnect(state: State): void {
  state.stream?.close();
  state.stream = null;
}

function take(state: State, kind: "snapshot" | "delta" | "heartbeat", data: string): void {
  state.timers.poll();
  if (kind !== "heartbeat") state.heard = merged(state.heard, kind, JSON.parse(data));
  expectNews(state);
  show(state, { reading: state.heard, transport: "stream", isStale: state.heard?.stale ?? false });
}

/** A delta has the rows that changed. One without a snapshot before it is as good as can be had. */
function merged(known: LiveChannels | null, kind: "snapshot" | "delta", heard: LiveChannels): LiveChannels {
  if (kind === "snapshot" || known === null) return heard;
  const changed = new Map(heard.rows.map((row) => [row.channelId, row]));
  const rows = known.rows.map((row) => changed.get(row.channelId) ?? row);
  const added = heard.rows.filter(({ channelId }) => !known.rows.some((row) => row.channelId === channelId));
  return { ...heard, rows: [...rows, ...added] };
}

function fail(state: State): void {
  disconnect(state);
  const now = state.clock.now();
  state.failedAt = [...state.failedAt.filter((at) => now - at < FAILURES.withinMs), now];
  const isPolling = state.board.transport === "polling";
  if (!isPolling && state.failedAt.length < FAILURES.count) {
    state.timers.retry = state.clock.after(RETRY_MS, () => connect(state));
    return;
  }
  state.timers.retry = state.clock.after(STREAM_AGAIN_MS, () => connect(state));
  if (isPolling) return;
  show(state, { ...state.board, transport: "polling" });
  void pollOnce(state, state.run);
}

async function pollOnce(state: State, run: number): Promise<void> {
  const reading = await state.poll().catch(() => null);
  if (state.run !== run || state.board.transport !== "polling") return;
  if (reading !== null) {
    state.heard = reading;
    expectNews(state);
    show(state, { reading, transport: "polling", isStale: reading.stale });
  }
  state.timers.poll = state.clock.after(POLL_MS, () => void pollOnce(state, run));
}

function expectNews(state: State): void {
  state.timers.silence();
  state.timers.silence = state.clock.after(SILENT_MS, () =>
    show(state, { ...state.board, reading: aged(state.heard), isStale: true }),
  );
}

/** Nobody knows what the channels do now; what they did last stays (channels-and-rates.md V3, V4). */
function aged(heard: LiveChannels | null): LiveChannels | null {
  if (heard === null) return null;
  const rows = heard.rows.map((row) => (row.state === "off" ? row : { ...row, state: "stale" as const }));
  return { ...heard, rows };
}

function show(state: State, board: LiveBoard): void {
  state.board = board;
  state.onChange(board);
}
