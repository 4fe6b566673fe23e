import type { EntryDetail } from "@/core/ledger/entry";
import type { Usage } from "@/core/prices/price";
import type { CostSource } from "@/core/vocabulary";
import type { RelayEnd } from "./relay-state";
import { seenUsage } from "./seen-usage";

/** What is charged for an attempt: a usage and where its numbers come from; a null usage costs nothing. */
export type BillableUsage = { readonly usage: Usage | null; readonly source: CostSource };

/**
 * The settlement table of quota.md section 6. A complete reply is charged by its usage; a failed one by what the upstream reported, else
 * nothing; any other by what was seen of it (protocols-and-pricing.md T11).
 * @param inputTokens estimated input of the call, for a reply that never told
 */
export function billableUsage(end: Pick<RelayEnd, "charge" | "reading">, inputTokens: number): BillableUsage {
  const { usage } = end.reading;
  if (end.charge === "reported") {
    return usage === null ? { usage: null, source: "none" } : { usage, source: "upstream" };
  }
  if (usage !== null && end.reading.isComplete) return { usage, source: usage.source };
  return { usage: seenUsage(end.reading, inputTokens), source: "estimated" };
}

/** The detail of an entry that costs nothing because nothing was counted. */
export function freeDetail(channelPpm: number, groupPpm: number): EntryDetail {
  return {
    usage: {},
    tools: {},
    images: 0,
    characters: 0,
    audioMs: 0,
    reasoning: 0,
    tier: "standard",
    flags: [],
    parts: [],
    channelPpm,
    groupPpm,
    listCostNanoUsd: 0,
  };
}
