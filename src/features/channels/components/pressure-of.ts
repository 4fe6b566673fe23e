import type { LiveChannelRow } from "@/operations/channels/live-channels";

/** Sorts channels, the fullest first: those that wait count beside those that run. Without a limit the load says nothing of its pressure. */
export function pressureOf(row: Pick<LiveChannelRow, "inFlight" | "waiting" | "capacity"> | undefined): number {
  if (row === undefined || row.capacity === null) return 1;
  return -(row.inFlight + row.waiting) / row.capacity;
}
