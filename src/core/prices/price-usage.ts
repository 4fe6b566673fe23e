import type { NanoUsd } from "@/lib/money";
import type { CostDetail, CostPart } from "../vocabulary";
import { NO_UNITS } from "./call-units";
import { countTokens } from "./count-tokens";
import type { PriceRow, Usage } from "./price";
import { costsOf } from "./recompute";
import { resolveComponent } from "./resolve-component";
import { resolveImage } from "./resolve-image";
import { selectPriceRow } from "./select-price-row";

/*
 * Prices one usage (protocols-and-pricing.md 7.1). Pure and exact: unit prices are integer pico-USD, one rounding half up per attempt.
 * The whole request, or a further part of it, is priced from one row. The detail it returns is the snapshot kept in the ledger:
 * later price edits cannot change what was charged. Flags: `unpriced` no row at all, cost 0 · `tier_price_missing` the standard row stood
 * in for the tier · `price_fallback` another component stood in · `component_missing` not even that · `tool_unpriced` ·
 * `secondary_unpriced` a part on a model without price, charged as the requested model · `cost_capped` beyond 2^53-1 nano-USD.
 */

/** What is priced and by what. */
export type PriceAsk = {
  readonly usage: Usage;
  /** The model that is billed. */
  readonly model: string;
  /** Candidate rows of a model on the channel; empty: unpriced. */
  readonly rows: (model: string) => readonly PriceRow[];
  /** Instant of admission, epoch ms. */
  readonly at: number;
  /** Service tier that the call was admitted with: its row prices a reply of another tier where neither that nor `standard` has one. Absent: none. */
  readonly askedTier?: string;
  /** Multipliers in millionths, integers from 0. */
  readonly channelPpm: number;
  readonly groupPpm: number;
  /** Config version that the rows are of. */
  readonly pricingVersion?: number;
};

/** Cost after and before multipliers, and what `recompute` needs to find them again. */
export type PricedUsage = {
  readonly costNanoUsd: NanoUsd;
  readonly listCostNanoUsd: NanoUsd;
  readonly detail: CostDetail;
};

type Counts = Readonly<Record<string, number | undefined>>;

/** Prices a usage. Never throws for counts in normal form. */
export function priceUsage(ask: PriceAsk): PricedUsage {
  const { usage } = ask;
  const flags = [...usage.flags];
  const rows = ask.rows(ask.model);
  const own = pricePart({ model: ask.model, counts: usage.counts, rows }, ask, flags);
  const parts = [{ ...own.part, components: withOwnComponents(own, usage, flags) }];
  let total = own.part.counts;
  for (const part of usage.parts) {
    const priced = pricePart(partAsk(part, ask, flags), ask, flags).part;
    parts.push(priced);
    total = addCounts(total, priced.counts);
  }
  const counted = {
    usage: total,
    tools: usage.tools,
    images: usage.images,
    characters: usage.characters,
    audioMs: usage.audioMs,
    reasoning: usage.reasoning,
    tier: usage.tier,
    parts,
    channelPpm: ask.channelPpm,
    groupPpm: ask.groupPpm,
    ...(ask.pricingVersion === undefined ? {} : { pricingVersion: ask.pricingVersion }),
  };
  const { cost, listCost, isCapped } = costsOf(counted);
  if (isCapped) flag(flags, "cost_capped");
  const detail: CostDetail = { ...counted, flags, listCostNanoUsd: listCost };
  return { costNanoUsd: cost, listCostNanoUsd: listCost, detail };
}

type PartAsk = { readonly model: string; readonly counts: Counts; readonly rows: readonly PriceRow[] };

/** A further part: at the price of its own model, else of the requested one. */
function partAsk(part: Usage["parts"][number], ask: PriceAsk, flags: string[]): PartAsk {
  const { counts } = part;
  if (part.model !== null && part.model !== ask.model) {
    const rows = ask.rows(part.model);
    if (rowFor({ model: part.model, counts, rows }, ask) !== null) return { model: part.model, counts, rows };
    flag(flags, "secondary_unpriced");
  }
  return { model: ask.model, counts, rows: ask.rows(ask.model) };
}

function rowFor({ counts, rows }: PartAsk, { at, usage, askedTier = usage.tier }: PriceAsk): PriceRow | null {
  const inputTotal = countTokens(counts).input;
  const row = selectPriceRow({ rows, at, tier: usage.tier, inputTotal });
  return row !== null || askedTier === usage.tier ? row : selectPriceRow({ rows, at, tier: askedTier, inputTotal });
}

function pricePart(
  { model, counts, rows }: PartAsk,
  ask: PriceAsk,
  flags: string[],
): { part: CostPart; row: PriceRow | null } {
  const { tier } = ask.usage;
  const row = rowFor({ model, counts, rows }, ask);
  if (row === null) {
    flag(flags, "unpriced");
    return { part: { priceRowId: null, model, counts: withoutZeros(counts), components: {} }, row };
  }
  if (row.serviceTier !== tier) flag(flags, "tier_price_missing");
  const used: Record<string, number> = {};
  const components: Record<string, string> = {};
  for (const name in counts) {
    const count = counts[name] ?? 0;
    if (count === 0) continue;
    used[name] = count;
    const found = resolveComponent(row.components, name);
    if (found === null || found.isFallback) flag(flags, found === null ? "component_missing" : "price_fallback");
    if (found !== null) components[name] = decimal(found.pico);
  }
  return { part: { priceRowId: row.id, model, counts: used, components }, row };
}

/** Adds what is charged once per request to the components of its own part: tools, images, characters, audio, the request itself. */
function withOwnComponents(
  { part, row }: { part: CostPart; row: PriceRow | null },
  usage: Usage,
  flags: string[],
): Readonly<Record<string, string>> {
  if (row === null) return part.components;
  const components: Record<string, string> = { ...part.components };
  const take = (name: string) => {
    const pico = row.components[name];
    if (pico !== undefined) components[name] = decimal(pico);
    return pico !== undefined;
  };
  for (const tool in usage.tools) {
    if ((usage.tools[tool] ?? 0) > 0 && !take(`tool.${tool}`)) flag(flags, "tool_unpriced");
  }
  if (usage.images > 0) {
    const image = resolveImage(row.components, usage.imageVariant ?? NO_UNITS.imageVariant);
    if (image?.isFallback === true) flag(flags, "price_fallback");
    if (image !== null) take(image.component);
  }
  if (usage.characters > 0) take("character");
  if (usage.audioMs > 0) take("audio_hour");
  take("request");
  return components;
}

/** Notes a flag once. */
function flag(flags: string[], name: string): void {
  if (!flags.includes(name)) flags.push(name);
}

/** A price as decimal text; nearly all are small enough for a plain number, which is written faster. */
function decimal(pico: bigint): string {
  const plain = Number(pico);
  return Number.isSafeInteger(plain) ? String(plain) : pico.toString();
}

function withoutZeros(counts: Counts): Record<string, number> {
  return addCounts({}, counts);
}

function addCounts(sum: Readonly<Record<string, number>>, counts: Counts): Record<string, number> {
  const total = { ...sum };
  for (const name in counts) {
    const count = counts[name] ?? 0;
    if (count > 0) total[name] = (total[name] ?? 0) + count;
  }
  return total;
}
