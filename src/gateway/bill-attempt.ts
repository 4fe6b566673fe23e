import type { EntryDetail } from "@/core/ledger/entry";
import { countTokens } from "@/core/prices/count-tokens";
import type { EstimateAsk } from "@/core/prices/estimate-call";
import { fitUsage } from "@/core/prices/fit-usage";
import type { Usage } from "@/core/prices/price";
import type { CostSource } from "@/core/vocabulary";
import type { RelayEnd } from "./relay-state";
import { seenUnits, seenUsage } from "./seen-usage";

/** What is charged for an attempt: a usage and where its numbers come from; a null usage costs nothing. */
export type BillableUsage = { readonly usage: Usage | null; readonly source: CostSource };

/** What the attempt was estimated by. */
export type Expected = {
  /** Estimated input of the call, for a reply that never told. */
  readonly inputTokens: number;
  /** null: a fault came before. */
  readonly estimate: EstimateAsk | null;
};

/**
 * The settlement table of quota.md section 6. A complete reply is charged by its usage; a failed one by what the upstream reported, else
 * nothing; any other by what was seen of it (protocols-and-pricing.md T11).
 */
export function billableUsage(
  { charge, reading }: Pick<RelayEnd, "charge" | "reading">,
  { inputTokens, estimate }: Expected,
): BillableUsage {
  const { usage } = reading;
  const units = estimate?.call.units;
  if (charge === "reported") {
    return usage === null || (units !== undefined && !tellsTokens(usage)) ? NOTHING : { usage, source: "upstream" };
  }
  if (usage !== null && reading.isComplete) {
    const fitted = estimate === null ? usage : fitUsage(usage, estimate);
    return { usage: fitted, source: fitted.source };
  }
  const seen =
    units === undefined || estimate === null ? seenUsage(reading, inputTokens) : seenUnits(reading, estimate);
  return { usage: seen, source: "estimated" };
}

const NOTHING: BillableUsage = { usage: null, source: "none" };

/** Images and audio are counted from the request as well, which a failed reply does not confirm. */
function tellsTokens({ counts }: Usage): boolean {
  const { input, output } = countTokens(counts);
  return input + output > 0;
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
