"use client";

import { useTranslations } from "next-intl";
import { cn } from "@/components/ui/cn";
import { Tooltip } from "@/components/ui/tooltip";
import { Link, usePathname } from "@/i18n/navigation";
import { currentEntry, type NavEntry, type NavSection } from "./nav-entries";

const LINK =
  "flex h-9 items-center gap-2.5 rounded-md px-2.5 text-sm font-medium text-muted-foreground outline-none transition-colors duration-100 hover:bg-accent hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring aria-[current=page]:bg-card dark:aria-[current=page]:bg-accent aria-[current=page]:text-foreground aria-[current=page]:shadow-nav";

/** The links of the navigation; `compact` shows icons alone, with their names as tooltips. */
export function NavList(props: {
  sections: readonly NavSection[];
  compact?: boolean;
  onNavigate?: (() => void) | undefined;
}) {
  const t = useTranslations("shell");
  const active = currentEntry(props.sections, usePathname());
  const compact = props.compact ?? false;

  const link = (entry: NavEntry) => {
    const label = t(`nav.${entry.key}`);
    const isActive = entry.href === active?.href;
    const anchor = (
      <Link
        aria-current={isActive ? "page" : undefined}
        className={cn(LINK, compact && "justify-center px-0")}
        href={entry.href}
        {...(props.onNavigate === undefined ? {} : { onClick: props.onNavigate })}
      >
        <entry.icon aria-hidden className={cn("size-4.5 shrink-0 stroke-[1.75]", isActive && "text-primary")} />
        <span className={cn("truncate", compact && "sr-only")}>{label}</span>
      </Link>
    );
    return (
      <li key={entry.key}>
        {compact ? (
          <Tooltip content={label} side="inline-end">
            {anchor}
          </Tooltip>
        ) : (
          anchor
        )}
      </li>
    );
  };

  return (
    <nav aria-label={t("navigation")} className="grid gap-4 p-3">
      {props.sections.map((section) => (
        <div className="grid gap-1" key={section.key}>
          <p className={cn("px-2.5 py-1 text-xs text-muted-foreground", compact && "sr-only")}>
            {t(`section.${section.key}`)}
          </p>
          <ul className="grid gap-0.5">{section.entries.map(link)}</ul>
        </div>
      ))}
    </nav>
  );
}
