"use client";

import { ArrowRight } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Count } from "@/components/count";
import { Duration } from "@/components/duration";
import { Money } from "@/components/money";
import { Link } from "@/i18n/navigation";
import type { Overview } from "@/operations/overview/schema";
import { useOverview } from "../queries";

/** Spend, requests, refusals and p95 of today; they renew themselves while the page is open. */
export function TodayNumbers({ initial, from }: { initial: Overview; from: string }) {
  const t = useTranslations("overview");
  const { today } = useOverview(initial);
  const since = encodeURIComponent(from);
  return (
    <dl className="grid grid-cols-1 gap-px overflow-hidden rounded-xl border border-border bg-border sm:grid-cols-2 xl:grid-cols-4">
      <Tile
        hint={t("spendHint", { count: today.tokens })}
        label={t("spend")}
        value={<Money look="sum" usd={today.costUsd} />}
      />
      <Tile
        href={`/admin/requests?from=${since}`}
        hint={t("requestsHint")}
        label={t("requests")}
        link={t("seeRequests")}
        value={<Count value={today.requests} />}
      />
      <Tile
        href={`/admin/requests?from=${since}&outcome=denied`}
        hint={t("deniedHint")}
        label={t("denied")}
        link={t("seeDenied")}
        value={<Count value={today.denied} />}
      />
      <Tile
        hint={today.p95Ms === null ? t("p95None") : t("p95Hint")}
        label={t("p95")}
        value={today.p95Ms === null ? "–" : <Duration ms={today.p95Ms} />}
      />
    </dl>
  );
}

function Tile(props: {
  label: ReactNode;
  value: ReactNode;
  hint: ReactNode;
  href?: string | undefined;
  link?: string | undefined;
}) {
  return (
    <div className="grid content-start gap-1 bg-card px-5 py-4">
      <dt className="flex items-center justify-between gap-2 text-sm text-muted-foreground">
        {props.label}
        {props.href === undefined ? null : (
          <Link
            aria-label={props.link}
            className="-my-1 -me-1.5 flex size-7 items-center justify-center rounded-md outline-none hover:bg-accent hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring"
            href={props.href}
          >
            <ArrowRight aria-hidden className="size-4 rtl:-scale-x-100" />
          </Link>
        )}
      </dt>
      <dd className="grid gap-1">
        <span className="text-2xl leading-8 font-semibold tracking-tight tabular-nums">{props.value}</span>
        <span className="text-sm text-pretty text-muted-foreground">{props.hint}</span>
      </dd>
    </div>
  );
}
