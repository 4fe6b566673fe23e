import type { OpenHold } from "./quota-store";

/** Port: the other replicas on the same counters. */
export type HoldPeers = {
  /**
   * Asks every live replica for its holds of a user, for 1 s at most, and tells it that the user's counters are rebuilt now. `answered` names
   * those that did: what the store recorded for any other must stand in.
   */
  collect(userId: number): Promise<{ readonly holds: readonly OpenHold[]; readonly answered: readonly string[] }>;
};

/** There are no others: counters in this process' memory. */
export const NO_PEERS: HoldPeers = { collect: async () => ({ holds: [], answered: [] }) };
