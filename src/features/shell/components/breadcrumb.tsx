"use client";

import { ChevronRight } from "lucide-react";
import { useTranslations } from "next-intl";
import { Link, usePathname } from "@/i18n/navigation";
import type { Permission } from "@/operations/references";
import { type Area, currentEntry, navSections } from "./nav-entries";

/** Where one is: section, page, and what is below it: an id, or something new. The page's own heading says it in full. */
export function Breadcrumb({ area, can }: { area: Area; can: readonly Permission[] }) {
  const t = useTranslations("shell");
  const pathname = usePathname();
  const sections = navSections(area, can);
  const entry = currentEntry(sections, pathname);
  if (entry === undefined) return null;
  const section = sections.find(({ entries }) => entries.includes(entry));
  const rest = pathname.slice(entry.href.length + 1).split("/")[0] ?? "";
  return (
    <nav aria-label={t("breadcrumb")} className="min-w-0">
      <ol className="flex min-w-0 items-center gap-1.5 text-sm text-muted-foreground">
        {section === undefined ? null : (
          <li className="hidden items-center gap-1.5 sm:flex">
            {t(`section.${section.key}`)}
            <ChevronRight aria-hidden className="size-3.5 rtl:-scale-x-100" />
          </li>
        )}
        <li className="min-w-0 truncate">
          {rest === "" ? (
            <span className="font-medium text-foreground">{t(`nav.${entry.key}`)}</span>
          ) : (
            <Link className="rounded-xs hover:text-foreground" href={entry.href}>
              {t(`nav.${entry.key}`)}
            </Link>
          )}
        </li>
        {rest === "" ? null : (
          <li className="flex min-w-0 items-center gap-1.5">
            <ChevronRight aria-hidden className="size-3.5 shrink-0 rtl:-scale-x-100" />
            {rest === "new" ? (
              <span className="truncate font-medium text-foreground">{t("breadcrumbNew")}</span>
            ) : (
              <span className="truncate font-medium text-foreground" data-user-text dir="auto">
                {rest}
              </span>
            )}
          </li>
        )}
      </ol>
    </nav>
  );
}
