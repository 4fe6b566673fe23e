"use client";

import { CircleCheck } from "lucide-react";
import { useTranslations } from "next-intl";
import { Link } from "@/i18n/navigation";

/** Says whether the first request of any client is there. */
export function FirstRequestLine({ requestId }: { requestId: string | null }) {
  const t = useTranslations("setup.send");
  return (
    <div className="flex min-h-6 items-center gap-2.5 text-sm" role="status">
      {requestId === null ? (
        <>
          <span aria-hidden className="relative flex size-2.5">
            <span className="absolute inset-0 animate-ping rounded-full bg-primary opacity-50 motion-reduce:hidden" />
            <span className="size-2.5 rounded-full bg-primary" />
          </span>
          <span className="text-muted-foreground">{t("listening")}</span>
        </>
      ) : (
        <>
          <CircleCheck aria-hidden className="size-4.5 text-success" />
          <span className="font-medium">{t("arrived")}</span>
          <Link
            className="rounded-xs text-primary underline-offset-4 hover:underline"
            href={`/admin/requests?r=${requestId}`}
          >
            {t("seeRequests")}
          </Link>
        </>
      )}
    </div>
  );
}
