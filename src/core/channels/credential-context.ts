/**
 * The associated data that binds a sealed credential to its channel and its place in the channel's list (channels-and-rates.md C1). That of
 * credential 1 is what a channel's only credential has always been sealed under.
 */
export function credentialContext(channelId: number, credentialId: number): string {
  return credentialId === 1 ? `channel:${channelId}` : `channel:${channelId}:${credentialId}`;
}
