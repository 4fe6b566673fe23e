"use client";

import { SearchX } from "lucide-react";
import { useTranslations } from "next-intl";
import { DetailSheet } from "@/components/detail-sheet";
import { EmptyState } from "@/components/empty-state";
import { toProblem } from "@/components/problem";
import { StateView, type ViewQuery } from "@/components/state-view";
import { Skeleton } from "@/components/ui/skeleton";
import { OutcomeBadge } from "./outcome-badge";
import { RequestSections } from "./request-sections";
import type { ShownRequest } from "./shown-request";

/** Props of `RequestDrawer`. */
export type RequestDrawerProps = {
  /** From the URL; null: closed. */
  id: string | null;
  /** Ids of the list in its order. */
  ids: readonly string[];
  onChange: (id: string | null) => void;
  detail: ViewQuery<ShownRequest>;
  listHref: string;
  publicUrl: string | null;
};

/** The drawer over a log with everything about one request. */
export function RequestDrawer({ id, ids, onChange, detail, listHref, publicUrl }: RequestDrawerProps) {
  const t = useTranslations("requests.detail");
  const isMissing = detail.data === undefined && detail.error !== null && toProblem(detail.error).code === "not_found";
  return (
    <DetailSheet
      description={
        <code className="font-mono text-xs wrap-anywhere" data-user-text>
          {id}
        </code>
      }
      id={id}
      ids={ids}
      onChange={onChange}
      title={
        <span className="flex flex-wrap items-center gap-2.5">
          {t("title")}
          {detail.data === undefined ? null : <OutcomeBadge outcome={detail.data.outcome} />}
        </span>
      }
    >
      {isMissing ? (
        <EmptyState icon={<SearchX aria-hidden />} text={t("missing")} title={t("missingTitle")} />
      ) : (
        <StateView query={detail} skeleton={<SectionsSkeleton />}>
          {(request) => <RequestSections listHref={listHref} publicUrl={publicUrl} request={request} />}
        </StateView>
      )}
    </DetailSheet>
  );
}

const PLACES = [
  { id: "actions", className: "h-8 w-80" },
  { id: "summary", className: "h-52" },
  { id: "tokens", className: "h-20" },
  { id: "cost", className: "h-56" },
  { id: "timing", className: "h-32" },
] as const;

function SectionsSkeleton() {
  return (
    <div className="grid gap-6">
      {PLACES.map((place) => (
        <Skeleton className={place.className} key={place.id} />
      ))}
    </div>
  );
}
