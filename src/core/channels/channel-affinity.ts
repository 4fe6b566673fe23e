import { createHash } from "node:crypto";
import type { Soon } from "./channel-slots";

/*
 * Which channel a conversation goes to (channels-and-rates.md S4). It prefers the channel that served it last, for an hour after each turn: only an
 * order within a priority, so what is lost here costs a warm cache and nothing else. A stored response binds: whoever goes on from it goes to the
 * channel that has it, for 30 days. While the store does not answer, nothing is known and nothing is kept.
 */

/** Channels that a conversation prefers, the best first: the one that serves it, and the one that stands in while that is at capacity. */
export type PreferredChannels = readonly number[];

/** Where a stored response is, and whose key made it (protocols-and-pricing.md N5). */
export type ResponseHome = { readonly channelId: number; readonly userId: number };

/** See the head of the file. */
export type ChannelAffinity = {
  /** Of a conversation of `conversationName`; none are known: empty. Never rejects. */
  preferred(conversation: string): Soon<PreferredChannels>;
  /** From now on these, for an hour. Returns at once and never throws. */
  prefer(conversation: string, channels: PreferredChannels): void;
  /** Null: unknown, or longer ago than 30 days. Never rejects. */
  homeOf(responseId: string): Soon<ResponseHome | null>;
  /** Returns at once and never throws. */
  keepHome(responseId: string, home: ResponseHome): void;
};

/** How long a conversation prefers a channel after a turn, and a response binds, ms. */
export const AFFINITY_MS = 3_600_000;
export const RESPONSE_MS = 30 * 86_400_000;

/** Nothing is preferred. */
export const NO_PREFERENCE: PreferredChannels = [];

/**
 * The name under which a conversation is kept: a digest, because clients write names and mail addresses into these fields. Two keys never share
 * one; nor do two models, whose channels and caches are their own.
 */
export function conversationName({ keyId, model, text }: { keyId: number; model: string; text: string }): string {
  return createHash("sha256").update(`${keyId}\n${model}\n${text}`).digest("base64url").slice(0, 22);
}

/** What a turn makes of the preference. `isSpilled`: the best one was asked before and had no slot, so the conversation goes back to it. */
export function preferenceAfter(known: PreferredChannels, servedBy: number, isSpilled: boolean): PreferredChannels {
  const [best] = known;
  return isSpilled && best !== undefined && best !== servedBy ? [best, servedBy] : [servedBy];
}
