import type { Channel } from "@/operations/channels/channel";

type Serving = Pick<Channel, "id" | "enabled" | "models">;

/** Models that no other enabled channel serves: what clients lose when this one goes. */
export function orphanedModels(channel: Serving, all: readonly Serving[]): readonly string[] {
  const others = all.filter(({ id, enabled }) => enabled && id !== channel.id);
  const served = others.flatMap(({ models }) => models.map(({ name }) => name));
  const covers = (name: string, by: string) => name === by || (by.endsWith("*") && name.startsWith(by.slice(0, -1)));
  return channel.models.map(({ name }) => name).filter((name) => !served.some((by) => covers(name, by)));
}
