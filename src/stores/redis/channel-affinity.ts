import { createHash } from "node:crypto";
import {
  AFFINITY_MS,
  type ChannelAffinity,
  NO_PREFERENCE,
  RESPONSE_MS,
  type ResponseHome,
} from "@/core/channels/channel-affinity";
import type { Clock } from "@/lib/clock";
import type { CounterPlace } from "./redis-keys";

/** What affinities on Redis work with. */
export type ChannelAffinityOptions = CounterPlace & { readonly clock: Pick<Clock, "monotonic"> };

/** After a failure Redis is left alone for so long, so that a dead one costs one time-out and not one per request. */
const REST_MS = 1_000;

/** Affinities that replicas share: one key for each conversation and each response. A Redis that fails has nothing and takes nothing. */
export function redisChannelAffinity({ client, keys, clock }: ChannelAffinityOptions): ChannelAffinity {
  let restsUntil = 0;
  const attempt = async (work: () => Promise<string | null>): Promise<string | null> => {
    if (clock.monotonic() < restsUntil) return null;
    try {
      return await work();
    } catch {
      restsUntil = clock.monotonic() + REST_MS;
      return null;
    }
  };
  const keep = (key: string, words: readonly (number | string)[], ttlMs: number) =>
    void attempt(() => client.set(key, words.join(" "), "PX", ttlMs));
  return {
    async preferred(conversation) {
      const text = await attempt(() => client.get(keys.conversation(conversation)));
      return text === null ? NO_PREFERENCE : numbersIn(text);
    },
    prefer: (conversation, channels) => keep(keys.conversation(conversation), channels, AFFINITY_MS),
    async homeOf(responseId) {
      const text = await attempt(() => client.get(keys.response(digestOf(responseId))));
      return text === null ? null : homeIn(text);
    },
    keepHome: (responseId, { channelId, userId, model }) =>
      keep(keys.response(digestOf(responseId)), [channelId, userId, model], RESPONSE_MS),
  };
}

/** Clients send these ids, of any length. */
function digestOf(responseId: string): string {
  return createHash("sha256").update(responseId).digest("base64url");
}

function homeIn(text: string): ResponseHome | null {
  const [, channelId, userId, model] = /^(\d+) (\d+) (.+)$/s.exec(text) ?? [];
  return model === undefined ? null : { channelId: Number(channelId), userId: Number(userId), model };
}

function numbersIn(text: string): readonly number[] {
  return text.split(" ").map(Number).filter(Number.isSafeInteger);
}
