"use client";

import { Plus, Waypoints } from "lucide-react";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { useCallback, useState } from "react";
import { SearchFilter, SelectFilter } from "@/components/filter-bar";
import { ListPage } from "@/components/list-page";
import { Alert } from "@/components/ui/alert";
import { buttonVariants } from "@/components/ui/button";
import { useToast } from "@/components/ui/toast";
import { useAction } from "@/components/use-action";
import { useProblemText } from "@/components/use-problem-text";
import { Link } from "@/i18n/navigation";
import type { Channel, ChannelList } from "@/operations/channels/channel";
import { CHANNEL_CHOICES } from "@/operations/channels/schema";
import { updateChannelAction } from "../actions";
import { CHANNELS_KEY, useChannels } from "../queries";
import { channelSearch, matchesSearch } from "../search-params";
import { ChannelActions } from "./channel-actions";
import { ChannelDrawer } from "./channel-drawer";
import { ChannelTable } from "./channel-table";
import { DeleteChannelDialog } from "./delete-channel-dialog";
import { LiveBadge } from "./live-badge";
import type { LiveBoard } from "./live-connection";
import { TestChannelDialog } from "./test-channel-dialog";
import { useLiveChannels } from "./use-live-channels";

/** All channels of the gateway. */
export function ChannelsPage() {
  const t = useTranslations("channels");
  const [search, setSearch] = useQueryStates(channelSearch);
  const query = useChannels();
  const live = useLiveChannels();
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
    <ListPage
      action={newChannel}
      columns={7}
      count={(list) => t("count", { count: shown(list).length })}
      filters={
        <>
          <SearchFilter label={t("filter.q")} onChange={(q) => void setSearch({ q })} value={search.q} />
          <SelectFilter
            label={t("filter.protocol")}
            onChange={(protocol) => void setSearch({ protocol })}
            options={CHANNEL_CHOICES.protocols.map((value) => ({ value, label: t(`protocol.${value}`) }))}
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
          <LiveBadge live={live} />
        </>
      }
      isBare={(list) => list.items.length === 0}
      isEmpty={(list) => shown(list).length === 0}
      isFiltered={isFiltered}
      lead={t("lead")}
      nothing={{ icon: <Waypoints aria-hidden />, title: t("emptyTitle"), text: t("emptyText") }}
      onClear={clear}
      query={query}
      title={t("title")}
    >
      {(list) => (
        <ChannelRows
          all={list.items}
          items={shown(list)}
          live={live}
          onOpen={(open) => void setSearch({ open })}
          onSort={(sort) => void setSearch({ sort })}
          open={search.open}
          sort={search.sort}
        />
      )}
    </ListPage>
  );
}

function ChannelRows(props: {
  all: readonly Channel[];
  items: readonly Channel[];
  live: LiveBoard;
  sort: string;
  onSort: (sort: string) => void;
  open: string | null;
  onOpen: (open: string | null) => void;
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
  const { onOpen, open, live } = props;
  const toggle = useCallback(
    ({ id, version, enabled }: Channel) => void run({ id, version, enabled: !enabled }),
    [run],
  );
  const actions = useCallback(
    (channel: Channel) => (
      <ChannelActions
        channel={channel}
        onDelete={setDeleting}
        onOpen={({ id }) => onOpen(String(id))}
        onTest={setTesting}
        onToggle={toggle}
      />
    ),
    [toggle, onOpen],
  );
  return (
    <div className="grid min-w-0 gap-3">
      {update.problem === null ? null : (
        <Alert live="alert" tone="danger">
          {problemText(update.problem)}
        </Alert>
      )}
      <ChannelTable
        actions={actions}
        items={props.items}
        live={live}
        onOpen={({ id }) => onOpen(String(id))}
        onSort={props.onSort}
        sort={props.sort}
      />
      <ChannelDrawer
        id={open}
        isStale={live.isStale}
        items={props.items}
        onChange={onOpen}
        onTest={setTesting}
        onToggle={toggle}
        row={live.reading?.rows.find(({ channelId }) => String(channelId) === open)}
      />
      <TestChannelDialog channel={testing} onClose={() => setTesting(null)} />
      <DeleteChannelDialog all={props.all} channel={deleting} onClose={() => setDeleting(null)} />
    </div>
  );
}
