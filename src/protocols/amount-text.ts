import type { LimitUnit } from "@/core/vocabulary";
import { formatUsdFully } from "@/lib/money";

/** An amount for people: `$5.00`, `$0.00075`, `1,000 tokens`, `1 request`. */
export function spokenAmount(unit: LimitUnit, amount: number): string {
  if (unit === "usd") {
    const sign = amount < 0 ? "-" : "";
    return `${sign}$${grouped(formatUsdFully(Math.abs(amount)).replace(/(\.\d\d\d*?)0+$/, "$1"))}`;
  }
  return `${grouped(String(amount))} ${amount === 1 ? unit.slice(0, -1) : unit}`;
}

/** An instant as RFC 3339 text, without a fraction on whole seconds. */
export function instantText(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}

/** Thousands of the whole part set apart. */
function grouped(decimal: string): string {
  const [whole = "", fraction] = decimal.split(".");
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? text : `${text}.${fraction}`;
}
