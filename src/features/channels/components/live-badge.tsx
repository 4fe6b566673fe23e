"use client";

import { ClockAlert, Pause, Play, Radio, RefreshCw } from "lucide-react";
import { useTranslations } from "next-intl";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import type { LiveChannelsState } from "./use-live-channels";

/** How the numbers of the board come in, and the button that stops all movement. */
export function LiveBadge({
  live,
}: {
  live: Pick<LiveChannelsState, "transport" | "isStale" | "isPaused" | "setPaused">;
}) {
  const t = useTranslations("channels.live");
  return (
    <span className="flex items-center gap-2">
      <span aria-live="polite">
        <Transport live={live} />
      </span>
      <Button aria-pressed={live.isPaused} onClick={() => live.setPaused(!live.isPaused)} size="sm" variant="secondary">
        {live.isPaused ? <Play aria-hidden /> : <Pause aria-hidden />}
        {live.isPaused ? t("resume") : t("pause")}
      </Button>
    </span>
  );
}

function Transport({ live }: { live: Pick<LiveChannelsState, "transport" | "isStale" | "isPaused"> }) {
  const t = useTranslations("channels.live");
  if (live.isPaused) {
    return (
      <Badge>
        <Pause aria-hidden />
        {t("paused")}
      </Badge>
    );
  }
  if (live.isStale) {
    return (
      <Badge tone="warning">
        <ClockAlert aria-hidden />
        {t("old")}
      </Badge>
    );
  }
  if (live.transport === "polling") {
    return (
      <Badge tone="info">
        <RefreshCw aria-hidden />
        {t("polling")}
      </Badge>
    );
  }
  return (
    <Badge tone={live.transport === "stream" ? "success" : "neutral"}>
      <Radio aria-hidden />
      {live.transport === "stream" ? t("streaming") : t("connecting")}
    </Badge>
  );
}
