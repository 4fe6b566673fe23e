"use client";

import { KeyRound, Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { useCallback } from "react";
import { DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { PageBody } from "@/components/shell/page-body";
import { PageHeader } from "@/components/shell/page-header";
import { StateView } from "@/components/state-view";
import { TableSkeleton } from "@/components/table-skeleton";
import { Button } from "@/components/ui/button";
import { CreateKeyDialog } from "@/features/keys/components/create-key-dialog";
import { KeyActions } from "@/features/keys/components/key-actions";
import { useKeyColumns } from "@/features/keys/components/key-columns";
import { KeyConfirmations } from "@/features/keys/components/key-confirmations";
import { RotateKeyDialog } from "@/features/keys/components/rotate-key-dialog";
import type { Key } from "@/operations/keys/schema";
import { useOwnKeys } from "../queries";
import { ownKeySearch } from "../search-params";
import { useOwnKeyWork } from "./use-own-key-work";

/** The reader's own keys: make one, give it a new secret, switch it off. */
export function OwnKeysPage() {
  const t = useTranslations("me");
  const words = useTranslations("keys");
  const [search, setSearch] = useQueryStates(ownKeySearch);
  const query = useOwnKeys();
  const work = useOwnKeyWork();
  const newKey = (
    <Button onClick={() => void setSearch({ new: true })}>
      <Plus aria-hidden />
      {words("new")}
    </Button>
  );
  return (
    <PageBody>
      <PageHeader actions={newKey} description={t("keysLead")} title={t("keysTitle")} />
      <StateView
        empty={{
          when: ({ items }) => items.length === 0,
          isFiltered: false,
          onClearFilters: () => undefined,
          nothing: (
            <EmptyState
              actions={newKey}
              icon={<KeyRound aria-hidden />}
              text={t("noKeysText")}
              title={t("noKeysTitle")}
            />
          ),
        }}
        query={query}
        skeleton={<TableSkeleton columns={5} />}
      >
        {({ items }) => (
          <OwnKeyList items={items} onSort={(sort) => void setSearch({ sort })} sort={search.sort} work={work} />
        )}
      </StateView>
      <CreateKeyDialog
        create={work.create}
        onOpenChange={(open) => {
          work.create.reset();
          void setSearch({ new: open });
        }}
        open={search.new}
        owners={null}
      />
      <RotateKeyDialog
        onClose={() => {
          work.rotate.reset();
          work.setRotating(null);
        }}
        rotate={work.rotate}
        target={work.rotating}
      />
      <KeyConfirmations disable={work.disable} isOwn onClose={() => work.ask(null)} question={work.question} />
    </PageBody>
  );
}

function OwnKeyList(props: {
  items: readonly Key[];
  work: ReturnType<typeof useOwnKeyWork>;
  sort: string;
  onSort: (sort: string) => void;
}) {
  const t = useTranslations("keys");
  const { setRotating, ask } = props.work;
  const actions = useCallback(
    (key: Key) => (
      <KeyActions
        onDisable={() => ask({ kind: "disable", key })}
        onRotate={setRotating}
        requestsHref={`/me/requests?key=${key.id}`}
        target={key}
      />
    ),
    [setRotating, ask],
  );
  const columns = useKeyColumns(actions, { withOwner: false });
  return (
    <DataTable
      caption={t("caption")}
      columns={columns}
      isDimmed={(key) => key.state !== "active"}
      items={props.items}
      onSort={props.onSort}
      rowId={(key) => String(key.id)}
      sort={props.sort}
    />
  );
}
