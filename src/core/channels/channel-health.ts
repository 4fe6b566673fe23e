import type { Clock } from "@/lib/clock";
import { type AccountState, accountAfter, accountNow, freshAccount } from "./account-state";
import { type ChannelBreaker, DEFAULT_BREAKER } from "./breaker";
import { type BreakerState, CLOSED, isTripped, opened, phaseAt, probed } from "./breaker-state";
import type { ChannelSnapshot, OpenCredential } from "./channel";
import type { ChannelNews, ChannelPeers, Probe } from "./channel-peers";
import { type CooldownRules, cooldownMs, createCooldowns, type UpstreamHeaders } from "./cooldowns";
import type { UpstreamFailure } from "./judge-attempt";
import { createOutcomeWindow, type OutcomeCounts, type OutcomeWindow } from "./outcome-window";

/*
 * How channels stand as this process knows it: which pairs cool, which breakers are open, which accounts were refused (channels-and-rates.md 1.3).
 * It takes what attempts ended with, and only failures of an upstream: a full limiter is another type. Cooldowns and breakers are told to the other
 * replicas; when these cannot be reached, each goes by what it sees itself. Everything happens in one turn but for the right to probe.
 */

/** What is looked at of a channel. */
export type HealthChannel = Pick<ChannelSnapshot, "id" | "credentials"> & { readonly breaker?: ChannelBreaker };

/** Whether a channel may be asked for a model now. `probe`: by one request, which must take the right to it; `until`: monotonic ms. */
export type ChannelStanding =
  | { readonly kind: "eligible" }
  | { readonly kind: "probe" }
  | { readonly kind: "out"; readonly reason: "auth_failed" | "cooling" | "tripped"; readonly until: number };

/** How an attempt ended that reached an upstream. */
export type AttemptResult = {
  readonly channel: HealthChannel;
  /** The name the upstream knows it by. */
  readonly model: string;
  /** Id of the credential it was made under; null: it never came to that. */
  readonly credentialId: number | null;
  /** `good`: a whole reply. `neutral`: it says nothing of the channel (the client left, the deadline passed, a fault of ours). */
  readonly verdict: "good" | "neutral" | UpstreamFailure;
  /** A head arrived. */
  readonly isAnswered: boolean;
  readonly headers: UpstreamHeaders;
  /** The right by which it was made; null: it was no probe. */
  readonly probe: Probe | null;
  readonly rules: CooldownRules;
};

/** Facts of a channel for its health word. */
export type HealthFacts = {
  readonly isAuthFailed: boolean;
  /** Monotonic ms; 0: the breaker is not open. */
  readonly trippedUntil: number;
  readonly isProbing: boolean;
  /** Of the last 5 minutes. */
  readonly recent: OutcomeCounts;
};

/** See the head of the file. */
export type ChannelHealth = {
  standing(channel: HealthChannel, model: string): ChannelStanding;
  /** The right to probe a channel that is due; null: another request has it. */
  takeProbe(channelId: number): Probe | null | Promise<Probe | null>;
  /** The credential that the next request to a channel is made under (C2); null: it has none. */
  credentialOf(channel: HealthChannel): OpenCredential | null;
  /** An admin's test of a channel went well: its credentials begin anew, on every replica. */
  passed(channelId: number): void;
  /** Learns from an attempt; called once for each. */
  ended(result: AttemptResult): void;
  facts(channel: HealthChannel): HealthFacts;
};

/** What it works with. */
export type HealthDeps = { readonly clock: Pick<Clock, "now" | "monotonic">; readonly peers: ChannelPeers };

const WINDOW_MS = 30_000;
const RECENT_MS = 300_000;
/** A passed test is told for as long as an account rests. */
const PASSED_MS = 300_000;
const ELIGIBLE: ChannelStanding = { kind: "eligible" };
const DUE: ChannelStanding = { kind: "probe" };

/** One channel. */
type Cell = {
  breaker: BreakerState;
  account: AccountState;
  consecutiveFailures: number;
  isProbing: boolean;
  readonly window: OutcomeWindow;
  readonly recent: OutcomeWindow;
};

/** Nothing is known of any channel yet; hears the other replicas from now on. */
export function createChannelHealth({ clock, peers }: HealthDeps): ChannelHealth {
  const cells = new Map<number, Cell>();
  const cooldowns = createCooldowns(clock.monotonic);
  const cellOf = (id: number): Cell => {
    const known = cells.get(id);
    if (known !== undefined) return known;
    const cell = newCell(clock.monotonic);
    cells.set(id, cell);
    return cell;
  };
  const place: Place = { clock, peers, cool: cooldowns.cool, cellOf };
  peers.listen((news) => hear(news, place));
  return {
    standing(channel, model) {
      const now = clock.monotonic();
      const cell = cells.get(channel.id);
      const account = cell === undefined ? null : accountOf(cell, channel, now);
      if (account !== null && account.failedUntil !== null)
        return { kind: "out", reason: "auth_failed", until: account.failedUntil };
      const coolUntil = cooldowns.eligibleAt(channel.id, model);
      if (coolUntil > 0) return { kind: "out", reason: "cooling", until: coolUntil };
      if (cell === undefined || cell.breaker.phase === "closed" || !breakerOf(channel).enabled) return ELIGIBLE;
      const phase = phaseAt(cell.breaker, now);
      return phase === "due" ? DUE : { kind: "out", reason: "tripped", until: cell.breaker.until };
    },
    takeProbe(channelId) {
      const taken = peers.takeProbe(channelId);
      const cell = cellOf(channelId);
      if (!(taken instanceof Promise)) return marked(taken, cell);
      return taken.then((probe) => marked(probe, cell));
    },
    credentialOf(channel) {
      const cell = cells.get(channel.id);
      const used = cell === undefined ? 0 : accountOf(cell, channel, clock.monotonic()).used;
      return channel.credentials[used] ?? null;
    },
    passed(channelId) {
      beginAnew(cellOf(channelId));
      peers.tell({ kind: "passed", channelId, forMs: PASSED_MS });
    },
    ended: (result) => learn(result, place),
    facts(channel) {
      const cell = cellOf(channel.id);
      const now = clock.monotonic();
      return {
        isAuthFailed: accountOf(cell, channel, now).failedUntil !== null,
        trippedUntil: cell.breaker.phase === "open" && now < cell.breaker.until ? cell.breaker.until : 0,
        isProbing: cell.isProbing,
        recent: cell.recent.counts(),
      };
    },
  };
}

type Place = HealthDeps & {
  cool(pair: { channelId: number; model: string }, until: number): boolean;
  cellOf(channelId: number): Cell;
};

function newCell(monotonic: () => number): Cell {
  return {
    breaker: CLOSED,
    account: freshAccount([]),
    consecutiveFailures: 0,
    isProbing: false,
    window: createOutcomeWindow(WINDOW_MS, monotonic),
    recent: createOutcomeWindow(RECENT_MS, monotonic),
  };
}

function breakerOf({ breaker = DEFAULT_BREAKER }: HealthChannel): ChannelBreaker {
  return breaker;
}

function beginAnew(cell: Cell): void {
  cell.account = freshAccount(cell.account.credentials);
}

function accountOf(cell: Cell, { credentials }: HealthChannel, now: number): AccountState {
  cell.account = accountNow(cell.account, credentials, now);
  return cell.account;
}

function marked(probe: Probe | null, cell: Cell): Probe | null {
  if (probe !== null) cell.isProbing = true;
  return probe;
}

function learn(result: AttemptResult, place: Place): void {
  const { channel, verdict, isAnswered } = result;
  const { clock } = place;
  const cell = place.cellOf(channel.id);
  const failure = verdict === "good" || verdict === "neutral" ? null : verdict;
  if (failure?.cools) cool(result, place);
  if (isAnswered && verdict !== "neutral") {
    const account = accountOf(cell, channel, clock.monotonic());
    const reply = { credentialId: result.credentialId, isRefused: failure?.refusesAccount ?? false };
    cell.account = accountAfter(account, reply, clock.monotonic());
  }
  const isFailure = failure?.breaker === "failure";
  const counts = verdict === "good" || isFailure;
  if (counts) cell.recent.add(isFailure);
  if (result.probe !== null) endProbe(result, { cell, isGood: counts ? !isFailure : null }, place);
  else if (counts && cell.breaker.phase === "closed") count(result, { cell, isFailure }, place);
}

function cool({ channel, model, headers, rules }: AttemptResult, { clock, peers, cool }: Place): void {
  const forMs = cooldownMs(headers, rules, clock.now());
  if (forMs === null) return;
  const pair = { channelId: channel.id, model };
  if (cool(pair, clock.monotonic() + forMs)) peers.tell({ kind: "cooling", ...pair, forMs });
}

function count(
  { channel }: AttemptResult,
  { cell, isFailure }: { cell: Cell; isFailure: boolean },
  place: Place,
): void {
  cell.window.add(isFailure);
  cell.consecutiveFailures = isFailure ? cell.consecutiveFailures + 1 : 0;
  if (!isFailure) return;
  const rules = breakerOf(channel);
  const { consecutiveFailures } = cell;
  if (!isTripped({ ...cell.window.counts(), consecutiveFailures }, rules)) return;
  change(cell, opened(cell.breaker, rules, place.clock.monotonic()));
  place.peers.tell(newsOf(channel.id, cell.breaker, place));
}

/** A probe that told nothing leaves everything as it was: the next request probes. */
function endProbe(
  { channel, probe }: AttemptResult,
  { cell, isGood }: { cell: Cell; isGood: boolean | null },
  place: Place,
): void {
  cell.isProbing = false;
  if (isGood === null) return void probe?.end(null);
  change(cell, probed(cell.breaker, isGood, { rules: breakerOf(channel), now: place.clock.monotonic() }));
  probe?.end(newsOf(channel.id, cell.breaker, place));
}

/** What was counted before a breaker opened or closed says nothing of what comes. */
function change(cell: Cell, breaker: BreakerState): void {
  cell.breaker = breaker;
  cell.window.clear();
  cell.consecutiveFailures = 0;
}

function newsOf(channelId: number, breaker: BreakerState, { clock }: Place): ChannelNews {
  if (breaker.phase === "closed") return { kind: "closed", channelId };
  const { until, openings, goodProbes } = breaker;
  return { kind: "tripped", channelId, forMs: Math.max(0, until - clock.monotonic()), openings, goodProbes };
}

function hear(news: ChannelNews, { clock, cool, cellOf }: Place): void {
  const now = clock.monotonic();
  if (news.kind === "cooling") cool(news, now + news.forMs);
  else if (news.kind === "passed") beginAnew(cellOf(news.channelId));
  else if (news.kind === "closed") change(cellOf(news.channelId), CLOSED);
  else {
    const { forMs, openings, goodProbes } = news;
    change(cellOf(news.channelId), { phase: "open", until: now + forMs, openings, goodProbes });
  }
}
