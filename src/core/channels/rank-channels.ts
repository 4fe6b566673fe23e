/** What ranking looks at: the lower priority number comes first, the weight is the share inside one priority. */
export type Rankable = { readonly priority: number; readonly weight: number };

/**
 * The order in which channels are tried: priority ascending, inside one priority drawn without replacement with chances
 * proportional to the weights.
 * @param random a number in [0, 1), called once per draw that has a choice
 */
export function rankChannels<C extends Rankable>(channels: readonly C[], random: () => number): readonly C[] {
  if (channels.length < 2) return channels;
  const ordered = [...channels].sort((a, b) => a.priority - b.priority);
  let start = 0;
  while (start < ordered.length) {
    const end = endOfPriority(ordered, start);
    for (let next = start; next < end - 1; next++) {
      const drawn = draw(ordered, { from: next, to: end }, random());
      const [channel] = ordered.splice(drawn, 1);
      if (channel !== undefined) ordered.splice(next, 0, channel);
    }
    start = end;
  }
  return ordered;
}

function endOfPriority(ordered: readonly Rankable[], start: number): number {
  const priority = ordered[start]?.priority;
  let end = start + 1;
  while (end < ordered.length && ordered[end]?.priority === priority) end++;
  return end;
}

function draw(ordered: readonly Rankable[], range: { from: number; to: number }, chance: number): number {
  const group = ordered.slice(range.from, range.to);
  let mark = chance * group.reduce((sum, channel) => sum + channel.weight, 0);
  const index = group.findIndex((channel) => {
    mark -= channel.weight;
    return mark < 0;
  });
  return index === -1 ? range.to - 1 : range.from + index;
}
