import { useTranslations } from "next-intl";
import { Money } from "@/components/money";
import type { OwnRequestItem } from "@/operations/requests/schema";
import { Nothing } from "./request-names";

/** True when the numbers of a request were not counted by the upstream. */
export function isEstimated({ costSource }: Pick<OwnRequestItem, "costSource">): boolean {
  return costSource === "estimated" || costSource === "ceiling";
}

/** What a request cost, marked when it is an estimate. A denied one cost nothing by definition. */
export function RequestCost({ request }: { request: OwnRequestItem }) {
  const t = useTranslations("requests");
  if (request.outcome === "denied") return <Nothing />;
  return (
    <span className="inline-grid">
      <Money look="cost" usd={request.costUsd} />
      {isEstimated(request) ? <span className="text-xs text-muted-foreground">{t("estimated")}</span> : null}
    </span>
  );
}
