import type { OpenHold } from "./quota-store";

/** Port: the other replicas on the same counters. */
export type HoldPeers = {
  /**
   * Asks every live replica for its holds of a user, for 1 s at most, and tells it that the user's counters are rebuilt now. `silent`: one that should have answered
   * did not.
   */
  collect(userId: number): Promise<{ readonly holds: readonly OpenHold[]; readonly silent: boolean }>;
};

/** There are no others: counters in this process' memory. */
export const NO_PEERS: HoldPeers = { collect: async () => ({ holds: [], silent: false }) };
