/** What a replica learnt of a channel that the others should know; durations in ms from now. */
export type ChannelNews =
  | { readonly kind: "cooling"; readonly channelId: number; readonly model: string; readonly forMs: number }
  | {
      readonly kind: "tripped";
      readonly channelId: number;
      /** Until it is due for a probe; 0: it is. */
      readonly forMs: number;
      readonly openings: number;
      readonly goodProbes: number;
    }
  | { readonly kind: "closed"; readonly channelId: number }
  /** An admin's test of it went well; `forMs`: as long as others may still take its credentials for refused. */
  | { readonly kind: "passed"; readonly channelId: number; readonly forMs: number };

/** The right to probe a channel, which only one request in the whole installation has. */
export type Probe = {
  /** Tells what came of it, then gives the right back; once in effect. `news` null: it told nothing. */
  end(news: ChannelNews | null): void;
};

/**
 * Port: the replicas of an installation tell each other how channels stand (channels-and-rates.md C11, C12). Others hear within 1 s; one that joins
 * or comes back is told what is still true. While the store does not answer, a replica goes by what it sees itself.
 */
export type ChannelPeers = {
  /** Tells the others, not the teller; returns at once and never throws. */
  tell(news: ChannelNews): void;
  /** The right to probe a channel; null: another request has it. It ends by itself some time after its holder died. */
  takeProbe(channelId: number): Probe | null | Promise<Probe | null>;
  /** Hears the others from now on; what is known already is told first. Called once. */
  listen(onNews: (news: ChannelNews) => void): void;
  close(): void;
};
