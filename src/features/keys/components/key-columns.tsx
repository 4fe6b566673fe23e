"use client";

import { RotateCw } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useMemo } from "react";
import type { DataColumn } from "@/components/data-table";
import { Instant, useInstantText } from "@/components/instant";
import { NameLink } from "@/components/name-link";
import { Badge } from "@/components/ui/badge";
import type { Key } from "@/operations/keys/schema";
import { KeyModels } from "./key-models";
import { KeySecret } from "./key-secret";
import { KeyState } from "./key-state";

/** The columns of a list of keys. `actions` makes the last one; give it the same function each time. */
export function useKeyColumns(
  actions: (key: Key) => ReactNode,
  { withOwner }: { withOwner: boolean },
): readonly DataColumn<Key>[] {
  const t = useTranslations("keys");
  return useMemo(() => {
    const owner: DataColumn<Key> = {
      id: "owner",
      header: t("column.owner"),
      sortBy: (key) => key.userName,
      cell: (key) => <NameLink className="md:max-w-40" href={`/admin/users/${key.userId}`} name={key.userName} />,
    };
    const columns: DataColumn<Key>[] = [
      {
        id: "name",
        header: t("column.name"),
        card: "title",
        sortBy: (key) => key.name,
        cell: (key) => <KeyName keyRow={key} />,
      },
      ...(withOwner ? [owner] : []),
      {
        id: "state",
        header: t("column.state"),
        sortBy: (key) => key.state,
        cell: (key) => <KeyState state={key.state} />,
      },
      {
        id: "models",
        header: t("column.models"),
        from: "lg",
        sortBy: (key) => key.models?.length ?? Number.MAX_SAFE_INTEGER,
        cell: (key) => <KeyModels models={key.models} />,
      },
      {
        id: "lastUsed",
        header: t("column.lastUsed"),
        sortBy: (key) => (key.lastUsedAt === null ? null : -Date.parse(key.lastUsedAt)),
        cell: (key) =>
          key.lastUsedAt === null ? (
            <span className="text-muted-foreground">{t("never")}</span>
          ) : (
            <Instant at={key.lastUsedAt} look="relative" />
          ),
      },
      {
        id: "expires",
        header: t("column.expires"),
        from: "lg",
        sortBy: (key) => (key.expiresAt === null ? null : Date.parse(key.expiresAt)),
        cell: (key) =>
          key.expiresAt === null ? (
            <span className="text-muted-foreground">{t("noEnd")}</span>
          ) : (
            <Instant at={key.expiresAt} look="day" />
          ),
      },
      {
        id: "actions",
        header: t("column.actions"),
        hideHeader: true,
        card: "corner",
        align: "end",
        className: "md:w-12",
        cell: actions,
      },
    ];
    return columns;
  }, [t, actions, withOwner]);
}

function KeyName({ keyRow }: { keyRow: Key }) {
  const t = useTranslations("keys");
  const instantText = useInstantText();
  const { previous } = keyRow;
  const olderSecret = ({ prefix, lastFour, expiresAt }: NonNullable<Key["previous"]>) =>
    t("rotate.older", { secret: `${prefix}…${lastFour}`, time: instantText(expiresAt) });
  return (
    <span className="grid gap-0.5 py-0.5">
      <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="block font-medium md:max-w-56 md:truncate" data-user-text dir="auto" title={keyRow.name}>
          {keyRow.name}
        </span>
        {previous === null ? null : (
          <Badge className="h-5" title={olderSecret(previous)} tone="info">
            <RotateCw aria-hidden />
            {t("rotatingShort")}
          </Badge>
        )}
      </span>
      <KeySecret className="font-normal text-muted-foreground" lastFour={keyRow.lastFour} prefix={keyRow.prefix} />
    </span>
  );
}
