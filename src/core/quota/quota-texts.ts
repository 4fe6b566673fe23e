import { formatAmount } from "./limit-amount";
import type { QuotaItem } from "./read-quotas";

/** The amounts of a limit as they leave the gateway: decimal USD or whole numbers; null where there is none. */
export type QuotaTexts = {
  readonly cap: string | null;
  readonly boost: string;
  readonly used: string | null;
  readonly held: string | null;
  readonly left: string | null;
};

/** Writes the amounts of a limit. */
export function quotaTexts({ cell, cap, boost, used, held, left }: QuotaItem): QuotaTexts {
  const text = (amount: number) => formatAmount(amount, cell.unit);
  const textOrNull = (amount: number | null) => (amount === null ? null : text(amount));
  return {
    cap: textOrNull(cap),
    boost: text(boost),
    used: textOrNull(used),
    held: textOrNull(held),
    left: textOrNull(left),
  };
}
