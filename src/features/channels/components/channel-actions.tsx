"use client";

import { Activity, Ellipsis, ListFilter, Pencil, PlugZap, Power, PowerOff, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { buttonVariants } from "@/components/ui/button";
import { Menu, MenuContent, MenuItem, MenuLinkItem, MenuSeparator, MenuTrigger } from "@/components/ui/menu";
import { Link } from "@/i18n/navigation";
import type { Channel } from "@/operations/channels/channel";

/** Props of `ChannelActions`. */
export type ChannelActionsProps = {
  channel: Channel;
  onOpen: (channel: Channel) => void;
  onTest: (channel: Channel) => void;
  onToggle: (channel: Channel) => void;
  onDelete: (channel: Channel) => void;
};

/** The menu at the end of a channel's row. */
export function ChannelActions({ channel, onOpen, onTest, onToggle, onDelete }: ChannelActionsProps) {
  const t = useTranslations("channels");
  const shared = useTranslations("shared");
  const Toggle = channel.enabled ? PowerOff : Power;
  return (
    <Menu>
      <MenuTrigger
        aria-label={shared("menu", { name: channel.name })}
        className={buttonVariants({ variant: "ghost", size: "icon-sm" })}
      >
        <Ellipsis aria-hidden />
      </MenuTrigger>
      <MenuContent>
        <MenuLinkItem render={<Link href={`/admin/channels/${channel.id}`} />}>
          <Pencil aria-hidden className="size-4" />
          {t("edit")}
        </MenuLinkItem>
        <MenuItem onClick={() => onOpen(channel)}>
          <Activity aria-hidden className="size-4" />
          {t("now.open")}
        </MenuItem>
        <MenuItem onClick={() => onTest(channel)}>
          <PlugZap aria-hidden className="size-4" />
          {t("test.action")}
        </MenuItem>
        <MenuLinkItem render={<Link href={`/admin/requests?channel=${channel.id}`} />}>
          <ListFilter aria-hidden className="size-4" />
          {t("requests")}
        </MenuLinkItem>
        <MenuItem onClick={() => onToggle(channel)}>
          <Toggle aria-hidden className="size-4" />
          {t(channel.enabled ? "disable.action" : "enable.action")}
        </MenuItem>
        <MenuSeparator />
        <MenuItem onClick={() => onDelete(channel)} tone="danger">
          <Trash2 aria-hidden className="size-4" />
          {t("delete.action")}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
