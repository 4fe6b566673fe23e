"use client";

import { useTranslations } from "next-intl";
import { Money } from "@/components/money";
import { Alert } from "@/components/ui/alert";
import { Badge } from "@/components/ui/badge";
import type { OwnRequestItem } from "@/operations/requests/schema";
import { CostMath } from "./cost-math";
import type { ShownEntry } from "./cost-rows";
import { DetailSection } from "./detail-section";
import { FlagName } from "./flag-name";
import { isEstimated } from "./request-cost";
import type { ShownRequest } from "./shown-request";

const SOURCE_NOTES = {
  upstream: null,
  estimated: "sourceEstimated",
  ceiling: "sourceCeiling",
  none: null,
  correction: "sourceCorrection",
} as const satisfies Record<OwnRequestItem["costSource"], string | null>;

/** What a request cost and why: the math of each attempt that was sent, and their sum. */
export function RequestCostSection({ request }: { request: ShownRequest }) {
  const t = useTranslations("requests");
  const { entries } = request;
  return (
    <DetailSection
      title={
        <span className="flex flex-wrap items-center gap-2">
          {t("detail.cost")}
          <Money className="font-normal text-muted-foreground" look="cost" usd={request.costUsd} />
          {isEstimated(request) ? <Badge tone="warning">{t("estimated")}</Badge> : null}
        </span>
      }
    >
      {entries.length === 0 ? (
        <p className="text-sm text-muted-foreground">{t("detail.nothing")}</p>
      ) : (
        entries.map((entry) => <EntryCost entry={entry} isOnly={entries.length === 1} key={entry.attempt} />)
      )}
    </DetailSection>
  );
}

function EntryCost({ entry, isOnly }: { entry: ShownEntry; isOnly: boolean }) {
  const t = useTranslations("requests.detail");
  const note = SOURCE_NOTES[entry.costSource];
  const name = t("attempt", { number: entry.attempt });
  if (entry.costSource === "none" && entry.lines.length === 0) return <FreeAttempt entry={entry} name={name} />;
  return (
    <div className="grid min-w-0 gap-2">
      {isOnly ? null : <h4 className="text-xs font-medium text-muted-foreground">{name}</h4>}
      {note === null ? null : <Alert tone="warning">{t(note)}</Alert>}
      <CostMath caption={name} entry={entry} />
      {entry.tier === "standard" && entry.flags.length === 0 ? null : (
        <div className="flex flex-wrap gap-1.5">
          {entry.tier === "standard" ? null : <Badge>{t("tier", { tier: entry.tier })}</Badge>}
          {entry.flags.map((flag) => (
            <Badge key={flag} tone="warning">
              <FlagName flag={flag} />
            </Badge>
          ))}
        </div>
      )}
    </div>
  );
}

/** An attempt of which the upstream counted nothing, on one line. */
function FreeAttempt({ entry, name }: { entry: ShownEntry; name: string }) {
  const t = useTranslations("requests.detail");
  return (
    <p className="flex flex-wrap gap-x-2.5 rounded-lg border border-border px-3.5 py-2 text-sm">
      <span className="font-medium">{name}</span>
      <span className="text-muted-foreground">{t("sourceNone")}</span>
      <Money className="ms-auto" look="cost" usd={entry.costUsd} />
    </p>
  );
}
