import type { TallyMinute } from "./channel-tally";

/** What one replica saw of its channels lately: minutes in which something happened, by channel. */
export type LiveReport = {
  /** How long ago it was told, ms by the store's clock. */
  readonly ageMs: number;
  readonly minutes: ReadonlyMap<number, readonly TallyMinute[]>;
};

/** Port: the replicas of an installation tell each other what the live board sums (channels-and-rates.md V2). Calls reject when the store does not answer. */
export type LivePeers = {
  /** Tells the others, in place of what this replica told before; it is known for 30 s. */
  tell(minutes: LiveReport["minutes"]): Promise<void>;
  /** The newest report of every other replica that still tells. */
  others(): Promise<readonly LiveReport[]>;
  /** Takes back what was told. */
  close(): Promise<void>;
};
