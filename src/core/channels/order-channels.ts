import type { ChannelSnapshot } from "./channel";

/** A channel that may serve a request. The lower priority number comes first; the weight is the share inside one priority, 0: none. */
export type Rankable = { readonly channel: Pick<ChannelSnapshot, "id" | "priority" | "weight"> };

/** How a channel stands for the order: its score (null: full) and whether a slot is free now. */
export type RankStanding = { readonly score: number | null; readonly isFree: boolean };

/** How a channel stands that nothing limits. */
export const ALWAYS_FREE: RankStanding = { score: 100, isFree: true };

/** What an order is made by. */
export type OrderAsk<C> = {
  standingOf(candidate: C): RankStanding;
  /** Ids of the channels that the conversation prefers, the best first (channels-and-rates.md S4). */
  readonly preferred: readonly number[];
  /** A number in [0, 1), called once per draw that has a choice. */
  random(): number;
};

/** A candidate with how it stood when the order was made. */
type Ranked<C> = RankStanding & { readonly candidate: C; readonly id: number; readonly weight: number };

/**
 * The order in which channels are tried (channels-and-rates.md S3): by priority; inside one priority the channels of the conversation that
 * have a free slot, then those with a free slot, drawn without replacement with chances proportional to weight x score, then the busy ones by
 * score, weight and id. What is full comes last: only its limiter may refuse (C17). Weight 0 is left out. Pure but for `random`.
 */
export function orderChannels<C extends Rankable>(candidates: readonly C[], ask: OrderAsk<C>): readonly C[] {
  const weighted = candidates.some(hasNoWeight)
    ? candidates.filter((candidate) => !hasNoWeight(candidate))
    : candidates;
  if (weighted.length < 2) return weighted;
  const sorted = [...weighted].sort((a, b) => a.channel.priority - b.channel.priority);
  const ordered: C[] = [];
  for (let start = 0; start < sorted.length; ) {
    const priority = sorted[start]?.channel.priority;
    let end = start + 1;
    while (end < sorted.length && sorted[end]?.channel.priority === priority) end++;
    if (end === start + 1) ordered.push(...sorted.slice(start, end));
    else ordered.push(...orderGroup(sorted.slice(start, end), ask));
    start = end;
  }
  return ordered;
}

function hasNoWeight({ channel }: Rankable): boolean {
  return channel.weight === 0;
}

function orderGroup<C extends Rankable>(group: readonly C[], { standingOf, preferred, random }: OrderAsk<C>): C[] {
  const free: Ranked<C>[] = [];
  const busy: Ranked<C>[] = [];
  const ordered: C[] = [];
  const liked = new Map<number, C>();
  for (const candidate of group) {
    const { id, weight } = candidate.channel;
    const ranked = { ...standingOf(candidate), candidate, id, weight };
    if (!ranked.isFree) busy.push(ranked);
    else if (preferred.includes(id)) liked.set(id, candidate);
    else free.push(ranked);
  }
  for (const id of preferred) {
    const candidate = liked.get(id);
    if (candidate !== undefined) ordered.push(candidate);
  }
  while (free.length > 1) ordered.push(...free.splice(draw(free, random()), 1).map(({ candidate }) => candidate));
  busy.sort((a, b) => (b.score ?? -1) - (a.score ?? -1) || b.weight - a.weight || a.id - b.id);
  return [...ordered, ...free.map(({ candidate }) => candidate), ...busy.map(({ candidate }) => candidate)];
}

function draw<C>(ranked: readonly Ranked<C>[], chance: number): number {
  const share = ({ weight, score }: Ranked<C>) => weight * (score ?? 0);
  let mark = chance * ranked.reduce((sum, each) => sum + share(each), 0);
  const index = ranked.findIndex((each) => {
    mark -= share(each);
    return mark < 0;
  });
  return index === -1 ? ranked.length - 1 : index;
}
