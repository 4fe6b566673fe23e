import type { Clock } from "@/lib/clock";
import { createLruCache } from "@/lib/lru-cache";
import { AppError } from "../errors";
import { type ChannelAffinity, RESPONSE_MS, type ResponseHome } from "./channel-affinity";

/*
 * Homes of stored responses that last (protocols-and-pricing.md N5). Whose a response is decides who may read it, so a home must not be lost with
 * the memory of a process or with a Redis: it is kept in the database, too. This process knows it at once, other replicas from the write on, be it
 * in the affinity that they share or in the database. What cannot be written is tried again until it can. What cannot be read is refused: an
 * unknown id binds nobody, so not to know must not look like it.
 */

/** A home with its response and the instant from which it counts, epoch ms. */
export type KeptHome = { readonly responseId: string; readonly home: ResponseHome; readonly at: number };

/** Port: see its methods. Throws database_unavailable. */
export type ResponseHomeStore = {
  /** Keeps homes of different responses; of one that is known, the new home counts. */
  keep(homes: readonly KeptHome[]): Promise<void>;
  /** Null: unknown, or kept before `since`, epoch ms. */
  find(responseId: string, since: number): Promise<ResponseHome | null>;
  /** Forgets what was kept before an instant, epoch ms; at most `limit` of it. Returns how many. */
  forget(before: number, limit: number): Promise<number>;
};

/** What lasting homes work with. */
export type LastingHomesAsk = {
  readonly store: Pick<ResponseHomeStore, "keep" | "find">;
  /** What is asked first, and where conversations are. */
  readonly affinity: ChannelAffinity;
  readonly clock: Pick<Clock, "now" | "after">;
  /** A write failed and will be tried again; `waiting` homes are not in the database. */
  onFault(error: unknown, waiting: number): void;
};

/** Affinities whose homes last. */
export type LastingHomes = ChannelAffinity & {
  /** Resolves when everything is written, or after `ms`; returns how many homes are not. */
  flush(ms: number): Promise<number>;
};

const MAX_RECENT = 20_000;
const MAX_BATCH = 500;
const RETRY_MS = 1_000;
/** While the database is away for long, the oldest make room: a process must not grow without end. */
const MAX_WAITING = 200_000;

/** See the head of the file. */
export function lastingHomes({ store, affinity, clock, onFault }: LastingHomesAsk): LastingHomes {
  const recent = createLruCache<KeptHome>(MAX_RECENT);
  const waiting = new Map<string, KeptHome>();
  let writing: Promise<void> | null = null;

  const writeBatch = async () => {
    const batch: KeptHome[] = [];
    for (const kept of waiting.values()) {
      if (batch.length === MAX_BATCH) break;
      batch.push(kept);
    }
    await store.keep(batch);
    // One that was kept anew meanwhile is still to be written.
    for (const kept of batch) if (waiting.get(kept.responseId) === kept) waiting.delete(kept.responseId);
  };
  const writeAll = async () => {
    while (waiting.size > 0) {
      try {
        await writeBatch();
      } catch (error) {
        onFault(error, waiting.size);
        await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve));
      }
    }
    writing = null;
  };
  const stored = async (responseId: string): Promise<ResponseHome | null> => {
    try {
      const home = await store.find(responseId, clock.now() - RESPONSE_MS);
      return home;
    } catch (cause) {
      throw new AppError("auth_unavailable", { reason: "response_homes" }, { cause });
    }
  };
  return {
    preferred: affinity.preferred,
    prefer: affinity.prefer,
    async homeOf(responseId) {
      const known = waiting.get(responseId) ?? recent.get(responseId);
      if (known !== undefined && known.at > clock.now() - RESPONSE_MS) return known.home;
      return (await affinity.homeOf(responseId)) ?? stored(responseId);
    },
    keepHome(responseId, home) {
      const kept = { responseId, home, at: clock.now() };
      recent.set(responseId, kept);
      affinity.keepHome(responseId, home);
      const [oldest] = waiting.size < MAX_WAITING ? [] : waiting.keys();
      if (oldest !== undefined) waiting.delete(oldest);
      waiting.set(responseId, kept);
      writing ??= writeAll();
    },
    async flush(ms) {
      if (writing === null) return 0;
      let cancel = () => {};
      await Promise.race([writing, new Promise<void>((resolve) => (cancel = clock.after(ms, resolve)))]);
      cancel();
      return waiting.size;
    },
  };
}
