import { formatFixed, parseFixed } from "@/lib/money";

/** How a unit price is written: USD per million tokens or characters, per thousand calls or requests, per hour, each. */
export type PriceUnit = "usdPerMtok" | "usdPer1k" | "usdPerHour" | "usdEach";

/** Fraction digits of a unit's decimal text that a whole pico-USD still needs. */
const DIGITS: Readonly<Record<PriceUnit, number>> = { usdPerMtok: 6, usdPer1k: 9, usdPerHour: 12, usdEach: 12 };

/** The unit in which a component's price is shown and taken. */
export function unitOf(component: string): PriceUnit {
  if (component === "audio_hour") return "usdPerHour";
  if (component === "request" || component.startsWith("tool.")) return "usdPer1k";
  return component.startsWith("image") ? "usdEach" : "usdPerMtok";
}

/** Pico-USD per unit as the decimal string of its price unit: 37,500 of `input_text` is `0.0375`. */
export function formatUnitPrice(component: string, pico: bigint): string {
  return formatFixed(pico, DIGITS[unitOf(component)]);
}

/** A decimal string in the component's price unit as pico-USD; null when it is no plain decimal, `too_precise` beyond whole pico-USD. */
export function parseUnitPrice(component: string, text: string): bigint | "too_precise" | null {
  return parseFixed(text, DIGITS[unitOf(component)]);
}
