import type { ChannelNews, ChannelPeers } from "@/core/channels/channel-peers";
import type { Clock } from "@/lib/clock";

/** Replicas in one process, as a test needs them; a process alone has one. */
export type ChannelPeersHub = { join(): ChannelPeers };

type Kept = { readonly news: Extract<ChannelNews, { kind: "cooling" | "tripped" }>; readonly until: number };

/** How channels stand, in this process' memory: who holds a right to probe, and what a replica that joins must know. */
export function memoryChannelPeers(clock: Clock): ChannelPeersHub {
  const listeners = new Map<ChannelPeers, (news: ChannelNews) => void>();
  const kept = new Map<string, Kept>();
  const probing = new Set<number>();
  const keep = (news: ChannelNews) => {
    if (news.kind === "passed") return; // one that joins takes no credential for refused
    if (news.kind === "closed") return void kept.delete(nameOf(news));
    const until = clock.monotonic() + news.forMs;
    const known = kept.get(nameOf(news));
    if (news.kind === "cooling" && known !== undefined && known.until >= until) return;
    kept.set(nameOf(news), { news, until });
  };
  const isTripped = (channelId: number) =>
    (kept.get(nameOf({ kind: "closed", channelId }))?.until ?? 0) > clock.monotonic();
  return {
    join() {
      const peers: ChannelPeers = {
        tell(news) {
          keep(news);
          for (const [peer, listener] of listeners) if (peer !== peers) listener(news);
        },
        takeProbe(channelId) {
          if (probing.has(channelId) || isTripped(channelId)) return null;
          probing.add(channelId);
          let isEnded = false;
          return {
            end(news) {
              if (isEnded) return;
              isEnded = true;
              if (news !== null) peers.tell(news);
              probing.delete(channelId);
            },
          };
        },
        listen(onNews) {
          listeners.set(peers, onNews);
          const now = clock.monotonic();
          for (const { news, until } of kept.values())
            if (until > now || news.kind === "tripped") onNews({ ...news, forMs: Math.max(0, until - now) });
        },
        close: () => void listeners.delete(peers),
      };
      return peers;
    },
  };
}

/** One entry for each pair that cools, one for each channel's breaker. */
function nameOf(news: ChannelNews): string {
  return news.kind === "cooling" ? `${news.channelId} ${news.model}` : String(news.channelId);
}
