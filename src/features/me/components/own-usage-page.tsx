"use client";

import { KeyRound } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { EmptyState } from "@/components/empty-state";
import { PageBody } from "@/components/shell/page-body";
import { PageHeader } from "@/components/shell/page-header";
import { StateView } from "@/components/state-view";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { CallSnippets } from "@/features/requests/components/call-snippets";
import { Link } from "@/i18n/navigation";
import type { OwnSummary } from "@/operations/overview/schema";
import type { OwnRequestItem } from "@/operations/requests/schema";
import { useOwnSummary } from "../queries";
import { OwnNumbers } from "./own-numbers";

/** Props of `OwnUsagePage`. */
export type OwnUsagePageProps = {
  /** Origin for commands; null: that of the page. */
  publicUrl: string | null;
  /** A request that went well, to take an example's model from. */
  last: OwnRequestItem | null;
};

/** The start page of those who use the gateway: their own numbers and how to call it. */
export function OwnUsagePage({ publicUrl, last }: OwnUsagePageProps) {
  const t = useTranslations("me");
  const query = useOwnSummary();
  const { data } = query;
  return (
    <PageBody>
      <PageHeader description={data === undefined ? t("lead") : <Today summary={data} />} title={t("title")} />
      <StateView
        query={{ ...query, isFetching: query.isFetching && query.error !== null }}
        skeleton={<NumbersSkeleton />}
      >
        {(summary) => (summary.keys.total === 0 ? <NoKeys /> : <OwnNumbers summary={summary} />)}
      </StateView>
      <Card>
        <CardHeader>
          <div className="grid gap-0.5">
            <CardTitle>{t("connect")}</CardTitle>
            <CardDescription>{t("connectText")}</CardDescription>
          </div>
          {data === undefined || data.keys.total === 0 ? null : (
            <Button nativeButton={false} render={<Link href="/me/keys" />} size="sm" variant="outline">
              <KeyRound aria-hidden />
              {t("keysActive", { active: data.keys.active, count: data.keys.total })}
            </Button>
          )}
        </CardHeader>
        <CardContent>
          <CallSnippets label={t("snippets")} last={last} publicUrl={publicUrl} />
        </CardContent>
      </Card>
    </PageBody>
  );
}

function Today({ summary }: { summary: OwnSummary }) {
  const t = useTranslations("me");
  const format = useFormatter();
  const day = format.dateTime(new Date(summary.from), { dateStyle: "full", timeZone: summary.zone });
  return t("todayOf", { day, zone: summary.zone });
}

function NoKeys() {
  const t = useTranslations("me");
  return (
    <EmptyState
      actions={
        <Button nativeButton={false} render={<Link href="/me/keys?new=true" />}>
          {t("makeKey")}
        </Button>
      }
      icon={<KeyRound aria-hidden />}
      text={t("noKeysText")}
      title={t("noKeysTitle")}
    />
  );
}

const TILES = ["spend", "requests", "tokens", "denied"] as const;

function NumbersSkeleton() {
  return (
    <div className="grid gap-3 sm:grid-cols-2 xl:grid-cols-4">
      {TILES.map((tile) => (
        <Skeleton className="h-28 rounded-xl" key={tile} />
      ))}
    </div>
  );
}
