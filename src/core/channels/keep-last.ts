import type { Clock } from "@/lib/clock";
import type { LiveReading } from "./live-feed";

/** A reading that never rejects: when the store does not answer, the last rows that were known, marked as stale, and never zeros (channels-and-rates.md V2). */
export function keepLast(read: () => Promise<LiveReading>, clock: Pick<Clock, "now">): () => Promise<LiveReading> {
  let last: LiveReading = { asOf: clock.now(), stale: true, source: "shared", rows: [] };
  return async () => {
    try {
      last = await read();
      return last;
    } catch {
      return { ...last, stale: true };
    }
  };
}
