import { addressPrefix } from "@/lib/address-prefix";
import type { Clock } from "@/lib/clock";
import { createLruCache } from "@/lib/lru-cache";
import { countedIn, type SlidingWindow, takeUnits, windowWaitMs } from "@/lib/sliding-window";

/** Unknown keys that one address may try in a minute (reliability-and-security.md SEC40). */
const MAX_PER_MINUTE = 100;
const MINUTE_MS = 60_000;
/** Addresses that are remembered; the one that was silent longest makes room. */
const MAX_ADDRESSES = 10_000;

/** Counts the unknown keys that addresses try, so that nobody can make the database look up guesses without end. Of one replica. */
export type KeyAttempts = {
  /** ms until a key that has to be looked up may be tried from an address again, 1 to 60,000; null: it may be now. */
  waitMs(address: string): number | null;
  /** A key from an address was unknown. */
  count(address: string): void;
};

/**
 * Empty counts. Of IPv6 the first 64 bits count. An address that the host does not tell (empty) is never counted: it would be everyone's.
 * @param maxAddresses bounds the memory
 */
export function createKeyAttempts(clock: Pick<Clock, "monotonic">, maxAddresses = MAX_ADDRESSES): KeyAttempts {
  const windows = createLruCache<SlidingWindow>(maxAddresses);
  const at = (window: SlidingWindow) => ({ window, periodMs: MINUTE_MS, now: clock.monotonic() });
  return {
    waitMs(address) {
      const window = windows.get(addressPrefix(address));
      if (window === undefined || countedIn(at(window)) < MAX_PER_MINUTE) return null;
      return Math.max(1, Math.ceil(windowWaitMs(at(window), MAX_PER_MINUTE)));
    },
    count(address) {
      if (address === "") return;
      const prefix = addressPrefix(address);
      const window = windows.get(prefix) ?? [];
      // Those that were looked up together may be a few more; they wait no longer for that.
      if (countedIn(at(window)) < MAX_PER_MINUTE) windows.set(prefix, takeUnits(at(window)));
    },
  };
}
