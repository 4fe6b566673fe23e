"use client";

import { TriangleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { MessagePage } from "@/components/shell/message-page";
import { Button } from "@/components/ui/button";

/** A page that failed to render; `digest` finds the cause in the server's log. */
export function ErrorPage({ digest, retry }: { digest: string | undefined; retry: () => void }) {
  const t = useTranslations("common");
  return (
    <MessagePage
      actions={
        <Button onClick={retry} variant="outline">
          {t("retry")}
        </Button>
      }
      icon={<TriangleAlert aria-hidden />}
      text={
        <>
          {t("errorText")}
          {digest === undefined ? null : (
            <span className="mt-2 block font-mono text-xs" data-user-text>
              {t("requestId", { id: digest })}
            </span>
          )}
        </>
      }
      title={t("errorTitle")}
    />
  );
}
