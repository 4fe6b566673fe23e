import { randomUUID } from "node:crypto";
import type { ChannelNews, ChannelPeers, Probe } from "@/core/channels/channel-peers";
import type { Clock } from "@/lib/clock";
import type { CounterPlace } from "./redis-keys";
import { runScript } from "./run-script";
import { HOLD_PROBE, KEEP_NEWS, LIST_NEWS, TAKE_PROBE } from "./scripts/channel-news.lua";

/** What telling other replicas of channels works with. */
export type ChannelPeersOptions = CounterPlace & {
  readonly clock: Clock;
  /** Redis did not answer; nobody needs to act. */
  onError(error: unknown): void;
};

const POLL_MS = 500;
const PROBE_MS = 30_000;
const BEAT_MS = 10_000;
/** A breaker that is due stays known until it is probed; a cooldown that is over is of no use. */
const KEEP_MS = 3_600_000;

type Told = { readonly from: string; readonly news: Exclude<ChannelNews, { kind: "closed" }> };

/**
 * Keeps how channels stand in one hash, which every replica looks at twice a second: nothing can be missed, and no connection of its own is needed.
 * While Redis does not answer, one request of this process may probe a channel.
 */
export function redisChannelPeers(options: ChannelPeersOptions): ChannelPeers {
  const { client, keys, clock, onError } = options;
  const self = randomUUID();
  const probing = new Set<number>();
  let stop = () => {};
  const keep = async (news: ChannelNews): Promise<void> => {
    const isClosed = news.kind === "closed";
    const told = isClosed ? "" : JSON.stringify({ from: self, news } satisfies Told);
    const args = [nameOf(news), isClosed ? 0 : Math.round(news.forMs), told, news.kind === "tripped" ? "0" : "1"];
    await runScript(client, KEEP_NEWS, { keys: [keys.channelNews], args });
  };
  const endProbe = async (channelId: number, news: ChannelNews | null): Promise<void> => {
    if (news !== null) await keep(news);
    await runScript(client, HOLD_PROBE, { keys: [keys.probe(channelId)], args: [self, 0] });
  };
  return {
    tell: (news) => void keep(news).catch(onError),
    async takeProbe(channelId) {
      if (probing.has(channelId)) return null;
      probing.add(channelId);
      const isOurs = await isTaken(channelId, self, options);
      if (!isOurs) probing.delete(channelId);
      return isOurs ? heldProbe(channelId) : null;
    },
    listen(onNews) {
      const look = lookAt(onNews, self);
      const poll = () => {
        runScript(client, LIST_NEWS, { keys: [keys.channelNews], args: [KEEP_MS] })
          .then((reply) => look(reply as string[]))
          .catch(onError);
        stop = clock.after(POLL_MS, poll);
      };
      poll();
    },
    close: () => stop(),
  };

  function heldProbe(channelId: number): Probe {
    let isEnded = false;
    let cancel = () => {};
    const beat = () => {
      cancel = clock.after(BEAT_MS, () => {
        runScript(client, HOLD_PROBE, { keys: [keys.probe(channelId)], args: [self, PROBE_MS] }).catch(onError);
        beat();
      });
    };
    beat();
    return {
      end(news) {
        if (isEnded) return;
        isEnded = true;
        cancel();
        endProbe(channelId, news)
          .catch(onError)
          .finally(() => probing.delete(channelId));
      },
    };
  }
}

async function isTaken(
  channelId: number,
  self: string,
  { client, keys, onError }: ChannelPeersOptions,
): Promise<boolean> {
  const args = [nameOf({ kind: "closed", channelId }), self, PROBE_MS];
  try {
    return (await runScript(client, TAKE_PROBE, { keys: [keys.channelNews, keys.probe(channelId)], args })) === "1";
  } catch (error) {
    onError(error);
    return true;
  }
}

/** Tells what changed since the last look. */
function lookAt(onNews: (news: ChannelNews) => void, self: string) {
  let seen = new Map<string, string>();
  return (reply: readonly string[]): void => {
    const found = new Map<string, string>();
    for (let at = 0; at + 2 < reply.length; at += 3) {
      const [name = "", leftMs = "0", kept = ""] = reply.slice(at, at + 3);
      found.set(name, kept);
      if (seen.get(name) === kept) continue;
      const { from, news } = JSON.parse(kept.slice(kept.indexOf(" ") + 1)) as Told;
      if (from !== self) onNews({ ...news, forMs: Number(leftMs) });
    }
    for (const [name] of seen)
      if (!found.has(name) && /^\d+$/.test(name)) onNews({ kind: "closed", channelId: Number(name) });
    seen = found;
  };
}

/** One entry for each pair that cools, one for each channel's breaker, one for each test. */
function nameOf(news: ChannelNews): string {
  if (news.kind === "passed") return `passed ${news.channelId}`;
  return news.kind === "cooling" ? `${news.channelId} ${news.model}` : String(news.channelId);
}
