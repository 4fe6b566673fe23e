/** How much of an amount is shown: `cost` up to six significant digits, `sum` cents, or two digits when it is less. */
export type MoneyLook = "cost" | "sum";

const SIGNIFICANT = { cost: 6, sum: 2 } as const;

/** Fraction digits that show the wanted significant digits of a decimal string, between 2 and 12. */
function fractionDigits(usd: string, significant: number): number {
  const [whole = "", fraction = ""] = usd.replace("-", "").split(".");
  const wholeDigits = whole.replace(/^0+/, "").length;
  const zeros = wholeDigits === 0 ? (/^0*/.exec(fraction)?.[0].length ?? 0) : -wholeDigits;
  return Math.max(2, Math.min(12, zeros + significant));
}

/** A decimal string of USD as text of a locale: `$12.40`, `$0.000312`. The string is never read as a float. */
export function formatMoney(usd: string, locale: string, look: MoneyLook = "sum"): string {
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol", // zh would print US$
    minimumFractionDigits: 2,
    maximumFractionDigits: fractionDigits(usd, SIGNIFICANT[look]),
  }).format(usd as Intl.StringNumericLiteral);
}
