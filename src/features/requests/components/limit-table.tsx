"use client";

import { useLocale, useTranslations } from "next-intl";
import { formatMoney } from "@/components/format-money";
import { Instant } from "@/components/instant";
import { Badge, type Tone } from "@/components/ui/badge";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { LimitResult, ShownLimit } from "./read-limit-steps";

const CELL = "h-auto py-2 align-top whitespace-normal";
/** In a hand the column of what was needed would push the result out of sight: it stands below what was used. */
const WIDE_ONLY = "hidden sm:table-cell";
const SMALL = "block text-xs text-muted-foreground";

const TONES: Readonly<Record<LimitResult, Tone>> = {
  passed: "success",
  unchecked: "info",
  would_refuse: "warning",
  refused: "danger",
};

/** The limits that a request was measured by: what each allows, what was used, what the request needed, how it came out. */
export function LimitTable({ limits }: { limits: readonly ShownLimit[] }) {
  const t = useTranslations("requests.limits");
  return (
    <Table>
      <TableCaption>{t("caption")}</TableCaption>
      <TableHeader>
        <TableRow>
          <TableHead scope="col">{t("limit")}</TableHead>
          <TableHead scope="col">{t("used")}</TableHead>
          <TableHead className={WIDE_ONLY} scope="col">
            {t("needed")}
          </TableHead>
          <TableHead scope="col">{t("result")}</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {limits.map((limit) => (
          <LimitRow key={`${limit.axis} ${limit.limitId}`} limit={limit} />
        ))}
      </TableBody>
    </Table>
  );
}

function LimitRow({ limit }: { limit: ShownLimit }) {
  return (
    <TableRow {...(limit.isDecisive ? { "data-selected": true } : {})}>
      <NameCell limit={limit} />
      <UsedCell limit={limit} />
      <NeedCell limit={limit} />
      <ResultCell limit={limit} />
    </TableRow>
  );
}

function NameCell({ limit }: { limit: ShownLimit }) {
  const t = useTranslations("requests.limits");
  const word = useWord();
  return (
    <TableCell className={CELL}>
      <span className="font-medium">{word("window", limit.window)}</span>
      {" · "}
      {limit.group === null ? (
        t("otherModels")
      ) : (
        <span data-user-text dir="auto">
          {limit.group}
        </span>
      )}
      <span className={SMALL}>{word("source", limit.source)}</span>
      <span className={SMALL}>{word("enforcement", limit.enforcement)}</span>
    </TableCell>
  );
}

function UsedCell({ limit }: { limit: ShownLimit }) {
  const t = useTranslations("requests.limits");
  const amount = useAmountText(limit.unit);
  const { cap, boost, used, held } = limit;
  return (
    <TableCell className={CELL}>
      {used === null ? null : amount(used)}
      {cap === null ? null : <span className={SMALL}>{t("of", { value: amount(cap) })}</span>}
      {held === null || held === "0" ? null : <span className={SMALL}>{t("held", { value: amount(held) })}</span>}
      {boost === null ? null : <span className={SMALL}>{t("boost", { value: amount(boost) })}</span>}
      {limit.estimate === null ? null : (
        <span className="mt-1 block sm:hidden">
          <span className={SMALL}>{t("needed")}</span>
          <Need limit={limit} />
        </span>
      )}
    </TableCell>
  );
}

function NeedCell({ limit }: { limit: ShownLimit }) {
  return (
    <TableCell className={`${CELL} ${WIDE_ONLY}`}>
      <Need limit={limit} />
    </TableCell>
  );
}

function Need({ limit }: { limit: ShownLimit }) {
  const t = useTranslations("requests.limits");
  const amount = useAmountText(limit.unit);
  const { estimate, worst } = limit;
  return (
    <>
      {estimate === null ? null : amount(estimate)}
      {worst === null || worst === estimate ? null : (
        <span className={SMALL}>{t("worst", { value: amount(worst) })}</span>
      )}
    </>
  );
}

function ResultCell({ limit }: { limit: ShownLimit }) {
  const t = useTranslations("requests.limits");
  const word = useWord();
  return (
    <TableCell className={CELL}>
      <Badge tone={TONES[limit.result]}>{t(`verdict.${limit.result}`)}</Badge>
      {limit.why === null ? null : <span className={SMALL}>{word("why", limit.why)}</span>}
      {limit.resetsAt === null ? null : (
        <span className={SMALL}>{t.rich("resets", { at: () => <Instant at={limit.resetsAt ?? ""} /> })}</span>
      )}
    </TableCell>
  );
}

/** Makes the word for a stored code; one that this page does not know is shown as it is. */
function useWord(): (kind: "window" | "source" | "enforcement" | "why", code: string) => string {
  const t = useTranslations("requests.limits");
  return (kind, code) => {
    const key = `${kind}.${code}` as Parameters<typeof t.has>[0];
    return t.has(key) ? t(key as Parameters<typeof t>[0]) : code;
  };
}

/** Makes the text of an amount in a unit. */
function useAmountText(unit: string): (amount: string) => string {
  const t = useTranslations("requests.limits");
  const locale = useLocale();
  return (amount) => {
    if (unit === "usd") return formatMoney(amount, locale, "cost");
    return t(unit === "tokens" ? "tokens" : "requests", { count: Number(amount) });
  };
}
