"use client";

import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Count } from "@/components/count";
import { formatMoney } from "@/components/format-money";
import { Money } from "@/components/money";
import { cn } from "@/components/ui/cn";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { CostLine } from "@/operations/requests/schema";
import { ComponentName } from "./component-name";
import { type CostRow, costRows, type ShownEntry } from "./cost-rows";

const NUMBER = "h-9 px-3 py-1.5 text-end";

/** How the cost of one attempt came about: count x price for everything counted, list cost, multipliers, total. */
export function CostMath({ entry, caption }: { entry: ShownEntry; caption: string }) {
  const t = useTranslations("requests.detail");
  return (
    <Table>
      <TableCaption>{caption}</TableCaption>
      <TableHeader>
        <TableRow>
          <TableHead scope="col">{t("item")}</TableHead>
          <TableHead className="text-end max-sm:hidden" scope="col">
            {t("quantity")}
          </TableHead>
          <TableHead className="text-end max-sm:hidden" scope="col">
            {t("price")}
          </TableHead>
          <TableHead className="text-end" scope="col">
            {t("amount")}
          </TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {costRows(entry).map((row) => (
          <MathRow key={row.key} row={row} />
        ))}
      </TableBody>
    </Table>
  );
}

function MathRow({ row }: { row: CostRow }) {
  const t = useTranslations("requests.detail");
  switch (row.kind) {
    case "line":
      return <LineRow line={row.line} />;
    case "list":
      return <SumRow amount={<Money look="cost" usd={row.amountUsd} />} label={t("subtotal")} />;
    case "channelMultiplier":
      return <SumRow amount={<Factor factor={row.factor} />} label={t("multiplier")} />;
    case "groupMultiplier":
      return <SumRow amount={<Factor factor={row.factor} />} label={t("groupMultiplier")} />;
    case "total":
      return <SumRow amount={<Money look="cost" usd={row.amountUsd} />} isTotal label={t("total")} />;
  }
}

function LineRow({ line }: { line: CostLine }) {
  const t = useTranslations("requests");
  const locale = useLocale();
  const price = line.price === null ? null : formatMoney(line.price, locale, "cost");
  const priceText = price === null ? t("detail.unpriced") : t(`unit.${line.unit}`, { price });
  return (
    <TableRow>
      <TableCell className="h-9">
        <ComponentName component={line.component} />
        <span className="block text-xs text-muted-foreground sm:hidden">
          <Count value={line.quantity} />
          {" × "}
          {priceText}
        </span>
      </TableCell>
      <TableCell className={cn(NUMBER, "max-sm:hidden")}>
        <Count value={line.quantity} />
      </TableCell>
      <TableCell className={cn(NUMBER, "text-muted-foreground max-sm:hidden")}>{priceText}</TableCell>
      <TableCell className={NUMBER}>
        <Money look="cost" usd={line.costUsd} />
      </TableCell>
    </TableRow>
  );
}

function SumRow({ label, amount, isTotal = false }: { label: ReactNode; amount: ReactNode; isTotal?: boolean }) {
  return (
    <TableRow className={cn(isTotal ? "bg-muted/60 font-semibold" : "text-muted-foreground")}>
      <TableCell className="h-9">{label}</TableCell>
      <TableCell className="h-9 max-sm:hidden" />
      <TableCell className="h-9 max-sm:hidden" />
      <TableCell className={NUMBER}>{amount}</TableCell>
    </TableRow>
  );
}

/** A multiplier as a decimal string. */
function Factor({ factor }: { factor: string }) {
  const locale = useLocale();
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 6 });
  return <span data-user-text>{`× ${number.format(factor as Intl.StringNumericLiteral)}`}</span>;
}
