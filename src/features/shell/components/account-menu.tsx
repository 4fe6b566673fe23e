"use client";

import { CircleUserRound, Gauge, LayoutDashboard, LogOut } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import {
  Menu,
  MenuContent,
  MenuGroup,
  MenuItem,
  MenuLabel,
  MenuLinkItem,
  MenuSeparator,
  MenuTrigger,
} from "@/components/ui/menu";
import { Link } from "@/i18n/navigation";
import type { Area } from "./nav-entries";
import { useSignOut } from "./use-sign-out";

/** Who is signed in, the way to the other side of the dashboard, and the way out. */
export function AccountMenu(props: { name: string; role: "admin" | "user"; area: Area }) {
  const t = useTranslations("shell");
  const { signOut, pending } = useSignOut();
  return (
    <Menu>
      <MenuTrigger
        render={
          <Button
            aria-label={t("account", { name: props.name })}
            className="text-muted-foreground"
            pending={pending}
            size="icon-sm"
            variant="ghost"
          />
        }
      >
        {pending ? null : <CircleUserRound aria-hidden />}
      </MenuTrigger>
      <MenuContent className="min-w-52">
        <MenuGroup>
          <MenuLabel className="grid">
            <span className="truncate text-sm font-medium text-foreground" data-user-text dir="auto">
              {props.name}
            </span>
            <span>{t(`role.${props.role}`)}</span>
          </MenuLabel>
        </MenuGroup>
        <MenuSeparator />
        {props.role === "admin" ? (
          <MenuLinkItem render={<Link href={props.area === "admin" ? "/me" : "/admin"} />}>
            {props.area === "admin" ? (
              <Gauge aria-hidden className="size-4" />
            ) : (
              <LayoutDashboard aria-hidden className="size-4" />
            )}
            {props.area === "admin" ? t("nav.myUsage") : t("administration")}
          </MenuLinkItem>
        ) : null}
        <MenuItem onClick={signOut}>
          <LogOut aria-hidden className="size-4 rtl:-scale-x-100" />
          {t("signOut")}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
