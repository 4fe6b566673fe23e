import type { BoostRow } from "./limit";

/** States of a boost. */
export const BOOST_STATES = ["scheduled", "active", "ended"] as const;
/** How a boost stands at an instant. */
export type BoostState = (typeof BOOST_STATES)[number];

/** How a boost stands at an instant (epoch ms): in force from `validFrom` until before the earlier of its two ends (quota.md Q9). */
export function boostStateAt(boost: Pick<BoostRow, "validFrom" | "validTo" | "endedAt">, at: number): BoostState {
  if (at >= Math.min(boost.validTo, boost.endedAt ?? boost.validTo)) return "ended";
  return at < boost.validFrom ? "scheduled" : "active";
}
