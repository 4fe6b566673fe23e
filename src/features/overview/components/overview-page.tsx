import { useFormatter, useTranslations } from "next-intl";
import { PageBody } from "@/components/shell/page-body";
import { PageHeader } from "@/components/shell/page-header";
import type { Overview } from "@/operations/overview/schema";
import type { RequestList } from "@/operations/requests/schema";
import { Checklist } from "./checklist";
import { LatestRequests } from "./latest-requests";
import { TodayNumbers } from "./today-numbers";

/** The admin's start page: the numbers of today, and the first steps until they are done or dismissed. */
export function OverviewPage({ overview, latest }: { overview: Overview; latest: RequestList }) {
  const t = useTranslations("overview");
  const format = useFormatter();
  const { channel, key, request, dismissed } = overview.checklist;
  const isOpen = !dismissed && !(channel && key && request);
  const day = format.dateTime(new Date(overview.from), { dateStyle: "full", timeZone: overview.zone });
  return (
    <PageBody>
      <PageHeader description={t("today", { day, zone: overview.zone })} title={t("title")} />
      {isOpen ? <Checklist checklist={overview.checklist} /> : null}
      {request || !isOpen ? <TodayNumbers from={overview.from} initial={overview} /> : null}
      {latest.items.length > 0 ? <LatestRequests initial={latest} /> : null}
    </PageBody>
  );
}
