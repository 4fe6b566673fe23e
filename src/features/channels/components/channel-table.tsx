"use client";

import { useFormatter, useTranslations } from "next-intl";
import { type ReactNode, useMemo } from "react";
import { type DataColumn, DataTable } from "@/components/data-table";
import { Instant } from "@/components/instant";
import { ManagedByFile } from "@/components/managed-by-file";
import { NameLink } from "@/components/name-link";
import { Sparkline } from "@/components/sparkline";
import type { Channel } from "@/operations/channels/channel";
import type { LiveChannelRow } from "@/operations/channels/live-channels";
import { ChannelProtocols, ChannelState } from "./channel-badges";
import { ChannelModels } from "./channel-models";
import { LimiterCell } from "./limiter-cell";
import type { LiveBoard } from "./live-connection";
import { pressureOf } from "./pressure-of";

const hrefOf = (channel: Channel) => `/admin/channels/${channel.id}`;

/** Props of `ChannelTable`; `actions` makes the last column. */
export type ChannelTableProps = {
  items: readonly Channel[];
  /** What they are doing. */
  live: Pick<LiveBoard, "reading" | "isStale">;
  actions: (channel: Channel) => ReactNode;
  sort: string;
  onSort: (sort: string) => void;
  onOpen: (channel: Channel) => void;
};

/** The channels; a row opens its drawer, a name its page. */
export function ChannelTable({ items, live, actions, sort, onSort, onOpen }: ChannelTableProps) {
  const t = useTranslations("channels");
  const rows = useMemo(() => new Map(live.reading?.rows.map((row) => [row.channelId, row])), [live.reading]);
  const { isStale } = live;
  const columns = useMemo<readonly DataColumn<Channel>[]>(
    () => [
      {
        id: "name",
        header: t("column.name"),
        card: "title",
        sortBy: (channel) => channel.name,
        cell: (channel) => <ChannelName channel={channel} />,
      },
      {
        id: "state",
        header: t("column.state"),
        sortBy: (channel) => (channel.enabled ? 0 : 1),
        cell: (channel) => <ChannelState channel={channel} health={rows.get(channel.id)?.health} />,
      },
      {
        id: "live",
        header: t("column.live"),
        sortBy: (channel) => pressureOf(rows.get(channel.id)),
        cell: (channel) => <LiveCell isStale={isStale} row={rows.get(channel.id)} />,
      },
      {
        id: "recent",
        header: t("column.recent"),
        from: "2xl",
        cell: (channel) => <RecentCell row={rows.get(channel.id)} />,
      },
      {
        id: "protocols",
        header: t("column.protocols"),
        cell: (channel) => <ChannelProtocols protocols={channel.protocols} />,
      },
      {
        id: "models",
        header: t("column.models"),
        sortBy: (channel) => channel.models.length,
        cell: (channel) => <ChannelModels models={channel.models} />,
      },
      {
        id: "priority",
        header: t("column.priority"),
        align: "end",
        sortBy: (channel) => channel.priority,
        cell: (channel) => channel.priority,
      },
      {
        id: "weight",
        header: t("column.weight"),
        align: "end",
        from: "lg",
        sortBy: (channel) => channel.weight,
        cell: (channel) => channel.weight,
      },
      {
        id: "multiplier",
        header: t("column.multiplier"),
        align: "end",
        from: "2xl",
        sortBy: (channel) => Number(channel.costMultiplier),
        cell: (channel) => <span data-user-text>×{channel.costMultiplier}</span>,
      },
      {
        id: "credential",
        header: t("column.credential"),
        from: "2xl",
        cell: (channel) => <Credential credential={channel.credential} />,
      },
      {
        id: "actions",
        header: t("column.actions"),
        hideHeader: true,
        align: "end",
        card: "corner",
        className: "md:w-12",
        cell: actions,
      },
    ],
    [t, actions, rows, isStale],
  );
  return (
    <DataTable
      caption={t("caption")}
      columns={columns}
      isDimmed={(channel) => !channel.enabled}
      items={items}
      onOpen={onOpen}
      onSort={onSort}
      rowId={(channel) => String(channel.id)}
      sort={sort}
    />
  );
}

function LiveCell({ row, isStale }: { row: LiveChannelRow | undefined; isStale: boolean }) {
  if (row === undefined) return <span className="text-muted-foreground">–</span>;
  return <LimiterCell isStale={isStale} row={row} />;
}

/** What was sent and turned away lately. */
function RecentCell({ row }: { row: LiveChannelRow | undefined }) {
  const t = useTranslations("channels.now");
  const format = useFormatter();
  if (row === undefined) return <span className="text-muted-foreground">–</span>;
  const { spark, denied5m } = row;
  const counts = format.list(spark.map((count) => format.number(count)));
  return (
    <span className="grid gap-0.5">
      <Sparkline label={t("sparkSentence", { counts })} values={spark} />
      {denied5m.full + denied5m.timeout === 0 ? null : (
        <span className="text-xs text-muted-foreground" title={t("denied")}>
          {t("deniedParts", denied5m)}
        </span>
      )}
    </span>
  );
}

function ChannelName({ channel }: { channel: Channel }) {
  return (
    <span className="grid min-w-36 py-0.5">
      <span className="flex flex-wrap items-center gap-2">
        <NameLink className="font-medium" href={hrefOf(channel)} name={channel.name} />
        {channel.managedBy === "file" ? <ManagedByFile /> : null}
      </span>
      <span
        className="truncate text-xs font-normal text-muted-foreground md:max-w-56"
        data-user-text
        dir="ltr"
        title={channel.baseUrl}
      >
        {channel.baseUrl.replace(/^https?:\/\//, "")}
      </span>
    </span>
  );
}

function Credential({ credential }: Pick<Channel, "credential">) {
  const t = useTranslations("channels");
  if (credential === null) return <span className="text-warning">{t("notSet")}</span>;
  if (!credential.opens) return <span className="text-warning">{t("unreadable")}</span>;
  return (
    <span className="text-muted-foreground md:whitespace-nowrap">
      {t.rich("setWhen", { when: () => <Instant at={credential.setAt} look="relative" /> })}
    </span>
  );
}
