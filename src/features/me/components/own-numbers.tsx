"use client";

import { ArrowRight } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Count } from "@/components/count";
import { Money } from "@/components/money";
import { Link } from "@/i18n/navigation";
import type { OwnSummary } from "@/operations/overview/schema";

/** Spend, requests, tokens and refusals of the reader: of today, and of the last 30 days below. */
export function OwnNumbers({ summary }: { summary: OwnSummary }) {
  const t = useTranslations("me");
  const { today, last30Days } = summary;
  const since = `/me/requests?from=${encodeURIComponent(summary.from)}`;
  return (
    <dl className="grid grid-cols-1 gap-px overflow-hidden rounded-xl border border-border bg-border sm:grid-cols-2 xl:grid-cols-4">
      <Figure label={t("spend")} month={<Money usd={last30Days.costUsd} />} today={<Money usd={today.costUsd} />} />
      <Figure
        href={since}
        label={t("requests")}
        link={t("requestsLink")}
        month={<Count value={last30Days.requests} />}
        today={<Count value={today.requests} />}
      />
      <Figure
        label={t("tokens")}
        month={<Count compact value={last30Days.tokens} />}
        today={<Count compact value={today.tokens} />}
      />
      <Figure
        href={`${since}&outcome=denied`}
        label={t("denied")}
        link={t("deniedLink")}
        month={<Count value={last30Days.denied} />}
        today={<Count value={today.denied} />}
      />
    </dl>
  );
}

function Figure(props: {
  label: ReactNode;
  today: ReactNode;
  month: ReactNode;
  href?: string | undefined;
  link?: string | undefined;
}) {
  const t = useTranslations("me");
  return (
    <div className="grid content-start gap-1.5 bg-card px-5 py-4">
      <dt className="flex items-center justify-between gap-2 text-sm text-muted-foreground">
        {props.label}
        {props.href === undefined ? null : (
          <Link
            aria-label={props.link}
            className="-my-1 -me-1.5 flex size-7 items-center justify-center rounded-md outline-none hover:bg-accent hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring"
            href={props.href}
            title={props.link}
          >
            <ArrowRight aria-hidden className="size-4 rtl:-scale-x-100" />
          </Link>
        )}
      </dt>
      <dd className="grid gap-1">
        <span className="text-2xl leading-8 font-semibold tracking-tight tabular-nums">{props.today}</span>
        <span className="flex flex-wrap justify-between gap-x-3 text-sm text-muted-foreground">
          {t("last30")}
          <span className="text-foreground">{props.month}</span>
        </span>
      </dd>
    </div>
  );
}
