import type { Channel } from "@/operations/channels/channel";

type Serving = Pick<Channel, "id" | "enabled" | "models">;

/** Models that no other enabled channel serves: what clients lose when this one goes. */
export function orphanedModels(channel: Serving, all: readonly Serving[]): readonly string[] {
  const others = all.filter(({ id, enabled }) => enabled && id !== channel.id);
  const served = new Set(others.flatMap(({ models }) => models.map(({ name }) => name)));
  return channel.models.map(({ name }) => name).filter((name) => !served.has(name));
}
