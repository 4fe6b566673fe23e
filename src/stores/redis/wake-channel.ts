import { Redis } from "ioredis";
import type { RedisClient } from "./client";
import type { PeerListener } from "./peer-channel";

const ANSWER_MS = 2_000;

/**
 * Listens on the channel that scripts tell one replica of its waiters over, on a connection of its own. Not a sharded one on a cluster: scripts
 * publish from the node of their keys, and a plain message reaches the listeners of every node. Returns what closes it.
 */
export function openWakeChannel(
  { client, name }: { readonly client: RedisClient; readonly name: string },
  { onMessage, onError }: PeerListener,
): () => void {
  const listener =
    client instanceof Redis
      ? client.duplicate({ lazyConnect: true, commandTimeout: ANSWER_MS })
      : client.duplicate([], {
          ...{ lazyConnect: true, shardedSubscribers: false },
          redisOptions: { commandTimeout: ANSWER_MS },
        });
  listener.on("error", onError);
  listener.on("message", (_channel: string, text: string) => onMessage(text));
  listener
    .connect()
    .then(() => listener.subscribe(name))
    .catch(onError);
  return () => listener.disconnect();
}
