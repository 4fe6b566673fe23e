"use client";

import { ListFilter, PlugZap, Power, PowerOff, SlidersHorizontal } from "lucide-react";
import { useTranslations } from "next-intl";
import { DetailSheet } from "@/components/detail-sheet";
import { Button, buttonVariants } from "@/components/ui/button";
import { Link } from "@/i18n/navigation";
import type { Channel } from "@/operations/channels/channel";
import type { LiveChannelRow } from "@/operations/channels/live-channels";
import { ChannelState } from "./channel-badges";
import { ChannelFailures } from "./channel-failures";
import { ChannelNow } from "./channel-now";

/** Props of `ChannelDrawer`. */
export type ChannelDrawerProps = {
  /** From the URL; null: closed. */
  id: string | null;
  /** The list in its order. */
  items: readonly Channel[];
  row: LiveChannelRow | undefined;
  isStale: boolean;
  onChange: (id: string | null) => void;
  onTest: (channel: Channel) => void;
  onToggle: (channel: Channel) => void;
};

/** The drawer over the list of channels: what one is doing now, and what can be done about it. */
export function ChannelDrawer({ id, items, row, isStale, onChange, onTest, onToggle }: ChannelDrawerProps) {
  const channel = items.find((one) => String(one.id) === id);
  const ids = items.map((one) => String(one.id));
  return (
    <DetailSheet
      description={
        channel === undefined ? undefined : (
          <span className="wrap-anywhere" data-user-text dir="ltr">
            {channel.baseUrl}
          </span>
        )
      }
      id={channel === undefined ? null : id}
      ids={ids}
      onChange={onChange}
      title={
        <span className="flex flex-wrap items-center gap-2.5">
          <span data-user-text dir="auto">
            {channel?.name}
          </span>
          {channel === undefined ? null : <ChannelState channel={channel} health={row?.health} />}
        </span>
      }
    >
      {channel === undefined ? null : (
        <div className="grid gap-6">
          <DrawerActions channel={channel} onTest={onTest} onToggle={onToggle} />
          <ChannelNow isStale={isStale} row={row} />
          <ChannelFailures channelId={channel.id} />
        </div>
      )}
    </DetailSheet>
  );
}

function DrawerActions({
  channel,
  onTest,
  onToggle,
}: { channel: Channel } & Pick<ChannelDrawerProps, "onTest" | "onToggle">) {
  const t = useTranslations("channels");
  const Toggle = channel.enabled ? PowerOff : Power;
  const look = buttonVariants({ variant: "outline", size: "sm" });
  return (
    <div className="flex flex-wrap gap-2">
      <Link className={look} href={`/admin/channels/${channel.id}#limits`}>
        <SlidersHorizontal aria-hidden />
        {t("now.limits")}
      </Link>
      <Button onClick={() => onTest(channel)} size="sm" variant="outline">
        <PlugZap aria-hidden />
        {t("test.action")}
      </Button>
      <Button onClick={() => onToggle(channel)} size="sm" variant="outline">
        <Toggle aria-hidden />
        {t(channel.enabled ? "disable.action" : "enable.action")}
      </Button>
      <Link className={look} href={`/admin/requests?channel=${channel.id}`}>
        <ListFilter aria-hidden />
        {t("requests")}
      </Link>
    </div>
  );
}
