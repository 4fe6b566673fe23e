"use client";

import { ChevronRight } from "lucide-react";
import { useTranslations } from "next-intl";
import { CopyButton } from "@/components/copy-button";
import type { ShownRequest } from "./shown-request";

/** The request as the API gives it, for those who want it whole. */
export function RawRecord({ request }: { request: ShownRequest }) {
  const t = useTranslations("requests.detail");
  const text = JSON.stringify(request, null, 2);
  return (
    <details className="group rounded-lg border border-border">
      <summary className="flex cursor-default list-none items-center gap-2 rounded-lg px-3.5 py-2.5 text-sm font-semibold tracking-tight outline-none hover:bg-accent/60 focus-visible:ring-2 focus-visible:ring-ring [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          className="size-4 text-muted-foreground transition-transform group-open:rotate-90 motion-reduce:transition-none rtl:-scale-x-100"
        />
        {t("raw")}
      </summary>
      <div className="relative border-t border-border">
        <pre
          className="bg-code p-3.5 pe-14 font-mono text-xs leading-5 whitespace-pre-wrap wrap-anywhere"
          data-user-text
          dir="ltr"
        >
          {text}
        </pre>
        <div className="absolute end-4 top-2.5">
          <CopyButton label={t("copyRaw")} look="icon" text={text} />
        </div>
      </div>
    </details>
  );
}
