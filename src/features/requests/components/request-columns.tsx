"use client";

import { useTranslations } from "next-intl";
import type { DataColumn } from "@/components/data-table";
import { Duration } from "@/components/duration";
import { Instant } from "@/components/instant";
import { Tokens } from "@/components/tokens";
import type { OwnRequestItem, RequestItem } from "@/operations/requests/schema";
import { OutcomeBadge } from "./outcome-badge";
import { RequestCost } from "./request-cost";
import { KeyName, ModelName, NamedThing, Nothing } from "./request-names";

/** Opens the details of a request. */
type Open = (id: string) => void;

/** When and how: makes the columns a log begins with. The time opens the details. */
function useFirstColumns(open: Open): readonly DataColumn<OwnRequestItem>[] {
  const t = useTranslations("requests");
  return [
    {
      id: "time",
      header: t("column.time"),
      card: "title",
      cell: ({ id, at }) => (
        <button
          aria-haspopup="dialog"
          className="-mx-1 inline-flex gap-x-2 rounded-sm px-1 text-start underline-offset-4 outline-none hover:underline focus-visible:ring-2 focus-visible:ring-ring max-md:items-baseline md:flex-col"
          onClick={() => open(id)}
          type="button"
        >
          <Instant at={at} look="time" />
          <Instant
            at={at}
            className="text-xs text-muted-foreground max-md:text-sm max-md:font-normal"
            look="shortDay"
          />
        </button>
      ),
    },
    {
      id: "outcome",
      header: t("column.outcome"),
      card: "corner",
      cell: ({ outcome }) => <OutcomeBadge outcome={outcome} quiet />,
    },
  ];
}

/** What it took: makes the columns a log ends with. */
function useLastColumns(): readonly DataColumn<OwnRequestItem>[] {
  const t = useTranslations("requests");
  return [
    {
      id: "tokens",
      header: t("column.tokens"),
      align: "end",
      cell: (request) =>
        request.outcome === "denied" ? (
          <Nothing />
        ) : (
          <Tokens
            cached={request.cachedTokens}
            className="flex-col gap-0 md:items-end"
            input={request.inputTokens}
            output={request.outputTokens}
          />
        ),
    },
    { id: "cost", header: t("column.cost"), align: "end", cell: (request) => <RequestCost request={request} /> },
    {
      id: "timing",
      header: t("column.timing"),
      align: "end",
      cell: ({ durationMs, firstByteMs }) =>
        durationMs === null ? (
          <Nothing />
        ) : (
          <span className="inline-grid">
            <Duration ms={durationMs} />
            {firstByteMs === null ? null : <Duration className="text-xs text-muted-foreground" ms={firstByteMs} />}
          </span>
        ),
    },
  ];
}

/** The columns of the whole log. */
export function useRequestColumns(open: Open): readonly DataColumn<RequestItem>[] {
  const t = useTranslations("requests");
  return [
    ...useFirstColumns(open),
    {
      id: "user",
      header: t("column.userAndKey"),
      className: "md:min-w-26 md:max-w-36",
      cell: ({ user, key }) => (
        <span className="grid">
          <span className="truncate">
            <NamedThing thing={user} />
          </span>
          {key === null ? null : (
            <span className="truncate text-xs text-muted-foreground">
              <KeyName of={key} />
            </span>
          )}
        </span>
      ),
    },
    {
      id: "model",
      header: t("column.model"),
      className: "md:min-w-32 md:max-w-56",
      cell: ({ model, upstreamModel }) => <ModelName model={model} upstreamModel={upstreamModel} />,
    },
    {
      id: "channel",
      header: t("column.channel"),
      className: "md:max-w-27 truncate",
      cell: ({ channel }) => <NamedThing thing={channel} />,
    },
    ...useLastColumns(),
  ];
}

/** The columns of one's own log: nothing of channels or other people. */
export function useOwnRequestColumns(open: Open): readonly DataColumn<OwnRequestItem>[] {
  const t = useTranslations("requests");
  return [
    ...useFirstColumns(open),
    {
      id: "key",
      header: t("column.key"),
      className: "md:max-w-40 truncate",
      cell: ({ key }) => <KeyName of={key} />,
    },
    {
      id: "model",
      header: t("column.model"),
      className: "md:min-w-44 md:max-w-64",
      cell: ({ model }) => <ModelName model={model} />,
    },
    ...useLastColumns(),
  ];
}
