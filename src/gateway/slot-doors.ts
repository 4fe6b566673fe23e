import type { Probe } from "@/core/channels/channel-peers";
import type { AcquireReply, Slot, SlotGrant, TryReply } from "@/core/channels/channel-slots";
import { rejectionOf } from "@/core/channels/refusal-of";
import type { SlotAnswer, SlotDoors, WaitAnswer } from "@/core/channels/walk-channels";
import type { GatewayDeps } from "./gateway-deps";
import type { Candidate } from "./resolve-target";

/** What a call owns at a channel: a slot, and the right to probe it if its breaker is due. */
export type Taken = {
  readonly slot: Slot;
  readonly probe: Probe | null;
  readonly waitedMs: number;
  /** The shared slots did not answer: granted from this replica's own share (channels-and-rates.md L21). */
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
export type DoorsAsk = { readonly due: ReadonlySet<Candidate>; readonly waiting: Waiting };

type DoorsDeps = Pick<GatewayDeps, "health" | "slots" | "tally" | "metrics">;

/** The doors of the candidates: a slot first, then for a channel that is due the right to probe it; without the right the slot goes back. */
export function slotDoors(ask: DoorsAsk, deps: DoorsDeps): SlotDoors<Candidate, Taken> {
  const { slots, tally, metrics } = deps;
  return {
    tryAcquire({ channel }) {
      const reply = slots.tryAcquire(channel.id);
      const take = (answer: TryReply) => {
        if (answer.kind === "granted" && channel.limiter.mode === "queue")
          metrics.slotAwaited(channel.id, "granted", 0);
        return takenAtOnce(answer, channel.id, { ask, deps });
      };
      return reply instanceof Promise ? reply.then(take) : take(reply);
    },
    async acquire({ channel }) {
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
        return await takenAfterWait(reply, channel.id, { ask, deps });
      } finally {
        unsubscribe();
      }
    },
  };
}

type Place = { readonly ask: DoorsAsk; readonly deps: DoorsDeps };

function takenAtOnce(reply: TryReply, channelId: number, place: Place): SlotAnswer<Taken> | Promise<SlotAnswer<Taken>> {
  if (reply.kind === "busy") return reply;
  if (reply.kind === "unavailable") return { kind: reply.kind };
  if (reply.kind !== "granted") return { kind: "skipped" };
  return granted(reply, channelId, place);
}

async function takenAfterWait(reply: AcquireReply, channelId: number, place: Place): Promise<WaitAnswer<Taken>> {
  if (reply.kind === "granted") return granted(reply, channelId, place);
  if (reply.kind === "cancelled") return { kind: "cancelled" };
  return rejectionOf(reply) ?? { kind: "skipped" };
}

type Granted = { readonly kind: "granted"; readonly slot: Taken } | { readonly kind: "skipped" };

function granted(
  { slot, waitedMs, isAlone: alone }: Omit<SlotGrant, "kind">,
  channelId: number,
  { ask, deps }: Place,
): Granted | Promise<Granted> {
  const isAlone = alone === true;
  deps.tally.waited(channelId, waitedMs);
  if (!isDue(channelId, ask)) return { kind: "granted", slot: { slot, probe: null, waitedMs, isAlone } };
  const taken = deps.health.takeProbe(channelId);
  const end = (probe: Probe | null): Granted => {
    if (probe !== null) return { kind: "granted", slot: { slot, probe, waitedMs, isAlone } };
    slot.release();
    return { kind: "skipped" };
  };
  return taken instanceof Promise ? taken.then(end) : end(taken);
}

function isDue(channelId: number, { due }: DoorsAsk): boolean {
  for (const { channel } of due) if (channel.id === channelId) return true;
  return false;
}
