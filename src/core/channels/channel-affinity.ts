import { createHash } from "node:crypto";
import type { Soon } from "./channel-slots";

/*
 * Which channel a conversation goes to (channels-and-rates.md S4). It prefers the channel that served it last, for an hour after each turn: only an
 * order within a priority, so what is lost here costs a warm cache and nothing else. A stored response binds: whoever goes on from it, or asks
 * for it, goes to the channel that has it, for 30 days. While a store of these does not answer, nothing is known and nothing is kept; homes last
 * in another one beside it (lasting-homes.ts), because an id that nobody knows binds nobody.
 */

/**
 * Channels that a conversation prefers, the best first: the one that served it last, the one that stands in while that is at capacity, and
 * those that served its other models.
 */
export type PreferredChannels = readonly number[];

/** Where a stored response is, whose key made it (protocols-and-pricing.md N5), and the model that was asked for. */
export type ResponseHome = { readonly channelId: number; readonly userId: number; readonly model: string };

/** See the head of the file. */
export type ChannelAffinity = {
  /** Of a conversation of `conversationName`; none are known: empty. Never rejects. */
  preferred(conversation: string): Soon<PreferredChannels>;
  /** From now on these, for an hour. Returns at once and never throws. */
  prefer(conversation: string, channels: PreferredChannels): void;
  /** Null: unknown, or longer ago than 30 days. Rejects with auth_unavailable where homes last and cannot be read. */
  homeOf(responseId: string): Soon<ResponseHome | null>;
  /** Returns at once and never throws; known to `homeOf` of this process from then on. */
  keepHome(responseId: string, home: ResponseHome): void;
};

/** How long a conversation prefers a channel after a turn, and a response binds, ms. */
export const AFFINITY_MS = 3_600_000;
export const RESPONSE_MS = 30 * 86_400_000;

/** Nothing is preferred. */
export const NO_PREFERENCE: PreferredChannels = [];

/** More are not kept: the ones that served longest ago are forgotten. */
const MOST_PREFERRED = 4;

/**
 * The name under which a conversation is kept: a digest, because clients write names and mail addresses into these fields. Two keys never share
 * one. The model is no part of it: who goes on with another one stays where the conversation is, if that channel serves it.
 */
export function conversationName({ keyId, text }: { keyId: number; text: string }): string {
  return createHash("sha256").update(`${keyId}\n${text}`).digest("base64url").slice(0, 22);
}

/** One turn: who served it, and whether a channel serves its model at all, and had no slot though it was asked before. */
export type ServedTurn = {
  readonly servedBy: number;
  serves(channelId: number): boolean;
  wasFull(channelId: number): boolean;
};

/**
 * What a turn makes of the preference. The best channel that serves its model stays the best when it was full, so that the conversation goes
 * back to it; channels that do not serve it keep their place behind, for turns of other models.
 */
export function preferenceAfter(
  known: PreferredChannels,
  { servedBy, serves, wasFull }: ServedTurn,
): PreferredChannels {
  const best = known.find(serves);
  const own = best !== undefined && best !== servedBy && wasFull(best) ? [best, servedBy] : [servedBy];
  return [...own, ...known.filter((id) => !serves(id) && id !== servedBy)].slice(0, MOST_PREFERRED);
}
