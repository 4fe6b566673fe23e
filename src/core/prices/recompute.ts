import { asNanoUsd, type NanoUsd } from "@/lib/money";
import type { CostDetail } from "../vocabulary";
import { isImageComponent } from "./resolve-image";

/** A multiplier of one, in millionths. */
export const MILLION = 1_000_000;
/** An hour in ms. */
export const HOUR_MS = 3_600_000n;
/** Pico-USD in a nano-USD. */
export const PICO_PER_NANO = 1000;
const MAX_NANO = BigInt(Number.MAX_SAFE_INTEGER);

/** What the formula needs: a detail without its result. */
type Priced = Omit<CostDetail, "listCostNanoUsd" | "flags">;

/** Both costs of a detail in nano-USD; `isCapped` when one would pass 2^53-1 and was cut to it. */
export type Costs = { readonly cost: NanoUsd; readonly listCost: NanoUsd; readonly isCapped: boolean };

/**
 * The cost of a ledger entry from its own detail, nano-USD: equal to what was charged, whatever prices are today. One that was charged its
 * ceiling has no usage to compute from; its detail holds the ceiling (quota.md Q42).
 */
export function recompute(detail: CostDetail): NanoUsd {
  return detail.flags.includes("ceiling") ? asNanoUsd(detail.listCostNanoUsd) : costsOf(detail).cost;
}

/**
 * The formula of protocols-and-pricing.md 7.1: exact sums, multipliers in millionths, one rounding half up at the end.
 * Small amounts without multipliers and audio, which is nearly all traffic, stay in plain numbers.
 */
export function costsOf(detail: Priced): Costs {
  if (detail.channelPpm === MILLION && detail.groupPpm === MILLION && detail.audioMs === 0) {
    const pico = exactPico(detail);
    if (pico !== null) {
      const nano = roundHalfUp(pico);
      return { cost: nano, listCost: nano, isCapped: false };
    }
  }
  const numerator = exactNumerator(detail);
  const divisor = HOUR_MS * BigInt(PICO_PER_NANO);
  const ppm = BigInt(detail.channelPpm) * BigInt(detail.groupPpm);
  const listCost = divideHalfUp(numerator, divisor);
  const cost = divideHalfUp(numerator * ppm, divisor * 1_000_000_000_000n);
  const isCapped = cost > MAX_NANO || listCost > MAX_NANO;
  return { cost: asSafe(cost), listCost: asSafe(listCost), isCapped };
}

/** Calls `visit` for everything counted: how many, and the pico-USD per unit as decimal text. */
function visitCharges(detail: Priced, visit: (count: number, pico: string) => void): void {
  for (const part of detail.parts) {
    for (const name in part.counts) {
      const pico = part.components[name];
      if (pico !== undefined) visit(part.counts[name] ?? 0, pico);
    }
  }
  const own = detail.parts[0]?.components;
  if (own === undefined) return;
  for (const tool in detail.tools) {
    const pico = own[`tool.${tool}`];
    if (pico !== undefined) visit(detail.tools[tool] ?? 0, pico);
  }
  visitUnits(detail, own, visit);
}

function visitUnits(
  { images, characters }: Priced,
  own: Readonly<Record<string, string>>,
  visit: (count: number, pico: string) => void,
): void {
  if (images > 0) {
    for (const name in own) if (isImageComponent(name)) visit(images, own[name] ?? "0");
  }
  if (own.character !== undefined) visit(characters, own.character);
  if (own.request !== undefined) visit(1, own.request);
}

/** Sum in pico-USD as a plain number; null when it cannot be exact. Audio is left out. */
function exactPico(detail: Priced): number | null {
  let sum = 0;
  visitCharges(detail, (count, pico) => {
    sum += count * Number(pico);
  });
  return sum < Number.MAX_SAFE_INTEGER - PICO_PER_NANO ? sum : null;
}

/** Sum in pico-USD times 3,600,000, audio included. */
function exactNumerator(detail: Priced): bigint {
  let sum = 0n;
  visitCharges(detail, (count, pico) => {
    sum += BigInt(count) * BigInt(pico);
  });
  const audioHour = detail.parts[0]?.components.audio_hour;
  const audio = audioHour === undefined ? 0n : BigInt(detail.audioMs) * BigInt(audioHour);
  return sum * HOUR_MS + audio;
}

/** Pico-USD, below 2^53 - 1,000, as nano-USD. */
export function roundHalfUp(pico: number): NanoUsd {
  return Math.floor((pico + PICO_PER_NANO / 2) / PICO_PER_NANO) as NanoUsd;
}

/** A quotient of positive integers, rounded half up. */
export function divideHalfUp(numerator: bigint, divisor: bigint): bigint {
  return (2n * numerator + divisor) / (2n * divisor);
}

/** Nano-USD, cut to 2^53-1. */
export function asSafe(nano: bigint): NanoUsd {
  return Number(nano > MAX_NANO ? MAX_NANO : nano) as NanoUsd;
}
