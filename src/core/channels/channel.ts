import type { OnDisconnect, OperationName, ProtocolId } from "../vocabulary";

/** One model that a channel serves: the name clients ask for and the name sent upstream. */
export type ChannelModel = { readonly name: string; readonly upstream: string };

/** Time-outs of one channel in ms (protocols-and-pricing.md T14). */
export type ChannelTimeouts = { readonly connectMs: number; readonly firstByteMs: number; readonly idleMs: number };

/** Extra headers of a channel, applied last (protocols-and-pricing.md 2.2). Names are lower case. */
export type ChannelHeaders = { readonly set: Readonly<Record<string, string>>; readonly remove: readonly string[] };

/** A channel as the request path sees it: credential opened, models indexed. */
export type ChannelSnapshot = {
  readonly id: number;
  readonly name: string;
  readonly protocols: readonly ProtocolId[];
  /** null: every operation of its protocols. */
  readonly operations: readonly OperationName[] | null;
  /** Provider id in the price catalogue; null: found by the host. */
  readonly provider: string | null;
  /** Origin and path without trailing slash and without a trailing `/v1`: `https://api.openai.com`. */
  readonly baseUrl: string;
  /** Plain credential; null when it is missing or cannot be opened, which takes the channel out of the ranking. */
  readonly credential: string | null;
  readonly models: ReadonlyMap<string, ChannelModel>;
  /** Lower is tried first. */
  readonly priority: number;
  /** Share among channels of one priority, at least 1. */
  readonly weight: number;
  /** Cost multiplier in millionths. */
  readonly costMultiplierPpm: number;
  readonly timeouts: ChannelTimeouts;
  readonly headers: ChannelHeaders;
  readonly usageInStream: "auto" | "never";
  readonly inputIncludesCache: boolean;
  /** null: the vendor's default by host. */
  readonly onDisconnect: OnDisconnect | null;
};
