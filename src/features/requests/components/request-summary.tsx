"use client";

import { ListFilter } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { CopyButton } from "@/components/copy-button";
import { Instant } from "@/components/instant";
import { Link } from "@/i18n/navigation";
import type { RequestDetail } from "@/operations/requests/schema";
import { DetailSection, Fact, FactList } from "./detail-section";
import { KeyName, ModelName, NamedThing, Nothing } from "./request-names";
import { isFullDetail, type ShownRequest } from "./shown-request";

/** Address of a list, made narrower by a filter. */
type Narrow = (name: string, value: string | number | null | undefined) => string | null;

/** Who asked what of whom, and how it ended. */
export function RequestSummary({ request, listHref }: { request: ShownRequest; listHref: string }) {
  const t = useTranslations("requests");
  const narrow: Narrow = (name, value) =>
    value === null || value === undefined ? null : `${listHref}?${name}=${encodeURIComponent(value)}`;
  const full = isFullDetail(request) ? request : null;
  const { key } = request;
  return (
    <DetailSection title={t("detail.summary")}>
      <FactList>
        <Fact label={t("detail.time")}>
          <Instant at={request.at} look="second" />
        </Fact>
        {full === null ? null : (
          <Fact label={t("detail.user")}>
            <NamedThing thing={full.user} />
            <OnlyThese href={narrow("user", full.user?.id)} />
          </Fact>
        )}
        <Fact label={t("detail.key")}>
          <KeyName of={key} />
          <KeyPrefix prefix={key?.prefix ?? null} />
          <OnlyThese href={narrow("key", key?.id)} />
        </Fact>
        <Fact label={t("detail.endpoint")}>
          <span data-user-text>{[request.protocol, request.operation].filter(Boolean).join(" / ")}</span>
          {request.outcome === "denied" ? null : (
            <span className="text-muted-foreground">{request.stream ? t("stream") : t("whole")}</span>
          )}
        </Fact>
        <Fact label={t("detail.model")}>
          <ModelName model={request.model} upstreamModel={full?.upstreamModel ?? null} />
          <OnlyThese href={narrow("model", request.model)} />
        </Fact>
        {full === null ? null : <Upstream narrow={narrow} request={full} />}
        <Fact label={t("detail.status")}>
          {request.status === null ? t("detail.noStatus") : <span data-user-text>{request.status}</span>}
        </Fact>
      </FactList>
    </DetailSection>
  );
}

function KeyPrefix({ prefix }: { prefix: string | null }): ReactNode {
  return prefix === null ? null : (
    <code className="font-mono text-xs text-muted-foreground" data-user-text dir="ltr">
      {`${prefix}…`}
    </code>
  );
}

/** Where a request went: the channel, and what the upstream called it. */
function Upstream({ request, narrow }: { request: RequestDetail; narrow: Narrow }) {
  const t = useTranslations("requests.detail");
  const { channel, upstreamRequestId } = request;
  if (channel === null) return null;
  return (
    <>
      <Fact label={t("channel")}>
        <NamedThing thing={channel} />
        <OnlyThese href={narrow("channel", channel.id)} />
      </Fact>
      <Fact label={t("upstreamId")}>
        {upstreamRequestId === null ? (
          <Nothing />
        ) : (
          <>
            <code className="font-mono text-xs" data-user-text>
              {upstreamRequestId}
            </code>
            <span className="-my-2">
              <CopyButton label={t("copyUpstreamId")} look="icon" text={upstreamRequestId} variant="ghost" />
            </span>
          </>
        )}
      </Fact>
    </>
  );
}

/** Narrows the list to what stands before it. */
function OnlyThese({ href }: { href: string | null }) {
  const t = useTranslations("requests.filter");
  return href === null ? null : (
    <Link
      aria-label={t("only")}
      className="-my-0.5 flex size-6 items-center justify-center rounded-sm text-muted-foreground outline-none hover:bg-accent hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring"
      href={href}
      title={t("only")}
    >
      <ListFilter aria-hidden className="size-3.5" />
    </Link>
  );
}
