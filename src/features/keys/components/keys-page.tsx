"use client";

import { KeyRound, Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { EmptyState } from "@/components/empty-state";
import { FilterBar, SearchFilter, SelectFilter } from "@/components/filter-bar";
import { PageBody } from "@/components/shell/page-body";
import { PageHeader } from "@/components/shell/page-header";
import { StateView } from "@/components/state-view";
import { TableSkeleton } from "@/components/table-skeleton";
import { Button } from "@/components/ui/button";
import { useKeys, useOwners } from "../queries";
import { keyFilter, keySearch } from "../search-params";
import { KeyDialogs } from "./key-dialogs";
import { KeyList } from "./key-list";
import { useKeyWork } from "./use-key-work";

const NO_FILTER = { q: null, owner: null, state: null };

/** All keys of the gateway. */
export function KeysPage() {
  const t = useTranslations("keys");
  const [search, setSearch] = useQueryStates(keySearch);
  const query = useKeys(keyFilter(search));
  const owners = useOwners();
  const work = useKeyWork();
  const isFiltered = search.q !== "" || search.owner !== null || search.state !== null;
  const clear = () => void setSearch(NO_FILTER);
  const users = owners.data?.items ?? [];
  const newKey = (
    <Button onClick={() => work.setCreating(true)}>
      <Plus aria-hidden />
      {t("new")}
    </Button>
  );
  return (
    <PageBody>
      <PageHeader actions={newKey} description={t("lead")} title={t("title")} />
      <div className="grid min-w-0 gap-3">
        <FilterBar
          isFiltered={isFiltered}
          onClear={clear}
          summary={query.data === undefined ? null : t("count", { count: query.data.total.value })}
        >
          <SearchFilter label={t("filter.q")} onChange={(q) => void setSearch({ q })} value={search.q} />
          <SelectFilter
            label={t("filter.owner")}
            onChange={(id) => void setSearch({ owner: id === null ? null : Number(id) })}
            options={users.map(({ id, name }) => ({ value: String(id), label: <span data-user-text>{name}</span> }))}
            value={search.owner === null ? null : String(search.owner)}
          />
          <SelectFilter
            label={t("filter.state")}
            onChange={(state) => void setSearch({ state })}
            options={[
              { value: "enabled", label: t("filter.enabled") },
              { value: "disabled", label: t("filter.disabled") },
            ]}
            value={search.state}
          />
        </FilterBar>
        <StateView
          empty={{
            when: (list) => list.items.length === 0,
            isFiltered,
            onClearFilters: clear,
            nothing: (
              <EmptyState
                actions={newKey}
                icon={<KeyRound aria-hidden />}
                text={t("emptyText")}
                title={t("emptyTitle")}
              />
            ),
          }}
          query={query}
          skeleton={<TableSkeleton columns={6} />}
        >
          {(list) => (
            <KeyList
              items={list.items}
              onSort={(sort) => void setSearch({ sort })}
              sort={search.sort}
              withOwner
              work={work}
            />
          )}
        </StateView>
      </div>
      <KeyDialogs owners={users} work={work} />
    </PageBody>
  );
}
