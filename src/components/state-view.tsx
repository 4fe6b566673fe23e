"use client";

import { CloudOff, FilterX, History, ShieldX } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Alert } from "@/components/ui/alert";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Duration } from "./duration";
import { EmptyState } from "./empty-state";
import { type Problem, toProblem } from "./problem";
import { useCurrentTime } from "./use-current-time";
import { useIsHydrated } from "./use-is-hydrated";
import { useProblemText } from "./use-problem-text";

/** The part of a query's result that says which state a view is in. */
export type ViewQuery<Data> = {
  readonly data: Data | undefined;
  readonly error: unknown;
  readonly isFetching: boolean;
  readonly dataUpdatedAt: number;
  refetch(): unknown;
};

/** Props of `StateView`. */
export type StateViewProps<Data> = {
  query: ViewQuery<Data>;
  /** Has the layout of what is loading. */
  skeleton: ReactNode;
  /** Given for lists: when the answer is empty, and what to say then. */
  empty?:
    | {
        readonly when: (data: Data) => boolean;
        /** Nothing exists yet. */
        readonly nothing: ReactNode;
        /** Filters are on: they hide all there is. */
        readonly isFiltered: boolean;
        readonly onClearFilters: () => void;
      }
    | undefined;
  children: (data: Data) => ReactNode;
};

/** The one wrapper of everything that is read: loading, empty, error, forbidden, stale. A failed read is never drawn as empty. */
export function StateView<Data>({ query, skeleton, empty, children }: StateViewProps<Data>) {
  const t = useTranslations("common");
  const isHydrated = useIsHydrated();
  const { data, error } = query;
  if (data === undefined) {
    if (error !== null && error !== undefined) return <FailedRead problem={toProblem(error)} query={query} />;
    return (
      <div aria-busy="true">
        <span className="sr-only" role="status">
          {t("loading")}
        </span>
        {skeleton}
      </div>
    );
  }
  const isEmpty = empty?.when(data) === true;
  const isStale = error !== null && error !== undefined;
  const isRenewing = query.isFetching && isHydrated; // a clock ahead of the server's renews at once
  return (
    <div aria-busy={isRenewing || undefined} className="relative grid min-w-0 gap-3">
      {isRenewing ? <RefetchBar /> : null}
      {isStale ? <StaleNote query={query} /> : null}
      <div className={isStale ? "min-w-0 stale" : "min-w-0"}>
        {isEmpty && empty !== undefined ? (
          empty.isFiltered ? (
            <FilterHidesAll onClear={empty.onClearFilters} />
          ) : (
            empty.nothing
          )
        ) : (
          children(data)
        )}
      </div>
    </div>
  );
}

function RefetchBar() {
  return (
    <div aria-hidden className="absolute inset-x-0 -top-1 z-10 h-0.5 overflow-hidden rounded-full bg-track">
      <div className="h-full w-1/3 animate-pulse rounded-full bg-primary motion-reduce:animate-none" />
    </div>
  );
}

function FilterHidesAll({ onClear }: { onClear: () => void }) {
  const t = useTranslations("shared.state");
  return (
    <EmptyState
      actions={
        <Button onClick={onClear} variant="outline">
          {t("clearFilters")}
        </Button>
      }
      icon={<FilterX aria-hidden />}
      text={t("filteredText")}
      title={t("filteredTitle")}
    />
  );
}

function FailedRead<Data>({ problem, query }: { problem: Problem; query: ViewQuery<Data> }) {
  const t = useTranslations("common");
  const state = useTranslations("shared.state");
  const problemText = useProblemText();
  if (problem.code === "forbidden") {
    return <EmptyState icon={<ShieldX aria-hidden />} text={state("forbiddenText")} title={problemText(problem)} />;
  }
  return (
    <EmptyState
      actions={
        <Button onClick={() => query.refetch()} pending={query.isFetching} variant="outline">
          {t("retry")}
        </Button>
      }
      icon={<CloudOff aria-hidden />}
      text={
        problem.requestId === null ? (
          state("errorText")
        ) : (
          <span className="font-mono text-xs">{t("requestId", { id: problem.requestId })}</span>
        )
      }
      title={problemText(problem)}
    />
  );
}

function StaleNote<Data>({ query }: { query: ViewQuery<Data> }) {
  const t = useTranslations("common");
  const state = useTranslations("shared.state");
  const now = useCurrentTime();
  const problemText = useProblemText();
  const seconds = Math.max(0, Math.round((now.getTime() - query.dataUpdatedAt) / 1000));
  return (
    <Alert
      actions={
        <Button onClick={() => query.refetch()} pending={query.isFetching} size="sm" variant="outline">
          {t("retry")}
        </Button>
      }
      live="status"
      tone="warning"
    >
      <span className="flex flex-wrap items-center gap-2">
        {problemText(toProblem(query.error))}
        <Badge tone="warning">
          <History aria-hidden />
          {state.rich("staleAge", { age: () => <Duration ms={seconds * 1000} /> })}
        </Badge>
      </span>
    </Alert>
  );
}
