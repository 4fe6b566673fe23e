import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Count } from "@/components/count";
import { DetailSection } from "./detail-section";
import type { ShownRequest } from "./shown-request";

/** The tokens of a request: in, how many of them from a cache, out. */
export function RequestTokens({ request }: { request: ShownRequest }) {
  const t = useTranslations("requests.detail");
  return (
    <DetailSection title={t("tokens")}>
      <dl className="grid grid-cols-3 gap-px overflow-hidden rounded-lg border border-border bg-border">
        <Figure label={t("input")} value={request.inputTokens} />
        <Figure label={t("cached")} value={request.cachedTokens} />
        <Figure label={t("output")} value={request.outputTokens} />
      </dl>
    </DetailSection>
  );
}

function Figure({ label, value }: { label: ReactNode; value: number }) {
  return (
    <div className="grid content-between gap-0.5 bg-card px-3.5 py-2.5">
      <dt className="text-xs text-muted-foreground">{label}</dt>
      <dd className="text-base font-semibold tracking-tight">
        <Count value={value} />
      </dd>
    </div>
  );
}
