import type { SlotStanding, SlotStats } from "@/core/channels/channel-slots";
import type { LimiterMode } from "@/core/vocabulary";
import type { CounterPlace } from "./redis-keys";
import { runScript, type Script } from "./run-script";
import type { BookedChannel, SlotBook } from "./slot-book";

/** Where the slots lie and who asks. */
export type SlotPlace = CounterPlace & {
  readonly replica: string;
  /** Leases and tickets that are not renewed expire then. */
  readonly ttlMs: number;
  readonly book: SlotBook;
};

/** What a script answered. */
export type SlotReply = {
  readonly status: string;
  readonly epoch: string;
  readonly value: string;
  readonly standing: SlotStanding;
  /** Slots that the limiter counts. */
  readonly inFlight: number;
  /** Waiters of this replica whose wait is over. */
  readonly ended: readonly EndedWait[];
};

/** A wait that is over: with a slot, or because the channel is gone. */
export type EndedWait = { readonly token: string; readonly isGranted: boolean };

/** Runs one of the scripts of a channel's slots. */
export async function callSlots(
  place: SlotPlace,
  script: Script,
  { channel, args }: { readonly channel: BookedChannel; readonly args: readonly (string | number)[] },
): Promise<SlotReply> {
  const { client, keys, replica, ttlMs, book } = place;
  const { lease, queue, seq, ticket, ticketExpiry, byKey, config, off } = keys.slots(channel.id);
  const { mode, capacity, queueSize, maxWaitingPerKey } = channel.limiter;
  const told = [book.version, mode, capacity ?? "-", queueSize ?? "-", maxWaitingPerKey ?? "-", Number(channel.isOpen)];
  const answer = await runScript(client, script, {
    keys: [lease, queue, seq, ticket, ticketExpiry, byKey, config, off],
    args: [replica, keys.wakes, ttlMs, told.join(" "), channel.id, ...args],
  });
  return readReply(answer, channel.id);
}

function readReply(answer: unknown, channelId: number): SlotReply {
  const [status = "", epoch = "", value = "", waiting, capacity, hold, inFlight, ...ended] = (answer as unknown[]).map(
    String,
  );
  return {
    ...{ status, epoch, value, inFlight: Number(inFlight), ended: ended.map(readEnd) },
    standing: {
      ...{ channelId, waiting: Number(waiting), holdMs: Number(hold) },
      capacity: capacity === undefined || capacity === "" ? null : Number(capacity),
    },
  };
}

function readEnd(text: string): EndedWait {
  return { token: text.slice(1), isGranted: text.startsWith("g") };
}

/** What a wake message says: the channel and the waits that are over. */
export function readWake(text: string): { readonly channelId: number; readonly ended: readonly EndedWait[] } {
  const [channelId, ...ended] = text.split(" ");
  return { channelId: Number(channelId), ended: ended.map(readEnd) };
}

/** Tokens of a JSON list of a reply; Lua writes an empty one as an object. */
export function readTokens(value: string): readonly string[] {
  const tokens: unknown = JSON.parse(value);
  return Array.isArray(tokens) ? tokens : [];
}

/** A row of the figures. */
export function readStats({ value, standing }: SlotReply): SlotStats {
  const [mode, inFlight, queueSize, oldestWaitMs]: [LimiterMode, number, number, number] = JSON.parse(value);
  const { channelId, capacity, waiting, holdMs } = standing;
  return {
    ...{ channelId, mode, inFlight, capacity, waiting, oldestWaitMs, holdMs },
    queueSize: queueSize < 0 ? null : queueSize,
  };
}
