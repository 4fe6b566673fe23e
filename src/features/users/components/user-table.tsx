"use client";

import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { type DataColumn, DataTable } from "@/components/data-table";
import { Instant } from "@/components/instant";
import { NameLink } from "@/components/name-link";
import { useRouter } from "@/i18n/navigation";
import type { User } from "@/operations/users/schema";
import { UserRole, UserState } from "./user-badges";

const hrefOf = (user: User) => `/admin/users/${user.id}`;

/** Props of `UserTable`. */
export type UserTableProps = { items: readonly User[]; sort: string; onSort: (sort: string) => void };

/** The users; a row opens its profile. */
export function UserTable({ items, sort, onSort }: UserTableProps) {
  const t = useTranslations("users");
  const router = useRouter();
  const columns = useMemo<readonly DataColumn<User>[]>(
    () => [
      {
        id: "name",
        header: t("column.name"),
        card: "title",
        sortBy: (user) => user.name,
        cell: (user) => <NameLink className="font-medium md:max-w-72" href={hrefOf(user)} name={user.name} />,
      },
      {
        id: "email",
        header: t("column.email"),
        sortBy: (user) => user.email,
        cell: (user) => (
          <span
            className="block text-muted-foreground max-md:break-all md:max-w-52 md:truncate"
            data-user-text
            title={user.email ?? undefined}
          >
            {user.email ?? "–"}
          </span>
        ),
      },
      {
        id: "role",
        header: t("column.role"),
        sortBy: (user) => user.role,
        cell: (user) => <UserRole role={user.role} />,
      },
      {
        id: "state",
        header: t("column.state"),
        sortBy: (user) => (user.enabled ? 0 : 1),
        cell: (user) => <UserState enabled={user.enabled} />,
      },
      {
        id: "signIn",
        header: t("column.signIn"),
        sortBy: (user) => (user.hasAccount ? 0 : 1),
        cell: (user) =>
          user.hasAccount ? t("signIn.password") : <span className="text-muted-foreground">{t("signIn.none")}</span>,
      },
      {
        id: "created",
        header: t("column.created"),
        from: "lg",
        align: "end",
        sortBy: (user) => Date.parse(user.createdAt),
        cell: (user) => <Instant at={user.createdAt} look="day" />,
      },
    ],
    [t],
  );
  return (
    <DataTable
      caption={t("caption")}
      columns={columns}
      isDimmed={(user) => !user.enabled}
      items={items}
      onOpen={(user) => router.push(hrefOf(user))}
      onSort={onSort}
      rowId={(user) => String(user.id)}
      sort={sort}
    />
  );
}
