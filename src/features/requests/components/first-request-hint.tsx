"use client";

import { Activity } from "lucide-react";
import { useTranslations } from "next-intl";
import { EmptyState } from "@/components/empty-state";
import { CallSnippets } from "./call-snippets";

/** Stands in a log before its first request: how to call the gateway, while the page listens. */
export function FirstRequestHint({ publicUrl }: { publicUrl: string | null }) {
  const t = useTranslations("requests");
  return (
    <div className="grid gap-4">
      <EmptyState
        actions={
          <span className="flex items-center gap-2.5 text-sm text-muted-foreground" role="status">
            <span aria-hidden className="relative flex size-2.5">
              <span className="absolute inset-0 animate-ping rounded-full bg-primary opacity-50 motion-reduce:hidden" />
              <span className="size-2.5 rounded-full bg-primary" />
            </span>
            {t("listening")}
          </span>
        }
        icon={<Activity aria-hidden />}
        text={t("emptyText")}
        title={t("emptyTitle")}
      />
      <CallSnippets label={t("snippets")} publicUrl={publicUrl} />
    </div>
  );
}
