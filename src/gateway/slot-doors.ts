import type { Probe } from "@/core/channels/channel-peers";
import type { RateAsk, RateReply, RateUnit } from "@/core/channels/channel-rates";
import type { AcquireReply, Slot, SlotGrant, TryReply } from "@/core/channels/channel-slots";
import type { ChannelRejection } from "@/core/channels/judge-attempt";
import { rejectionOf } from "@/core/channels/refusal-of";
import type { SlotAnswer, SlotDoors, WaitAnswer } from "@/core/channels/walk-channels";
import type { GatewayDeps } from "./gateway-deps";
import type { Candidate } from "./resolve-target";

/** What a call owns at a channel: a slot, a unit of its budget per minute where it has one, and the right to probe it if its breaker is due. */
export type Taken = {
  readonly slot: Slot;
  readonly probe: Probe | null;
  readonly waitedMs: number;
  readonly unit: RateUnit | null;
  /** The shared slots, or the shared rates, did not answer: granted from this replica's own share (channels-and-rates.md L21, R12). */
  readonly isAlone: boolean;
};

/** How a call waits for a slot. */
export type Waiting = {
  readonly keyId: number;
  /** What the call's deadline leaves, ms. */
  leftMs(): number;
  /** The client may leave, the deadline may pass, the process may stop: `leave` gives up the place in the queue. Returns how to stop listening. */
  onInterrupt(leave: () => void): () => void;
};

/** What the doors need to know of a call. `due`: candidates that only a probe may use. */
export type DoorsAsk = {
  readonly due: ReadonlySet<Candidate>;
  readonly waiting: Waiting;
  /** Tokens that the call should use on a channel. */
  tokensOn(candidate: Candidate): number;
};

type DoorsDeps = Pick<GatewayDeps, "health" | "slots" | "tally" | "rates" | "metrics">;

/**
 * The doors of the candidates: a slot first, then a unit of the channel's own budget per minute (C18), then for a channel that is due the right to
 * probe it. What comes after the slot gives back what came before it when it is refused.
 */
export function slotDoors(ask: DoorsAsk, deps: DoorsDeps): SlotDoors<Candidate, Taken> {
  const { slots, tally, metrics } = deps;
  const place: Place = { ask, deps };
  return {
    tryAcquire(candidate) {
      const usedUp = usedUpNow(candidate, place);
      if (usedUp !== null) return usedUp;
      const reply = slots.tryAcquire(candidate.channel.id);
      if (!(reply instanceof Promise)) return takenAtOnce(reply, candidate, place);
      return reply.then((answer) => takenAtOnce(answer, candidate, place));
    },
    async acquire(candidate) {
      const usedUp = usedUpNow(candidate, place);
      if (usedUp !== null) return usedUp;
      const { channel } = candidate;
      const { waiting } = ask;
      const gone = new AbortController();
      const unsubscribe = waiting.onInterrupt(() => gone.abort());
      try {
        const wanted = {
          channelId: channel.id,
          keyId: waiting.keyId,
          deadlineMs: waiting.leftMs(),
          signal: gone.signal,
        };
        const reply = await slots.acquire(wanted);
        if (reply.kind === "full" || reply.kind === "timeout") tally.refused(channel.id, reply.kind);
        if (channel.limiter.mode === "queue" && reply.kind !== "full" && reply.kind !== "unavailable")
          metrics.slotAwaited(channel.id, reply.kind, reply.waitedMs);
        return await takenAfterWait(reply, candidate, place);
      } finally {
        unsubscribe();
      }
    },
  };
}

type Place = { readonly ask: DoorsAsk; readonly deps: DoorsDeps };

function takenAtOnce(
  reply: TryReply,
  candidate: Candidate,
  place: Place,
): SlotAnswer<Taken> | Promise<SlotAnswer<Taken>> {
  if (reply.kind === "busy") return reply;
  if (reply.kind === "unavailable") return { kind: reply.kind };
  if (reply.kind !== "granted") return { kind: "skipped" };
  const { id, limiter } = candidate.channel;
  if (limiter.mode === "queue") place.deps.metrics.slotAwaited(id, "granted", 0);
  return granted(reply, candidate, place);
}

async function takenAfterWait(reply: AcquireReply, candidate: Candidate, place: Place): Promise<WaitAnswer<Taken>> {
  if (reply.kind === "granted") return granted(reply, candidate, place);
  if (reply.kind === "cancelled") return { kind: "cancelled" };
  return rejectionOf(reply) ?? { kind: "skipped" };
}

type Granted =
  | { readonly kind: "granted"; readonly slot: Taken }
  | { readonly kind: "skipped" }
  | RateLimited
  | Extract<ChannelRejection, { kind: "unavailable" }>;

type RateLimited = Extract<ChannelRejection, { kind: "rate_limited" }>;

function granted(
  { slot, waitedMs, isAlone: alone }: Omit<SlotGrant, "kind">,
  candidate: Candidate,
  place: Place,
): Granted | Promise<Granted> {
  const { channel } = candidate;
  place.deps.tally.waited(channel.id, waitedMs);
  const taken: Taken = { slot, probe: null, waitedMs, unit: null, isAlone: alone === true };
  const rated = rateAskOf(candidate, place.ask);
  if (rated === null) return withProbe(taken, channel.id, place);
  const reply = place.deps.rates.take(rated);
  const end = (answer: RateReply): Granted | Promise<Granted> => {
    if (answer.kind === "taken") {
      const isAlone = taken.isAlone || answer.isAlone === true;
      return withProbe({ ...taken, unit: answer.unit, isAlone }, channel.id, place);
    }
    slot.release();
    return answer;
  };
  return reply instanceof Promise ? reply.then(end) : end(reply);
}

/** A channel whose minute is used up for certain takes nobody, and nobody waits for it (C15). */
function usedUpNow(candidate: Candidate, { ask, deps }: Place): RateLimited | null {
  const rated = rateAskOf(candidate, ask);
  const retryAfterMs = rated === null ? 0 : deps.rates.usedUpForMs(rated);
  return retryAfterMs > 0 ? { kind: "rate_limited", retryAfterMs } : null;
}

/** Null: the channel has no budget of its own, so nothing is asked. */
function rateAskOf(candidate: Candidate, { tokensOn }: DoorsAsk): RateAsk | null {
  const { id: channelId, rpm, tpm } = candidate.channel;
  if (rpm === null && tpm === null) return null;
  return { channelId, rpm, tpm, tokens: tpm === null ? 0 : tokensOn(candidate) };
}

function withProbe(taken: Taken, channelId: number, { ask, deps }: Place): Granted | Promise<Granted> {
  if (!isDue(channelId, ask)) return { kind: "granted", slot: taken };
  const right = deps.health.takeProbe(channelId);
  const end = (probe: Probe | null): Granted => {
    if (probe !== null) return { kind: "granted", slot: { ...taken, probe } };
    taken.unit?.giveBack();
    taken.slot.release();
    return { kind: "skipped" };
  };
  return right instanceof Promise ? right.then(end) : end(right);
}

function isDue(channelId: number, { due }: DoorsAsk): boolean {
  if (due.size === 0) return false;
  for (const { channel } of due) if (channel.id === channelId) return true;
  return false;
}
