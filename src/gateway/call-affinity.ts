import {
  conversationName,
  NO_PREFERENCE,
  type PreferredChannels,
  preferenceAfter,
} from "@/core/channels/channel-affinity";
import type { Admitted } from "./admit";
import type { Exchange } from "./exchange";
import type { GatewayDeps } from "./gateway-deps";
import type { Candidate } from "./resolve-target";

/** The conversation of a call, and the channels that it prefers (channels-and-rates.md S4). */
export type CallAffinity = { readonly conversation: string; readonly preferred: PreferredChannels };

type Deps = Pick<GatewayDeps, "affinity">;

/** Null: the call names no conversation, or there is but one channel for all models. Answers without a promise where the store does. */
export function affinityOf(
  { call, caller, target }: Admitted,
  { request }: Exchange,
  { affinity }: Deps,
): CallAffinity | null | Promise<CallAffinity> {
  if (target.config.channels.length < 2) return null;
  const text = request.headers["x-session-id"] || call.conversation;
  if (text === null) return null;
  const conversation = conversationName({ keyId: caller.keyId, text });
  const preferred = affinity.preferred(conversation);
  if (!(preferred instanceof Promise)) return { conversation, preferred };
  return preferred.then((known) => ({ conversation, preferred: known }));
}

/** The channels that a choice prefers. */
export function preferredBy(affinity: CallAffinity | null): PreferredChannels {
  return affinity?.preferred ?? NO_PREFERENCE;
}

/** A turn: who served it, who might have, and all that serve its model. */
export type Turn = {
  readonly servedBy: Candidate;
  readonly mightHave: readonly Candidate[];
  readonly candidates: readonly Candidate[];
};

/** Keeps who served a turn. The preferred channel stays the best when it might have served at no worse priority: it had no slot. */
export function keepTurn(known: CallAffinity, { servedBy, mightHave, candidates }: Turn, { affinity }: Deps): void {
  const { id: servedById, priority } = servedBy.channel;
  const preferred = preferenceAfter(known.preferred, {
    servedBy: servedById,
    serves: (id) => candidates.some(({ channel }) => channel.id === id),
    wasFull: (id) => mightHave.some(({ channel }) => channel.id === id && channel.priority <= priority),
  });
  affinity.prefer(known.conversation, preferred);
}
