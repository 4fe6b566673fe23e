"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useEffect } from "react";
import { type DataColumn, DataTable } from "@/components/data-table";
import { StateView, type ViewQuery } from "@/components/state-view";
import { TableSkeleton } from "@/components/table-skeleton";
import { Button } from "@/components/ui/button";
import type { OwnRequestItem } from "@/operations/requests/schema";

/** One page of a log. */
export type LogPage<Item> = {
  readonly items: readonly Item[];
  readonly total: { readonly value: number; readonly capped: boolean };
};

/** What a log needs of the query that reads it page by page. */
export type LogQuery<Item> = ViewQuery<{ readonly pages: readonly LogPage<Item>[] }> & {
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly isPlaceholderData: boolean;
  fetchNextPage(): unknown;
};

/** The rows of all pages that have been read. */
export function rowsOf<Item>(query: LogQuery<Item>): readonly Item[] {
  return query.data?.pages.flatMap(({ items }) => items) ?? [];
}

/** How many requests a log has, as far as they were counted. */
export function LogCount<Item>({ query }: { query: LogQuery<Item> }) {
  const t = useTranslations("requests");
  const total = query.data?.pages[0]?.total;
  if (total === undefined) return null;
  return total.capped ? t("countCapped", { count: total.value }) : t("count", { count: total.value });
}

/** Props of `RequestLog`. */
export type RequestLogProps<Item extends OwnRequestItem> = {
  query: LogQuery<Item>;
  /** What the table shows, for screen readers. */
  caption: string;
  columns: readonly DataColumn<Item>[];
  /** Id of the request whose details are open. */
  selected: string | null;
  onOpen: (id: string) => void;
  isFiltered: boolean;
  onClearFilters: () => void;
  /** What stands here before the first request. */
  nothing: ReactNode;
};

/** The rows of a log, newest first, with the way to older ones. */
export function RequestLog<Item extends OwnRequestItem>(props: RequestLogProps<Item>) {
  const { query, selected } = props;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const isAtEnd = selected !== null && rowsOf(query).at(-1)?.id === selected;
  useEffect(() => {
    if (isAtEnd && hasNextPage && !isFetchingNextPage) void fetchNextPage(); // so that J can walk on
  }, [isAtEnd, hasNextPage, isFetchingNextPage, fetchNextPage]);
  // What renews itself in the background shows no bar; what the reader asked for does.
  const isAwaited = query.isFetching && (query.isPlaceholderData || query.error !== null || query.data === undefined);
  return (
    <StateView
      empty={{
        when: ({ pages }) => pages[0]?.items.length === 0,
        isFiltered: props.isFiltered,
        onClearFilters: props.onClearFilters,
        nothing: props.nothing,
      }}
      query={{ ...query, isFetching: isAwaited, refetch: () => query.refetch() }}
      skeleton={<TableSkeleton columns={props.columns.length} />}
    >
      {() => (
        <div className="grid min-w-0 gap-4">
          <DataTable
            caption={props.caption}
            columns={props.columns}
            items={rowsOf(query)}
            onOpen={({ id }) => props.onOpen(id)}
            rowId={({ id }) => id}
            selected={selected}
          />
          <LogEnd query={query} />
        </div>
      )}
    </StateView>
  );
}

function LogEnd<Item>({ query }: { query: LogQuery<Item> }) {
  const t = useTranslations("requests");
  if (query.hasNextPage) {
    return (
      <Button
        className="justify-self-center"
        onClick={() => query.fetchNextPage()}
        pending={query.isFetchingNextPage}
        variant="outline"
      >
        {t("more")}
      </Button>
    );
  }
  return (query.data?.pages.length ?? 0) > 1 ? (
    <p className="text-center text-sm text-muted-foreground">{t("end")}</p>
  ) : null;
}
