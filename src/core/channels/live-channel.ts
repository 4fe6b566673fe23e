import type { HealthWord, LimiterMode, LiveState } from "../vocabulary";

/** One row of the live board: a channel over all replicas at an instant (channels-and-rates.md V2). Times in epoch ms. */
export type LiveChannel = {
  readonly channelId: number;
  readonly asOf: number;
  readonly state: LiveState;
  readonly health: HealthWord;
  readonly mode: LimiterMode;
  readonly inFlight: number;
  /** null with mode off. */
  readonly capacity: number | null;
  readonly waiting: number;
  /** null but in mode queue. */
  readonly queueSize: number | null;
  /** Of those that wait now, ms; 0 when nobody does. */
  readonly oldestWaitMs: number;
  /** Requests turned away in the last 5 minutes. */
  readonly denied5m: { readonly full: number; readonly timeout: number };
  /** 95 of 100 waits of the last 5 minutes were at most this long, ms. */
  readonly waitP95Ms: number;
  /** Requests sent in each of the last 15 minutes, oldest first. */
  readonly spark: readonly number[];
  /** When the first of its models may be called again; null: not every model is cooling. */
  readonly coolingUntil: number | null;
  /** When its breaker lets a probe through; null: it is closed. */
  readonly trippedUntil: number | null;
  /** Replicas that report it. */
  readonly replicas: number;
};

/** What the state of a channel follows from. */
export type LiveFacts = Pick<
  LiveChannel,
  "asOf" | "mode" | "inFlight" | "capacity" | "waiting" | "queueSize" | "coolingUntil" | "trippedUntil"
> & {
  readonly isEnabled: boolean;
  /** Epoch ms of the newest report. */
  readonly reportedAt: number;
};

/** Without a report for longer than this the numbers are old, ms. */
const STALE_MS = 5_000;

/** The state of a channel: the first that is true, in the order of channels-and-rates.md V4. */
export function liveStateOf(facts: LiveFacts): LiveState {
  if (!facts.isEnabled) return "off";
  if (facts.asOf - facts.reportedAt > STALE_MS) return "stale";
  if (facts.trippedUntil !== null) return "tripped";
  if (facts.coolingUntil !== null) return "cooling";
  return loadStateOf(facts);
}

function loadStateOf({ mode, inFlight, capacity, waiting, queueSize }: LiveFacts): LiveState {
  if (capacity !== null && inFlight > capacity) return "over";
  if (isFull({ mode, inFlight, capacity, waiting, queueSize })) return "full";
  if (waiting > 0) return "queueing";
  if (inFlight === capacity) return "saturated";
  return inFlight > 0 ? "busy" : "idle";
}

function isFull(load: Pick<LiveFacts, "mode" | "inFlight" | "capacity" | "waiting" | "queueSize">): boolean {
  if (load.mode === "queue") return load.queueSize !== null && load.waiting >= load.queueSize;
  return load.mode === "reject" && load.capacity !== null && load.inFlight >= load.capacity;
}
