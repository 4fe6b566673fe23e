import {
  AFFINITY_MS,
  type ChannelAffinity,
  NO_PREFERENCE,
  RESPONSE_MS,
  type ResponseHome,
} from "@/core/channels/channel-affinity";
import type { Clock } from "@/lib/clock";
import { createLruCache } from "@/lib/lru-cache";

const MAX_CONVERSATIONS = 50_000;
const MAX_RESPONSES = 100_000;

/** Affinities in this process' memory; the ones used longest ago make room. */
export function memoryChannelAffinity({ monotonic }: Pick<Clock, "monotonic">): ChannelAffinity {
  const preferences = expiring<readonly number[]>(MAX_CONVERSATIONS, AFFINITY_MS, monotonic);
  const homes = expiring<ResponseHome>(MAX_RESPONSES, RESPONSE_MS, monotonic);
  return {
    preferred: (conversation) => preferences.get(conversation) ?? NO_PREFERENCE,
    prefer: preferences.set,
    homeOf: homes.get,
    keepHome: homes.set,
  };
}

function expiring<Value>(maxEntries: number, ttlMs: number, monotonic: () => number) {
  const entries = createLruCache<{ readonly value: Value; readonly until: number }>(maxEntries);
  return {
    get(key: string): Value | null {
      const entry = entries.get(key);
      return entry === undefined || entry.until <= monotonic() ? null : entry.value;
    },
    set: (key: string, value: Value) => entries.set(key, { value, until: monotonic() + ttlMs }),
  };
}
