import type { SharedSnapshots } from "@/core/auth-snapshot";
import { readSnapshotText, SNAPSHOT_SCHEMA, snapshotText } from "@/core/snapshot-text";
import type { Clock } from "@/lib/clock";
import type { CounterPlace } from "./redis-keys";
import { runScript } from "./run-script";
import { READ_SNAPSHOT, SHARE_SNAPSHOT } from "./scripts/share-snapshot.lua";

/** What shared snapshots work with. `random`: a number in [0, 1), for the jitter. */
export type SharedSnapshotsDeps = CounterPlace & {
  readonly clock: Pick<Clock, "monotonic">;
  readonly random: () => number;
  readonly ttlMs?: number;
};

/** After a failure Redis is left alone for so long, so that a dead one costs one time-out and not one per look-up. */
const REST_MS = 1_000;
const TTL_MS = 300_000;
const DUE = 0.2;

/**
 * Snapshots that replicas share over Redis (channels-and-rates.md A2, A7): 300 s +-10 %, under the hash of their schema, so that two releases
 * never read each other's. A Redis that fails has nothing and takes nothing.
 */
export function sharedSnapshots({ client, keys, clock, random, ttlMs = TTL_MS }: SharedSnapshotsDeps): SharedSnapshots {
  let restsUntil = 0;
  const attempt = async <T>(work: () => Promise<T>): Promise<T | null> => {
    if (clock.monotonic() < restsUntil) return null;
    try {
      return await work();
    } catch {
      restsUntil = clock.monotonic() + REST_MS;
      return null;
    }
  };
  const keyOf = (digest: string) => keys.snapshot(SNAPSHOT_SCHEMA, digest);
  return {
    async read(digest) {
      const reply = await attempt(() => runScript(client, READ_SNAPSHOT, { keys: [keyOf(digest)], args: [] }));
      if (!Array.isArray(reply)) return null;
      const [text, life, left] = reply as readonly unknown[];
      const snapshot = readSnapshotText(String(text));
      return snapshot === null ? null : { snapshot, isDue: Number(left) < DUE * Number(life) };
    },
    write(digest, snapshot) {
      const life = Math.round(ttlMs * (0.9 + 0.2 * random()));
      const args = [snapshot.version, snapshotText(snapshot), life];
      void attempt(() => runScript(client, SHARE_SNAPSHOT, { keys: [keyOf(digest)], args }));
    },
  };
}
