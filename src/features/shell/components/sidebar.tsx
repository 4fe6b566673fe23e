"use client";

import { PanelLeftClose, PanelLeftOpen } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Tooltip } from "@/components/ui/tooltip";
import { Link } from "@/i18n/navigation";
import type { Permission } from "@/operations/references";
import { Logo } from "./logo";
import { type Area, navSections } from "./nav-entries";
import { NavList } from "./nav-list";
import { SIDEBAR_COOKIE } from "./sidebar-cookie";

/** The navigation at the start edge of wide windows; collapses to icons and remembers that in a cookie. */
export function Sidebar(props: {
  area: Area;
  can: readonly Permission[];
  gatewayName: string;
  startsCompact: boolean;
}) {
  const t = useTranslations("shell");
  const [compact, setCompact] = useState(props.startsCompact);
  const toggle = () => {
    setCompact(!compact);
    // Forgetting the width of the sidebar is no failure worth a message.
    void globalThis.cookieStore
      ?.set({ name: SIDEBAR_COOKIE, value: compact ? "wide" : "compact", path: "/", sameSite: "lax" })
      .catch(() => undefined);
  };
  const label = compact ? t("expand") : t("collapse");
  return (
    <aside
      className={cn(
        "sticky top-0 hidden h-dvh shrink-0 flex-col border-e border-border bg-sidebar md:flex",
        compact ? "w-15" : "w-60",
      )}
    >
      <div className={cn("flex h-14 shrink-0 items-center px-3", compact && "justify-center")}>
        <Link
          className="flex min-w-0 items-center gap-2.5 rounded-md px-1 outline-none focus-visible:ring-2 focus-visible:ring-ring"
          href={props.area === "admin" ? "/admin" : "/me"}
        >
          <Logo className="size-7 shrink-0" />
          <span
            className={cn("truncate text-base font-semibold tracking-tight", compact && "sr-only")}
            data-user-text
            dir="auto"
          >
            {props.gatewayName}
          </span>
        </Link>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <NavList compact={compact} sections={navSections(props.area, props.can)} />
      </div>
      <div className={cn("flex shrink-0 p-3", compact ? "justify-center" : "justify-end")}>
        <Tooltip content={label} side="inline-end">
          <Button
            aria-expanded={!compact}
            aria-label={label}
            className="text-muted-foreground"
            onClick={toggle}
            size="icon-sm"
            variant="ghost"
          >
            {compact ? (
              <PanelLeftOpen aria-hidden className="rtl:-scale-x-100" />
            ) : (
              <PanelLeftClose aria-hidden className="rtl:-scale-x-100" />
            )}
          </Button>
        </Tooltip>
      </div>
    </aside>
  );
}
