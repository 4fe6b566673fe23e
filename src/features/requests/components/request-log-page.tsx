"use client";

import { RefreshCw } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import type { DataColumn } from "@/components/data-table";
import { PageBody } from "@/components/shell/page-body";
import { PageHeader } from "@/components/shell/page-header";
import type { ViewQuery } from "@/components/state-view";
import { Button } from "@/components/ui/button";
import type { OwnRequestItem } from "@/operations/requests/schema";
import { NO_REQUEST_FILTER } from "../search-params";
import { FirstRequestHint } from "./first-request-hint";
import { RequestDrawer } from "./request-drawer";
import { isFiltered, RequestFilters } from "./request-filters";
import { LogCount, type LogQuery, RequestLog, rowsOf } from "./request-log";
import type { ShownRequest } from "./shown-request";
import type { useRequestSearch } from "./use-request-search";

/** Props of `RequestLogPage`. */
export type RequestLogPageProps<Item extends OwnRequestItem> = {
  title: string;
  lead: string;
  /** The reader's place in the log, from the URL. */
  place: ReturnType<typeof useRequestSearch>;
  query: LogQuery<Item>;
  columns: readonly DataColumn<Item>[];
  /** Filters by user, key, channel. */
  choices: ReactNode;
  /** The open request. */
  detail: ViewQuery<ShownRequest>;
  /** Address of this list, for links to a narrower one. */
  listHref: string;
  /** Origin for commands; null: that of the page. */
  publicUrl: string | null;
};

/** A log with its filters, rows and drawer; what differs between readers comes in. */
export function RequestLogPage<Item extends OwnRequestItem>(props: RequestLogPageProps<Item>) {
  const { query, publicUrl } = props;
  const { search, change, open, show } = props.place;
  const t = useTranslations("requests");
  return (
    <PageBody>
      <PageHeader description={props.lead} title={props.title} />
      <div className="grid min-w-0 gap-3">
        <RequestFilters
          choices={props.choices}
          onChange={change}
          search={search}
          summary={
            <span className="flex items-center gap-1">
              <LogCount query={query} />
              <Refresh refetch={query.refetch} />
            </span>
          }
        />
        <RequestLog
          caption={t("caption")}
          columns={props.columns}
          isFiltered={isFiltered(search)}
          nothing={<FirstRequestHint publicUrl={publicUrl} />}
          onClearFilters={() => change(NO_REQUEST_FILTER)}
          onOpen={open}
          query={query}
          selected={search.r}
        />
      </div>
      <RequestDrawer
        detail={props.detail}
        id={search.r}
        ids={rowsOf(query).map(({ id }) => id)}
        listHref={props.listHref}
        onChange={show}
        publicUrl={publicUrl}
      />
    </PageBody>
  );
}

function Refresh({ refetch }: { refetch: () => unknown }) {
  const t = useTranslations("shared.state");
  const [isPending, setPending] = useState(false);
  const refresh = async () => {
    setPending(true);
    await refetch(); // resolves after a failure as well; the view shows it
    setPending(false);
  };
  return (
    <Button
      aria-label={t("refresh")}
      onClick={() => void refresh()}
      pending={isPending}
      size="icon-sm"
      title={t("refresh")}
      variant="ghost"
    >
      {isPending ? null : <RefreshCw aria-hidden />}
    </Button>
  );
}
