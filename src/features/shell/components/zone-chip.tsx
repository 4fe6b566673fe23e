"use client";

import { Clock3 } from "lucide-react";
import { useTranslations } from "next-intl";
import { Tooltip } from "@/components/ui/tooltip";

/** The time zone of days and windows; the tooltip adds the viewer's own. */
export function ZoneChip({ zone, viewerZone }: { zone: string; viewerZone: string }) {
  const t = useTranslations("shell");
  return (
    <Tooltip content={t("zoneDetail", { zone, viewerZone })} side="bottom">
      <button
        aria-label={t("zoneLabel", { zone })}
        className="hidden h-8 cursor-default items-center gap-1.5 rounded-md px-2 text-sm text-muted-foreground outline-none hover:bg-accent focus-visible:ring-2 focus-visible:ring-ring lg:flex"
        type="button"
      >
        <Clock3 aria-hidden className="size-4" />
        <span data-user-text>{zone}</span>
      </button>
    </Tooltip>
  );
}
