import type { EntryDetail } from "./entry";

/** Members of a detail that are left out when they say nothing. */
const EMPTY: Omit<EntryDetail, "usage" | "tier" | "parts" | "listCostNanoUsd"> = {
  tools: {},
  images: 0,
  characters: 0,
  audioMs: 0,
  reasoning: 0,
  flags: [],
  channelPpm: 1_000_000,
  groupPpm: 1_000_000,
};

/** A detail as the ledger keeps it: without members that say nothing, and without the sum over its parts. Plain JSON. */
export type StoredDetail = Pick<EntryDetail, "tier" | "parts" | "listCostNanoUsd"> &
  Partial<Omit<EntryDetail, "usage">>;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The form that is kept: most calls count input and output and nothing else. */
export function packDetail(detail: EntryDetail): StoredDetail {
  const { tier, parts, listCostNanoUsd } = detail;
  const stored: Writable<StoredDetail> = { tier, parts, listCostNanoUsd };
  if (detail.images > 0) stored.images = detail.images;
  if (detail.characters > 0) stored.characters = detail.characters;
  if (detail.audioMs > 0) stored.audioMs = detail.audioMs;
  if (detail.reasoning > 0) stored.reasoning = detail.reasoning;
  if (detail.flags.length > 0) stored.flags = detail.flags;
  if (detail.channelPpm !== EMPTY.channelPpm) stored.channelPpm = detail.channelPpm;
  if (detail.groupPpm !== EMPTY.groupPpm) stored.groupPpm = detail.groupPpm;
  if (detail.pricingVersion !== undefined) stored.pricingVersion = detail.pricingVersion;
  for (const tool in detail.tools) {
    if ((detail.tools[tool] ?? 0) > 0) stored.tools = detail.tools;
  }
  return stored;
}

/** The whole detail again; its usage is the sum over its parts. */
export function unpackDetail(stored: StoredDetail): EntryDetail {
  const usage: Record<string, number> = {};
  for (const { counts } of stored.parts) {
    for (const [name, count] of Object.entries(counts)) usage[name] = (usage[name] ?? 0) + count;
  }
  return { ...EMPTY, usage, ...stored };
}
