"use client";

import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { useRequest, useRequests } from "../queries";
import { requestFilter } from "../search-params";
import { RequestChoices } from "./request-choices";
import { useRequestColumns } from "./request-columns";
import { RequestLogPage } from "./request-log-page";
import { useRequestSearch } from "./use-request-search";

/** The whole log: every request of every user, admitted or denied. `asOf` (epoch ms): what time ranges count back from. */
export function RequestsPage({ asOf, publicUrl }: { asOf: number; publicUrl: string | null }) {
  const t = useTranslations("requests");
  const place = useRequestSearch();
  const { search, change, open } = place;
  const filter = useMemo(() => requestFilter(search, asOf), [search, asOf]);
  return (
    <RequestLogPage
      choices={<RequestChoices onChange={change} search={search} />}
      columns={useRequestColumns(open)}
      detail={useRequest(search.r)}
      lead={t("lead")}
      listHref="/admin/requests"
      place={place}
      publicUrl={publicUrl}
      query={useRequests(filter)}
      title={t("title")}
    />
  );
}
