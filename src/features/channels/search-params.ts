import { parseAsString, parseAsStringLiteral } from "nuqs/server";
import type { ProtocolId } from "@/core/vocabulary";
import type { Channel } from "@/operations/channels/channel";
import { CHANNEL_CHOICES } from "@/operations/channels/schema";

/** What the URL of the list of channels says: search, protocol, state, order, open drawer. */
export const channelSearch = {
  q: parseAsString.withDefault(""),
  protocol: parseAsStringLiteral(CHANNEL_CHOICES.protocols),
  state: parseAsStringLiteral(["enabled", "disabled"]),
  /** Empty: in the order in which they are tried. */
  sort: parseAsString.withDefault("live"),
  open: parseAsString,
};

/** The same, as the page reads it. */
export type ChannelSearch = {
  readonly q: string;
  readonly protocol: ProtocolId | null;
  readonly state: "enabled" | "disabled" | null;
};

/** Whether the filters let a channel through; the search looks at name, address and models. */
export function matchesSearch(channel: Channel, { q, protocol, state }: ChannelSearch): boolean {
  if (protocol !== null && !channel.protocols.includes(protocol)) return false;
  if (state !== null && channel.enabled !== (state === "enabled")) return false;
  const words = [channel.name, channel.baseUrl, ...channel.models.flatMap(({ name, upstream }) => [name, upstream])];
  return q === "" || words.some((word) => word.toLowerCase().includes(q.toLowerCase()));
}
