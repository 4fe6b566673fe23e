"use client";

import { useTranslations } from "next-intl";
import { Instant } from "@/components/instant";
import { StateView } from "@/components/state-view";
import { Skeleton } from "@/components/ui/skeleton";
import { Link } from "@/i18n/navigation";
import type { RequestItem } from "@/operations/requests/schema";
import { useChannelFailures } from "../queries";

/** The last requests that the upstream of a channel failed, each with the way to its record. */
export function ChannelFailures({ channelId }: { channelId: number }) {
  const t = useTranslations("channels.now");
  const query = useChannelFailures(channelId);
  return (
    <section className="grid gap-2">
      <h3 className="text-sm font-medium">{t("failures")}</h3>
      <StateView query={query} skeleton={<Skeleton className="h-16" />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="text-sm text-muted-foreground">{t("noFailures")}</p>
          ) : (
            <ul className="grid divide-y divide-border text-sm">
              {items.map((request) => (
                <Failure key={request.id} request={request} />
              ))}
            </ul>
          )
        }
      </StateView>
    </section>
  );
}

function Failure({ request }: { request: RequestItem }) {
  const t = useTranslations("channels.now");
  const { id, at, status, code, model } = request;
  return (
    <li className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 py-1.5">
      <Link
        className="rounded-xs font-mono text-xs text-primary underline-offset-4 outline-none hover:underline focus-visible:ring-2 focus-visible:ring-ring"
        href={`/admin/requests?r=${id}`}
      >
        <span data-user-text>{`${id.slice(0, 16)}…`}</span>
      </Link>
      <span className="text-muted-foreground">
        <Instant at={at} look="relative" />
      </span>
      {status === null ? null : <span className="tabular-nums">{t("status", { status })}</span>}
      <code className="font-mono text-xs text-muted-foreground wrap-anywhere" data-user-text>
        {[model, code].filter((part) => part !== null).join(" · ")}
      </code>
    </li>
  );
}
