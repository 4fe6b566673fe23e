"use client";

import { Ellipsis, ListFilter, Power, PowerOff, RotateCw, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { buttonVariants } from "@/components/ui/button";
import { Menu, MenuContent, MenuItem, MenuLinkItem, MenuSeparator, MenuTrigger } from "@/components/ui/menu";
import { Link } from "@/i18n/navigation";
import type { Key } from "@/operations/keys/schema";

/** What can be done with a key where it is listed; what is absent is not allowed there. */
export type KeyActionsProps = {
  target: Key;
  /** List of the requests of this key. */
  requestsHref: string;
  onRotate: (key: Key) => void;
  onDisable: (key: Key) => void;
  onEnable?: ((key: Key) => void) | undefined;
  onDelete?: ((key: Key) => void) | undefined;
};

/** The menu at the end of a key's row. */
export function KeyActions({ target, requestsHref, onRotate, onDisable, onEnable, onDelete }: KeyActionsProps) {
  const t = useTranslations("keys");
  const shared = useTranslations("shared");
  return (
    <Menu>
      <MenuTrigger
        aria-label={shared("menu", { name: target.name })}
        className={buttonVariants({ variant: "ghost", size: "icon-sm" })}
      >
        <Ellipsis aria-hidden />
      </MenuTrigger>
      <MenuContent>
        <MenuItem onClick={() => onRotate(target)}>
          <RotateCw aria-hidden className="size-4" />
          {t("rotate.action")}
        </MenuItem>
        <MenuLinkItem render={<Link href={requestsHref} />}>
          <ListFilter aria-hidden className="size-4" />
          {t("requests")}
        </MenuLinkItem>
        {target.enabled ? (
          <MenuItem onClick={() => onDisable(target)}>
            <PowerOff aria-hidden className="size-4" />
            {t("disable.action")}
          </MenuItem>
        ) : null}
        {target.enabled || onEnable === undefined ? null : (
          <MenuItem onClick={() => onEnable(target)}>
            <Power aria-hidden className="size-4" />
            {t("enable.action")}
          </MenuItem>
        )}
        {onDelete === undefined ? null : (
          <>
            <MenuSeparator />
            <MenuItem onClick={() => onDelete(target)} tone="danger">
              <Trash2 aria-hidden className="size-4" />
              {t("delete.action")}
            </MenuItem>
          </>
        )}
      </MenuContent>
    </Menu>
  );
}
