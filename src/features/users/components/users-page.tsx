"use client";

import { Plus, UsersRound } from "lucide-react";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { useState } from "react";
import { SearchFilter, SelectFilter } from "@/components/filter-bar";
import { ListPage } from "@/components/list-page";
import { Button } from "@/components/ui/button";
import type { User } from "@/operations/users/schema";
import { useUsers } from "../queries";
import { userFilter, userSearch } from "../search-params";
import { CreateUserDialog } from "./create-user-dialog";
import { UserTable } from "./user-table";

/** All users of the gateway. */
export function UsersPage() {
  const t = useTranslations("users");
  const [search, setSearch] = useQueryStates(userSearch);
  const query = useUsers(userFilter(search));
  const [isCreating, setCreating] = useState(false);
  const isFiltered = search.q !== "" || search.state !== null || search.role !== null;
  const clear = () => void setSearch({ q: null, state: null, role: null });
  const shown = (items: readonly User[]) => items.filter(({ role }) => search.role === null || role === search.role);
  const newUser = (
    <Button onClick={() => setCreating(true)}>
      <Plus aria-hidden />
      {t("new")}
    </Button>
  );
  return (
    <>
      <ListPage
        action={newUser}
        columns={6}
        count={(list) => t("count", { count: shown(list.items).length })}
        filters={
          <>
            <SearchFilter label={t("filter.q")} onChange={(q) => void setSearch({ q })} value={search.q} />
            <SelectFilter
              label={t("filter.role")}
              onChange={(role) => void setSearch({ role })}
              options={[
                { value: "admin", label: t("role.admin") },
                { value: "user", label: t("role.user") },
              ]}
              value={search.role}
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
        isEmpty={(list) => shown(list.items).length === 0}
        isFiltered={isFiltered}
        lead={t("lead")}
        nothing={{ icon: <UsersRound aria-hidden />, title: t("emptyTitle"), text: t("emptyText") }}
        onClear={clear}
        query={query}
        title={t("title")}
      >
        {(list) => (
          <UserTable items={shown(list.items)} onSort={(sort) => void setSearch({ sort })} sort={search.sort} />
        )}
      </ListPage>
      <CreateUserDialog onOpenChange={setCreating} open={isCreating} />
    </>
  );
}
