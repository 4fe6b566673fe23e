import { type Messages, useTranslations } from "next-intl";

type Flag = Exclude<keyof Messages["requests"]["flag"], "other">;

const FLAGS: Readonly<Record<Flag, true>> = {
  ceiling: true,
  component_missing: true,
  cost_capped: true,
  price_fallback: true,
  secondary_unpriced: true,
  tier_price_missing: true,
  tool_unpriced: true,
  total_gap: true,
  unpriced: true,
  usage_inconsistent: true,
};

const isKnown = (flag: string): flag is Flag => Object.hasOwn(FLAGS, flag);

/** What was unusual about a price or a count. */
export function FlagName({ flag }: { flag: string }) {
  const t = useTranslations("requests.flag");
  return isKnown(flag) ? t(flag) : t("other", { flag });
}
