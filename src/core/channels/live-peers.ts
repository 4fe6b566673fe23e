import type { HealthFacts } from "./channel-health";
import type { TallyMinute } from "./channel-tally";

/** What one replica saw of a channel lately. Cooldowns and breakers are told apart from it (see `ChannelPeers`). */
export type ChannelReport = {
  /** Minutes in which something happened. */
  readonly minutes: readonly TallyMinute[];
  readonly health: Pick<HealthFacts, "isAuthFailed" | "isProbing" | "recent">;
};

/** What one replica saw of its channels lately. */
export type LiveReport = {
  /** How long ago it was told, ms by the store's clock. */
  readonly ageMs: number;
  /** Those of which there is something to tell. */
  readonly channels: ReadonlyMap<number, ChannelReport>;
};

/** Port: the replicas of an installation tell each other what the live board sums (channels-and-rates.md V2). Calls reject when the store does not answer. */
export type LivePeers = {
  /** Tells the others, in place of what this replica told before; it is known for 30 s. */
  tell(channels: LiveReport["channels"]): Promise<void>;
  /** The newest report of every other replica that still tells. */
  others(): Promise<readonly LiveReport[]>;
  /** Takes back what was told. */
  close(): Promise<void>;
};
