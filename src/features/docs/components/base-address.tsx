"use client";

import { useTranslations } from "next-intl";
import { CopyButton } from "@/components/copy-button";
import { useBaseUrl } from "@/features/requests/components/use-base-url";

/** The address that paths stand below. */
export function BaseAddress({ path, publicUrl }: { path: string; publicUrl: string | null }) {
  const t = useTranslations("docs.start");
  const address = useBaseUrl(publicUrl) + path;
  return (
    <div className="flex min-w-0 items-center gap-2 rounded-lg border border-border bg-code px-3 py-1.5">
      <code className="min-w-0 flex-1 font-mono text-sm wrap-anywhere" data-user-text dir="ltr">
        {address}
      </code>
      <CopyButton label={t("copyBase")} look="icon" text={address} variant="ghost" />
    </div>
  );
}
