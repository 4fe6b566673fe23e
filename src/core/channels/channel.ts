import type { OnDisconnect, OperationName, Overflow, ProtocolId } from "../vocabulary";
import type { ChannelBreaker } from "./breaker";
import type { ChannelLimiter } from "./limiter";

/**
 * One model that a channel serves: the name clients ask for, `prefix*` or `*`, and the name sent upstream; both the same: the name is sent
 * as it came (channels-and-rates.md C3).
 */
export type ChannelModel = { readonly name: string; readonly upstream: string };

/** Time-outs of one channel in ms (protocols-and-pricing.md T14). */
export type ChannelTimeouts = { readonly connectMs: number; readonly firstByteMs: number; readonly idleMs: number };

/** Extra headers of a channel, applied last (protocols-and-pricing.md 2.2). Names are lower case. */
export type ChannelHeaders = { readonly set: Readonly<Record<string, string>>; readonly remove: readonly string[] };

/** An opened credential of a channel. */
export type OpenCredential = { readonly id: number; readonly value: string };

/** A channel as the request path sees it: credentials opened, models indexed. */
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
  /** The first of `credentials`; null when there is none, which takes the channel out of the ranking. */
  readonly credential: string | null;
  /** The enabled credentials that could be opened, in the order in which they are used (C2). */
  readonly credentials: readonly OpenCredential[];
  /** Models of exact names. */
  readonly models: ReadonlyMap<string, ChannelModel>;
  /** Models of `prefix*` and `*`, the longest prefix first. */
  readonly patterns: readonly ChannelModel[];
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
  readonly limiter: ChannelLimiter;
  /** null: the setting `channelOverflow`. */
  readonly overflow: Overflow | null;
  readonly breaker: ChannelBreaker;
  /** The upstream's own budget per minute; null: none known. */
  readonly rpm: number | null;
  readonly tpm: number | null;
  /** Ids of the user groups that may use it; empty: everyone (C4). */
  readonly access: ReadonlySet<number>;
};
