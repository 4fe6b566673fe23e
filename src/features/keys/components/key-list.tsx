"use client";

import { useTranslations } from "next-intl";
import { useCallback } from "react";
import { DataTable } from "@/components/data-table";
import type { Key } from "@/operations/keys/schema";
import { KeyActions } from "./key-actions";
import { useKeyColumns } from "./key-columns";
import type { useKeyWork } from "./use-key-work";

/** Props of `KeyList`. */
export type KeyListProps = {
  items: readonly Key[];
  work: ReturnType<typeof useKeyWork>;
  withOwner: boolean;
  sort?: string | undefined;
  onSort?: ((sort: string) => void) | undefined;
};

/** An admin's table of keys. */
export function KeyList({ items, work, withOwner, sort, onSort }: KeyListProps) {
  const t = useTranslations("keys");
  const { setRotating, ask } = work;
  const { run } = work.update;
  const actions = useCallback(
    (key: Key) => (
      <KeyActions
        onDelete={() => ask({ kind: "delete", key })}
        onDisable={() => ask({ kind: "disable", key })}
        onEnable={() => void run({ id: key.id, version: key.version, enabled: true })}
        onRotate={setRotating}
        requestsHref={`/admin/requests?key=${key.id}`}
        target={key}
      />
    ),
    [setRotating, ask, run],
  );
  const columns = useKeyColumns(actions, { withOwner });
  return (
    <DataTable
      caption={t("caption")}
      columns={columns}
      isDimmed={(key) => key.state !== "active"}
      items={items}
      onSort={onSort}
      rowId={(key) => String(key.id)}
      sort={sort}
    />
  );
}
