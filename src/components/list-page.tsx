"use client";

import type { ReactNode } from "react";
import { EmptyState } from "./empty-state";
import { FilterBar } from "./filter-bar";
import { PageBody } from "./shell/page-body";
import { PageHeader } from "./shell/page-header";
import { StateView, type ViewQuery } from "./state-view";
import { TableSkeleton } from "./table-skeleton";

/** Props of `ListPage`. */
export type ListPageProps<Data> = {
  title: ReactNode;
  lead: ReactNode;
  /** Makes a new one; stands in the head, and where nothing exists yet. */
  action: ReactNode;
  /** The filters, whether any is on, and how many rows they leave. */
  filters: ReactNode;
  isFiltered: boolean;
  onClear: () => void;
  count: (data: Data) => ReactNode;
  query: ViewQuery<Data>;
  /** True when no row is left. */
  isEmpty: (data: Data) => boolean;
  /** True when there is none even without filters; for lists that are filtered in the page. */
  isBare?: ((data: Data) => boolean) | undefined;
  /** What stands there before the first one exists. */
  nothing: { readonly icon: ReactNode; readonly title: ReactNode; readonly text: ReactNode };
  columns: number;
  children: (data: Data) => ReactNode;
};

/** A page that lists one kind of thing: head, filters, table in all its states. */
export function ListPage<Data>(props: ListPageProps<Data>) {
  const { query, isFiltered, onClear, nothing } = props;
  const isBare = query.data !== undefined && props.isBare?.(query.data) === true;
  return (
    <PageBody>
      <PageHeader actions={props.action} description={props.lead} title={props.title} />
      <div className="grid min-w-0 gap-3">
        <FilterBar
          isFiltered={isFiltered}
          onClear={onClear}
          summary={query.data === undefined ? null : props.count(query.data)}
        >
          {props.filters}
        </FilterBar>
        <StateView
          empty={{
            when: props.isEmpty,
            isFiltered: isFiltered && !isBare,
            onClearFilters: onClear,
            nothing: (
              <EmptyState actions={props.action} icon={nothing.icon} text={nothing.text} title={nothing.title} />
            ),
          }}
          query={query}
          skeleton={<TableSkeleton columns={props.columns} />}
        >
          {props.children}
        </StateView>
      </div>
    </PageBody>
  );
}
