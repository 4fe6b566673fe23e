"use client";

import { Plus, Waypoints } from "lucide-react";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { useCallback, useState } from "react";
import { EmptyState } from "@/components/empty-state";
import { FilterBar, SearchFilter, SelectFilter } from "@/components/filter-bar";
import { PageBody } from "@/components/shell/page-body";
import { PageHeader } from "@/components/shell/page-header";
import { StateView } from "@/components/state-view";
import { TableSkeleton } from "@/components/table-skeleton";
import { Alert } from "@/components/ui/alert";
import { buttonVariants } from "@/components/ui/button";
import { useToast } from "@/components/ui/toast";
import { useAction } from "@/components/use-action";
import { useProblemText } from "@/components/use-problem-text";
import { Link } from "@/i18n/navigation";
import type { Channel, ChannelList } from "@/operations/channels/schema";
import { updateChannelAction } from "../actions";
import { CHANNELS_KEY, useChannels } from "../queries";
import { channelSearch, matchesSearch } from "../search-params";
import { ChannelActions } from "./channel-actions";
import { ChannelTable } from "./channel-table";
import { DeleteChannelDialog } from "./delete-channel-dialog";
import { TestChannelDialog } from "./test-channel-dialog";

/** All channels of the gateway. */
export function ChannelsPage() {
  const t = useTranslations("channels");
  const [search, setSearch] = useQueryStates(channelSearch);
  const query = useChannels();
  const isFiltered = search.q !== "" || search.protocol !== null || search.state !== null;
  const clear = () => void setSearch({ q: null, protocol: null, state: null });
  const shown = (list: ChannelList) => list.items.filter((channel) => matchesSearch(channel, search));
  const newChannel = (
    <Link className={buttonVariants()} href="/admin/channels/new">
      <Plus aria-hidden />
      {t("new")}
    </Link>
  );
  return (
    <PageBody>
      <PageHeader actions={newChannel} description={t("lead")} title={t("title")} />
      <div className="grid min-w-0 gap-3">
        <FilterBar
          isFiltered={isFiltered}
          onClear={clear}
          summary={query.data === undefined ? null : t("count", { count: shown(query.data).length })}
        >
          <SearchFilter label={t("filter.q")} onChange={(q) => void setSearch({ q })} value={search.q} />
          <SelectFilter
            label={t("filter.protocol")}
            onChange={(protocol) => void setSearch({ protocol })}
            options={[
              { value: "openai-chat", label: t("protocol.openai-chat") },
              { value: "anthropic-messages", label: t("protocol.anthropic-messages") },
            ]}
            value={search.protocol}
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
            when: (list) => shown(list).length === 0,
            isFiltered: isFiltered && query.data?.items.length !== 0,
            onClearFilters: clear,
            nothing: (
              <EmptyState
                actions={newChannel}
                icon={<Waypoints aria-hidden />}
                text={t("emptyText")}
                title={t("emptyTitle")}
              />
            ),
          }}
          query={query}
          skeleton={<TableSkeleton columns={7} />}
        >
          {(list) => (
            <ChannelRows
              all={list.items}
              items={shown(list)}
              onSort={(sort) => void setSearch({ sort })}
              sort={search.sort}
            />
          )}
        </StateView>
      </div>
    </PageBody>
  );
}

function ChannelRows(props: {
  all: readonly Channel[];
  items: readonly Channel[];
  sort: string;
  onSort: (sort: string) => void;
}) {
  const t = useTranslations("channels");
  const toast = useToast();
  const problemText = useProblemText();
  const [testing, setTesting] = useState<Channel | null>(null);
  const [deleting, setDeleting] = useState<Channel | null>(null);
  const update = useAction(updateChannelAction, {
    invalidates: [CHANNELS_KEY],
    onDone: ({ enabled }) => toast(t(enabled ? "saved.enabled" : "saved.disabled")),
  });
  const { run } = update;
  const actions = useCallback(
    (channel: Channel) => (
      <ChannelActions
        channel={channel}
        onDelete={setDeleting}
        onTest={setTesting}
        onToggle={({ id, version, enabled }) => void run({ id, version, enabled: !enabled })}
      />
    ),
    [run],
  );
  return (
    <div className="grid min-w-0 gap-3">
      {update.problem === null ? null : (
        <Alert live="alert" tone="danger">
          {problemText(update.problem)}
        </Alert>
      )}
      <ChannelTable actions={actions} items={props.items} onSort={props.onSort} sort={props.sort} />
      <TestChannelDialog channel={testing} onClose={() => setTesting(null)} />
      <DeleteChannelDialog all={props.all} channel={deleting} onClose={() => setDeleting(null)} />
    </div>
  );
}
