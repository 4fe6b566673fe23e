"use client";

import { KeyRound, Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { SearchFilter, SelectFilter } from "@/components/filter-bar";
import { ListPage } from "@/components/list-page";
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
    <>
      <ListPage
        action={newKey}
        columns={6}
        count={(list) => t("count", { count: list.total.value })}
        filters={
          <>
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
          </>
        }
        isEmpty={(list) => list.items.length === 0}
        isFiltered={isFiltered}
        lead={t("lead")}
        nothing={{ icon: <KeyRound aria-hidden />, title: t("emptyTitle"), text: t("emptyText") }}
        onClear={clear}
        query={query}
        title={t("title")}
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
      </ListPage>
      <KeyDialogs owners={users} work={work} />
    </>
  );
}
