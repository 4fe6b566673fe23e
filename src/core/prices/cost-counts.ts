import { type NanoUsd, ZERO_NANO_USD } from "@/lib/money";
import type { CountedUnits } from "./call-units";
import { countTokens } from "./count-tokens";
import type { PriceRow, TokenClass } from "./price";
import { asSafe, divideHalfUp, HOUR_MS, MILLION, PICO_PER_NANO, roundHalfUp } from "./recompute";
import { resolveComponent } from "./resolve-component";
import { dearestImage } from "./resolve-image";
import { selectPriceRow } from "./select-price-row";

/** Token counts to price, and by what. */
export type CountsAsk = {
  readonly counts: Readonly<Partial<Record<TokenClass, number>>>;
  /** Units per tool: `web_search` 2. */
  readonly tools?: Readonly<Record<string, number>>;
  /** Images at the dearest of the variants that the vendor may choose; absent: nothing but tokens and tools. */
  readonly units?: CountedUnits;
  /** Service tier asked for. */
  readonly tier: string;
  /** Candidate rows; empty: free. */
  readonly rows: readonly PriceRow[];
  /** Instant of admission, epoch ms. */
  readonly at: number;
  /** Multipliers in millionths, integers from 0. */
  readonly channelPpm: number;
  readonly groupPpm: number;
};

/** No unit of any tool. */
export const NO_TOOLS: Readonly<Record<string, number>> = {};

/**
 * What `priceUsage` charges for token counts, tools and units, in nano-USD, without the detail it keeps: an estimate is made twice per call and
 * nobody reads how it came about.
 */
export function costCounts(ask: CountsAsk): NanoUsd {
  const { counts, tools = NO_TOOLS, rows, at, tier, units } = ask;
  const row = selectPriceRow({ rows, at, tier, inputTotal: countTokens(counts).input });
  if (row === null) return ZERO_NANO_USD;
  let pico = Number(row.components.request ?? 0n);
  for (const name in counts) {
    const count = counts[name as TokenClass] ?? 0;
    if (count > 0) pico += count * Number(row.components[name] ?? resolveComponent(row.components, name)?.pico ?? 0n);
  }
  for (const name in tools) pico += (tools[name] ?? 0) * Number(row.components[`tool.${name}`] ?? 0n);
  const isPlain = units === undefined && ask.channelPpm === MILLION && ask.groupPpm === MILLION;
  if (isPlain && pico < Number.MAX_SAFE_INTEGER - PICO_PER_NANO) return roundHalfUp(pico);
  return exactCost(row, ask);
}

function exactCost({ components }: PriceRow, ask: CountsAsk): NanoUsd {
  const { counts, tools = NO_TOOLS, units, channelPpm, groupPpm } = ask;
  let pico = components.request ?? 0n;
  for (const name in counts) {
    const found = resolveComponent(components, name);
    if (found !== null) pico += BigInt(counts[name as TokenClass] ?? 0) * found.pico;
  }
  for (const name in tools) pico += BigInt(tools[name] ?? 0) * (components[`tool.${name}`] ?? 0n);
  const audio = BigInt(units?.audioMs ?? 0) * (components.audio_hour ?? 0n);
  if (units !== undefined) pico += unitPico(components, units);
  const ppm = BigInt(channelPpm) * BigInt(groupPpm);
  return asSafe(divideHalfUp((pico * HOUR_MS + audio) * ppm, HOUR_MS * BigInt(PICO_PER_NANO) * 1_000_000_000_000n));
}

/** Images and characters; audio is priced by the hour and added where that is exact. */
function unitPico(components: PriceRow["components"], units: CountedUnits): bigint {
  const { images, imageVariant, characters } = units;
  const image = dearestImage(components, imageVariant);
  return BigInt(images) * (image?.pico ?? 0n) + BigInt(characters) * (components.character ?? 0n);
}
