import type { Clock } from "@/lib/clock";
import type { LiveChannel } from "./live-channel";

/** What all channels are doing, over all replicas (channels-and-rates.md V2). */
export type LiveReading = {
  /** Epoch ms. */
  readonly asOf: number;
  /** The store does not answer: the rows are the last that were known. */
  readonly stale: boolean;
  /** `local`: one replica keeps the figures in its memory. */
  readonly source: "shared" | "local";
  readonly rows: readonly LiveChannel[];
};

/** One event of the stream: all rows, the rows that changed since the event before, or that nothing changed for a while. */
export type LiveEvent = LiveChange | { readonly kind: "heartbeat"; readonly id: string };

type LiveChange = { readonly kind: "snapshot" | "delta"; readonly id: string; readonly reading: LiveReading };

/** The board as a stream for any number of readers. */
export type LiveFeed = {
  /**
   * Tells `listen` a snapshot, or what came after the event `lastEventId` if that is still known, then every change. Returns how to leave.
   */
  subscribe(lastEventId: string | null, listen: (event: LiveEvent) => void): () => void;
};

/** What a feed works with. `name` makes the ids of its events unlike those of any other feed. */
export type LiveFeedDeps = {
  readonly clock: Clock;
  readonly name: string;
  /** Reads the board. Never rejects. */
  read(): Promise<LiveReading>;
};

/** Changes are told at most this often, ms. */
const TICK_MS = 1_000;
const HEARTBEAT_MS = 15_000;
/** A delta has at most about this many bytes, so that 200 channels stay below 20 kB in a second (dashboard.md 12). */
const DELTA_BYTES = 19_000;
/** What a row grows by when instants are written out. */
const INSTANTS_BYTES = 90;
/** Deltas that a reader may have missed and is told again. */
const KEPT_EVENTS = 120;

type State = LiveFeedDeps & {
  readonly listeners: Set<(event: LiveEvent) => void>;
  /** Newest last; their numbers follow each other. */
  readonly kept: LiveChange[];
  number: number;
  /** null: nobody reads. */
  last: { reading: LiveReading; told: ReadonlyMap<number, ToldRow> } | null;
  /** Epoch ms of the newest event. */
  toldAt: number;
  /** Counts the times that somebody began to read: an answer to an earlier one is dropped. */
  run: number;
  cancelTick: () => void;
};

/** A row as readers have it, and the number of the event that told it. */
type ToldRow = { readonly row: LiveChannel; readonly text: string; readonly number: number };

/** A feed that reads the board while somebody listens, and not otherwise (channels-and-rates.md V1). */
export function createLiveFeed(deps: LiveFeedDeps): LiveFeed {
  const state: State = {
    ...{ ...deps, listeners: new Set(), kept: [], number: 0, last: null, toldAt: 0, run: 0, cancelTick: () => {} },
  };
  return {
    subscribe(lastEventId, listen) {
      state.listeners.add(listen);
      if (state.listeners.size === 1) start(state);
      else greet(state, lastEventId, listen);
      return () => {
        if (state.listeners.delete(listen) && state.listeners.size === 0) stop(state);
      };
    },
  };
}

function start(state: State): void {
  state.run++;
  void tick(state, state.run);
}

function stop(state: State): void {
  state.run++;
  state.cancelTick();
  state.last = null;
  state.kept.length = 0;
}

async function tick(state: State, run: number): Promise<void> {
  const reading = await state.read();
  if (state.run !== run) return;
  tell(state, reading);
  state.cancelTick = state.clock.after(TICK_MS, () => void tick(state, run));
}

function tell(state: State, reading: LiveReading): void {
  const { last } = state;
  const number = state.number + 1;
  const newest = reading.rows.map((row): ToldRow => ({ row, text: textOf(row), number }));
  if (last === null || [...last.told.keys()].some((id) => !newest.some(({ row }) => row.channelId === id))) {
    // The first reading, or a channel is gone: a delta cannot say so.
    state.kept.length = 0;
    remember(state, reading, newest);
    publish(state, { kind: "snapshot", id: nextId(state), reading });
    return;
  }
  const changed = newest.filter(({ row, text }) => last.told.get(row.channelId)?.text !== text);
  const sent = withinBudget(changed, last.told);
  const isOther = reading.stale !== last.reading.stale || reading.source !== last.reading.source;
  remember(state, reading, [...last.told.values(), ...sent]);
  if (sent.length > 0 || isOther) {
    const delta: LiveChange = {
      ...{ kind: "delta", id: nextId(state) },
      reading: { ...reading, rows: sent.map(({ row }) => row) },
    };
    state.kept.push(delta);
    if (state.kept.length > KEPT_EVENTS) state.kept.shift();
    publish(state, delta);
  } else if (reading.asOf - state.toldAt >= HEARTBEAT_MS) publish(state, { kind: "heartbeat", id: currentId(state) });
}

/** Of two entries of a channel the later counts. */
function remember(state: State, reading: LiveReading, rows: readonly ToldRow[]): void {
  state.last = { reading, told: new Map(rows.map((each) => [each.row.channelId, each])) };
}

/** Rows that have room in a delta; the others are told with the next. First those whose load changed, of these the one told longest ago. */
function withinBudget(changed: readonly ToldRow[], told: ReadonlyMap<number, ToldRow>): readonly ToldRow[] {
  const ageOf = ({ row }: ToldRow) => told.get(row.channelId)?.number ?? 0;
  const isLoad = ({ row }: ToldRow) => {
    const before = told.get(row.channelId)?.row;
    return before === undefined || loadOf(before) !== loadOf(row);
  };
  const ranked = changed
    .map((each) => ({ each, isLoad: isLoad(each), age: ageOf(each) }))
    .sort((a, b) => Number(b.isLoad) - Number(a.isLoad) || a.age - b.age);
  let left = DELTA_BYTES;
  const fitting = ranked.filter(({ each }) => {
    left -= each.text.length + INSTANTS_BYTES;
    return left >= 0;
  });
  const chosen = new Set(fitting.map(({ each }) => each));
  return changed.filter((each) => chosen.has(each));
}

function loadOf({ state, health, mode, inFlight, capacity, waiting, queueSize }: LiveChannel): string {
  return [state, health, mode, inFlight, capacity, waiting, queueSize].join();
}

function publish(state: State, event: LiveEvent): void {
  state.toldAt = state.clock.now();
  for (const listen of [...state.listeners]) listen(event);
}

/** One who comes later: what was missed, else all there is. Before the first reading it waits for that. */
function greet(state: State, lastEventId: string | null, listen: (event: LiveEvent) => void): void {
  if (state.last === null) return;
  if (lastEventId === currentId(state)) return;
  const { reading, told } = state.last;
  const at = state.kept.findIndex(({ id }) => id === lastEventId);
  if (at !== -1) for (const event of state.kept.slice(at + 1)) listen(event);
  else {
    // What the others have: the deltas to come go by it.
    const rows = reading.rows.flatMap(({ channelId }) => told.get(channelId)?.row ?? []);
    listen({ kind: "snapshot", id: currentId(state), reading: { ...reading, rows } });
  }
}

function nextId(state: State): string {
  state.number++;
  return currentId(state);
}

function currentId({ name, number }: State): string {
  return `${name}-${number}`;
}

/** Two rows that differ in the instant of their reading alone are the same. */
function textOf({ asOf: _, ...row }: LiveChannel): string {
  return JSON.stringify(row);
}
