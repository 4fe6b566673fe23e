"use client";

import { useLocale } from "next-intl";
import { cn } from "@/components/ui/cn";
import { formatMoney, type MoneyLook } from "./format-money";

/** An amount of USD from its decimal string. `cost` is for single requests, `sum` for totals. */
export function Money(props: { usd: string; look?: MoneyLook | undefined; className?: string | undefined }) {
  const locale = useLocale();
  return (
    <span className={cn("tabular-nums whitespace-nowrap", props.className)} data-user-text>
      {formatMoney(props.usd, locale, props.look)}
    </span>
  );
}
