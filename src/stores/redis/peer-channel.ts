import { Redis } from "ioredis";
import type { RedisClient } from "./client";

/** What listens on the channel of the replicas. */
export type PeerListener = { onMessage(text: string): void; onError(error: unknown): void };

/** The channel that every replica of an installation listens to. */
export type PeerChannel = {
  /** Tells all replicas, this one included; returns how many others heard it. */
  tell(text: string): Promise<number>;
  close(): void;
};

const ANSWER_MS = 2_000;

/**
 * Opens the channel on a connection of its own. On a cluster it is a sharded one, which lies on one node like a key does: a node counts only the
 * listeners of its own, and all replicas must be counted.
 */
export function openPeerChannel(
  { client, name }: { readonly client: RedisClient; readonly name: string },
  { onMessage, onError }: PeerListener,
): PeerChannel {
  const isOne = client instanceof Redis;
  const listener = isOne
    ? client.duplicate({ lazyConnect: true, commandTimeout: ANSWER_MS })
    : client.duplicate([], { lazyConnect: true, redisOptions: { commandTimeout: ANSWER_MS } });
  listener.on("error", onError);
  listener.on(isOne ? "message" : "smessage", (_channel: string, text: string) => onMessage(text));
  listener
    .connect()
    .then(() => (isOne ? listener.subscribe(name) : listener.ssubscribe(name)))
    .catch(onError);
  return {
    async tell(text) {
      const heardBy = isOne ? client.publish(name, text) : client.spublish(name, text);
      return Number(await heardBy) - (listener.status === "ready" ? 1 : 0);
    },
    close: () => listener.disconnect(),
  };
}
