import type { ChannelSnapshot } from "./channel";

/** Ids of the groups that a user is in. */
export type InGroups = readonly { readonly id: number }[];

/** True when the channel is for everyone or for a group of the user (channels-and-rates.md C4). */
export function isVisible({ access }: Pick<ChannelSnapshot, "access">, groups: InGroups): boolean {
  return access.size === 0 || groups.some(({ id }) => access.has(id));
}

/** The channels that a user sees; the list itself when that is all of them. */
export function visibleChannels(channels: readonly ChannelSnapshot[], groups: InGroups): readonly ChannelSnapshot[] {
  return channels.every((channel) => isVisible(channel, groups))
    ? channels
    : channels.filter((channel) => isVisible(channel, groups));
}
