"use client";

import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { StateView } from "@/components/state-view";
import { TableSkeleton } from "@/components/table-skeleton";
import { Button } from "@/components/ui/button";
import { KeyDialogs } from "@/features/keys/components/key-dialogs";
import { KeyList } from "@/features/keys/components/key-list";
import { useKeyWork } from "@/features/keys/components/use-key-work";
import type { User } from "@/operations/users/schema";
import { useUserKeys } from "../queries";

/** The keys of one user, with all that can be done to them. */
export function UserKeys({ user }: { user: User }) {
  const t = useTranslations("users.keys");
  const query = useUserKeys(user.id);
  const work = useKeyWork();
  return (
    <section className="grid min-w-0 gap-3">
      <div className="flex items-center justify-between gap-3">
        <h2 className="text-base font-semibold tracking-tight">{t("title")}</h2>
        <Button onClick={() => work.setCreating(true)} size="sm" variant="outline">
          <Plus aria-hidden />
          {t("new")}
        </Button>
      </div>
      <StateView
        empty={{
          when: (list) => list.items.length === 0,
          isFiltered: false,
          onClearFilters: () => undefined,
          nothing: (
            <p className="rounded-lg border border-dashed border-input-soft px-4 py-6 text-center text-sm text-muted-foreground">
              {t("empty")}
            </p>
          ),
        }}
        query={query}
        skeleton={<TableSkeleton columns={5} />}
      >
        {(list) => <KeyList items={list.items} withOwner={false} work={work} />}
      </StateView>
      <KeyDialogs ownerId={user.id} owners={[user]} work={work} />
    </section>
  );
}
