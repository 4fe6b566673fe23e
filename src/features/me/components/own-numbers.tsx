"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Count } from "@/components/count";
import { Figure, Figures } from "@/components/figures";
import { Money } from "@/components/money";
import type { OwnSummary } from "@/operations/overview/schema";

/** Spend, requests, tokens and refusals of the reader: of today, and of the last 30 days below. */
export function OwnNumbers({ summary }: { summary: OwnSummary }) {
  const t = useTranslations("me");
  const { today, last30Days } = summary;
  const since = `/me/requests?from=${encodeURIComponent(summary.from)}`;
  return (
    <Figures>
      <Figure label={t("spend")} value={<Money usd={today.costUsd} />}>
        <Month>
          <Money usd={last30Days.costUsd} />
        </Month>
      </Figure>
      <Figure href={since} label={t("requests")} link={t("requestsLink")} value={<Count value={today.requests} />}>
        <Month>
          <Count value={last30Days.requests} />
        </Month>
      </Figure>
      <Figure label={t("tokens")} value={<Count compact value={today.tokens} />}>
        <Month>
          <Count compact value={last30Days.tokens} />
        </Month>
      </Figure>
      <Figure
        href={`${since}&outcome=denied`}
        label={t("denied")}
        link={t("deniedLink")}
        value={<Count value={today.denied} />}
      >
        <Month>
          <Count value={last30Days.denied} />
        </Month>
      </Figure>
    </Figures>
  );
}

function Month({ children }: { children: ReactNode }) {
  const t = useTranslations("me");
  return (
    <span className="flex flex-wrap justify-between gap-x-3 text-sm text-muted-foreground">
      {t("last30")}
      <span className="text-foreground">{children}</span>
    </span>
  );
}
