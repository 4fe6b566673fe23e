import type { ChannelSnapshot } from "./channel";

/**
 * The name that a channel sends for a requested model: of the exact name, else of the longest `prefix*`, else of `*`, applied once
 * (channels-and-rates.md C3). Null: the channel does not serve the model.
 */
export function mapModel(
  { models, patterns }: Pick<ChannelSnapshot, "models" | "patterns">,
  model: string,
): string | null {
  const exact = models.get(model);
  if (exact !== undefined) return exact.upstream;
  const pattern = patterns.find(({ name }) => model.startsWith(name.slice(0, -1)));
  if (pattern === undefined) return null;
  return pattern.upstream === pattern.name ? model : pattern.upstream;
}
