import type { ChannelSnapshot } from "@/core/channels/channel";
import type { OnDisconnect } from "@/core/vocabulary";

/** Vendors that stop billing when the connection ends (protocols-and-pricing.md T13): hosts, or endings of hosts. */
const STOPS_BILLING = [
  "api.openai.com",
  "api.anthropic.com",
  "api.deepseek.com",
  "api.x.ai",
  ".openai.azure.com",
  ".services.ai.azure.com",
];

/**
 * What happens to the upstream call when the client leaves: the channel's word, else the vendor's default by host.
 * A reply that is not streamed is billed in full, so it is always read to its end (quota.md section 6).
 */
export function disconnectPolicy(
  channel: Pick<ChannelSnapshot, "baseUrl" | "onDisconnect">,
  isStream: boolean,
): OnDisconnect {
  if (!isStream) return "drain";
  if (channel.onDisconnect !== null) return channel.onDisconnect;
  const host = URL.parse(channel.baseUrl)?.hostname ?? "";
  const stops = STOPS_BILLING.some((name) => (name.startsWith(".") ? host.endsWith(name) : host === name));
  return stops ? "abort" : "drain";
}
