"use client";

import { Link2, Terminal } from "lucide-react";
import { useTranslations } from "next-intl";
import { CopyButton } from "@/components/copy-button";
import { Alert } from "@/components/ui/alert";
import { useProblemText } from "@/components/use-problem-text";
import { RawRecord } from "./raw-record";
import { RequestCostSection } from "./request-cost-section";
import { requestCurl } from "./request-curl";
import { RequestDecision } from "./request-decision";
import { RequestSummary } from "./request-summary";
import { RequestTiming } from "./request-timing";
import { RequestTokens } from "./request-tokens";
import { isFullDetail, type ShownRequest } from "./shown-request";
import { useBaseUrl } from "./use-base-url";

/** Props of `RequestSections`. */
export type RequestSectionsProps = {
  request: ShownRequest;
  /** Address of the list, for links to a narrower one. */
  listHref: string;
  /** Origin for commands; null: that of the page. */
  publicUrl: string | null;
};

/** Everything about one request, part by part. */
export function RequestSections({ request, listHref, publicUrl }: RequestSectionsProps) {
  const t = useTranslations("requests.detail");
  const baseUrl = useBaseUrl(publicUrl);
  const isDenied = request.outcome === "denied";
  return (
    <div className="grid min-w-0 gap-6">
      <div className="flex flex-wrap gap-2">
        <CopyButton text={request.id}>{t("copyId")}</CopyButton>
        <CopyButton icon={<Terminal aria-hidden />} text={requestCurl(request, baseUrl)}>
          {t("copyCurl")}
        </CopyButton>
        <CopyButton icon={<Link2 aria-hidden />} text={`${baseUrl}/why/${request.id}`}>
          {t("copyLink")}
        </CopyButton>
      </div>
      {request.outcome === "ok" ? null : <EndNote request={request} />}
      <RequestSummary listHref={listHref} request={request} />
      {isDenied ? null : <RequestTokens request={request} />}
      <RequestCostSection request={request} />
      {isDenied ? null : <RequestTiming request={request} />}
      {isFullDetail(request) ? <RequestDecision request={request} /> : null}
      <RawRecord request={request} />
    </div>
  );
}

/** Says in a sentence how a request ended that was not answered in full, and why. */
function EndNote({ request }: { request: ShownRequest }) {
  const t = useTranslations("requests.outcomeText");
  const problemText = useProblemText();
  const { outcome, code } = request;
  return (
    <Alert
      title={code === null ? t(outcome) : problemText({ code })}
      tone={outcome === "upstream_error" ? "danger" : "warning"}
    >
      {code === null ? undefined : (
        <>
          {t(outcome)}{" "}
          <code className="font-mono text-xs" data-user-text>
            {code}
          </code>
        </>
      )}
    </Alert>
  );
}
