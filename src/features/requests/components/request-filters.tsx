"use client";

import { SlidersHorizontal, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useId, useState } from "react";
import { FilterBar, SearchFilter, SelectFilter } from "@/components/filter-bar";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { NO_REQUEST_FILTER, OUTCOMES, RANGES, type RequestSearch } from "../search-params";
import { InstantFilter } from "./instant-filter";

/** Changes some of what the URL says; null takes a filter off. */
export type ChangeSearch = (change: Partial<RequestSearch>) => void;

/** Props of `RequestFilters`. */
export type RequestFiltersProps = {
  search: RequestSearch;
  onChange: ChangeSearch;
  /** How many there are. */
  summary: ReactNode;
  /** Filters by user, key, channel: whatever the reader may narrow the log to. */
  choices: ReactNode;
};

const MORE = ["from", "to", "user", "key", "channel"] as const;

/** True when a filter is on. */
export function isFiltered(search: RequestSearch): boolean {
  return Object.keys(NO_REQUEST_FILTER).some((name) => search[name as keyof typeof NO_REQUEST_FILTER] !== null);
}

/** The filters of a log: the usual ones in a row, the rest in a panel that opens by itself when one of them is on. */
export function RequestFilters({ search, onChange, summary, choices }: RequestFiltersProps) {
  const t = useTranslations("requests");
  const panelId = useId();
  const count = MORE.filter((name) => search[name] !== null).length;
  const [isOpen, setOpen] = useState(count > 0);
  return (
    <div className="grid gap-2">
      <FilterBar isFiltered={isFiltered(search)} onClear={() => onChange(NO_REQUEST_FILTER)} summary={summary}>
        <SearchFilter
          label={t("filter.model")}
          onChange={(model) => onChange({ model: model === "" ? null : model })}
          value={search.model ?? ""}
        />
        <SelectFilter
          label={t("filter.outcome")}
          onChange={(outcome) => onChange({ outcome })}
          options={OUTCOMES.map((value) => ({ value, label: t(`outcome.${value}`) }))}
          value={search.outcome}
        />
        <SelectFilter
          label={t("filter.range")}
          onChange={(range) => onChange({ range, from: null, to: null })}
          options={RANGES.map((value) => ({ value, label: t(`range.${value}`) }))}
          value={search.from === null && search.to === null ? search.range : null}
        />
        <Button
          aria-controls={panelId}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
          size="sm"
          variant="outline"
        >
          <SlidersHorizontal aria-hidden />
          {t("filter.more")}
          {count === 0 ? null : <Badge className="h-5 px-1.5 tabular-nums">{t("filter.moreCount", { count })}</Badge>}
        </Button>
        {search.code === null ? null : <CodeChip code={search.code} onRemove={() => onChange({ code: null })} />}
      </FilterBar>
      <div hidden={!isOpen} id={panelId}>
        {isOpen ? (
          <div className="grid gap-4 rounded-lg border border-border bg-card p-4 sm:grid-cols-2 lg:grid-cols-3">
            <InstantFilter
              label={t("filter.from")}
              onChange={(from) => onChange({ from, range: null })}
              value={search.from}
            />
            <InstantFilter label={t("filter.to")} onChange={(to) => onChange({ to, range: null })} value={search.to} />
            {choices}
          </div>
        ) : null}
      </div>
    </div>
  );
}

function CodeChip({ code, onRemove }: { code: string; onRemove: () => void }) {
  const t = useTranslations("requests.filter");
  const name = t("code", { code });
  return (
    <Badge className="h-8 rounded-md pe-1 text-sm" tone="primary">
      {name}
      <button
        aria-label={t("remove", { filter: name })}
        className="flex size-6 items-center justify-center rounded-sm outline-none hover:bg-accent focus-visible:ring-2 focus-visible:ring-ring"
        onClick={onRemove}
        type="button"
      >
        <X aria-hidden className="size-3.5" />
      </button>
    </Badge>
  );
}
