"use client";

import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { useOwnRequest, useOwnRequests } from "../queries";
import { ownRequestFilter } from "../search-params";
import { OwnRequestChoices } from "./request-choices";
import { useOwnRequestColumns } from "./request-columns";
import { RequestLogPage } from "./request-log-page";
import { useRequestSearch } from "./use-request-search";

/** The reader's own log. `asOf` (epoch ms): what time ranges count back from. */
export function OwnRequestsPage({ asOf, publicUrl }: { asOf: number; publicUrl: string | null }) {
  const t = useTranslations("requests");
  const given = useRequestSearch();
  const search = useMemo(() => ({ ...given.search, user: null, channel: null }), [given.search]); // not for here
  const filter = useMemo(() => ownRequestFilter(search, asOf), [search, asOf]);
  return (
    <RequestLogPage
      choices={<OwnRequestChoices onChange={given.change} search={search} />}
      columns={useOwnRequestColumns(given.open)}
      detail={useOwnRequest(search.r)}
      lead={t("ownLead")}
      listHref="/me/requests"
      place={{ ...given, search }}
      publicUrl={publicUrl}
      query={useOwnRequests(filter)}
      title={t("ownTitle")}
    />
  );
}
