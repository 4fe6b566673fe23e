"use client";

import { useTranslations } from "next-intl";
import { Count } from "@/components/count";
import { Duration } from "@/components/duration";
import { Figure, Figures } from "@/components/figures";
import { Money } from "@/components/money";
import type { Overview } from "@/operations/overview/schema";
import { useOverview } from "../queries";

/** Spend, requests, refusals and p95 of today; they renew themselves while the page is open. */
export function TodayNumbers({ initial, from }: { initial: Overview; from: string }) {
  const t = useTranslations("overview");
  const { today } = useOverview(initial);
  const since = encodeURIComponent(from);
  return (
    <Figures>
      <Figure label={t("spend")} value={<Money look="sum" usd={today.costUsd} />}>
        <Hint>{t("spendHint", { count: today.tokens })}</Hint>
      </Figure>
      <Figure
        href={`/admin/requests?from=${since}`}
        label={t("requests")}
        link={t("seeRequests")}
        value={<Count value={today.requests} />}
      >
        <Hint>{t("requestsHint")}</Hint>
      </Figure>
      <Figure
        href={`/admin/requests?from=${since}&outcome=denied`}
        label={t("denied")}
        link={t("seeDenied")}
        value={<Count value={today.denied} />}
      >
        <Hint>{t("deniedHint")}</Hint>
      </Figure>
      <Figure label={t("p95")} value={today.p95Ms === null ? "–" : <Duration ms={today.p95Ms} />}>
        <Hint>{today.p95Ms === null ? t("p95None") : t("p95Hint")}</Hint>
      </Figure>
    </Figures>
  );
}

function Hint({ children }: { children: string }) {
  return <span className="text-sm text-pretty text-muted-foreground">{children}</span>;
}
