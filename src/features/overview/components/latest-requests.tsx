"use client";

import { useTranslations } from "next-intl";
import { Instant } from "@/components/instant";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { OutcomeBadge } from "@/features/requests/components/outcome-badge";
import { RequestCost } from "@/features/requests/components/request-cost";
import { ModelName, NamedThing } from "@/features/requests/components/request-names";
import { Link } from "@/i18n/navigation";
import type { RequestItem, RequestList } from "@/operations/requests/schema";
import { useLatestRequests } from "../queries";

/** The newest requests of all users; each opens its details in the log. */
export function LatestRequests({ initial }: { initial: RequestList }) {
  const t = useTranslations("overview");
  const words = useTranslations("requests.column");
  const { items } = useLatestRequests(initial);
  return (
    <Card className="min-w-0 overflow-hidden">
      <CardHeader className="items-baseline pb-3">
        <CardTitle>{t("latest")}</CardTitle>
        <Link
          className="rounded-xs text-sm text-primary underline-offset-4 outline-none hover:underline focus-visible:ring-2 focus-visible:ring-ring"
          href="/admin/requests"
        >
          {t("seeRequests")}
        </Link>
      </CardHeader>
      <Table frameClassName="rounded-none border-x-0 border-b-0">
        <TableCaption>{t("latest")}</TableCaption>
        <TableHeader>
          <TableRow>
            <TableHead className="ps-5">{words("time")}</TableHead>
            <TableHead className="hidden sm:table-cell">{words("outcome")}</TableHead>
            <TableHead className="hidden sm:table-cell">{words("user")}</TableHead>
            <TableHead>{words("model")}</TableHead>
            <TableHead className="pe-5 text-end">{words("cost")}</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {items.map((request) => (
            <RequestRow key={request.id} request={request} />
          ))}
        </TableBody>
      </Table>
    </Card>
  );
}

function RequestRow({ request }: { request: RequestItem }) {
  return (
    <TableRow>
      <TableCell className="ps-5">
        <Link
          className="rounded-xs underline-offset-4 outline-none hover:underline focus-visible:ring-2 focus-visible:ring-ring"
          href={`/admin/requests?r=${request.id}`}
        >
          <Instant at={request.at} look="relative" />
        </Link>
        {request.outcome === "ok" ? null : (
          <div className="pt-1 sm:hidden">
            <OutcomeBadge outcome={request.outcome} />
          </div>
        )}
      </TableCell>
      <TableCell className="hidden sm:table-cell">
        <OutcomeBadge outcome={request.outcome} quiet />
      </TableCell>
      <TableCell className="hidden max-w-40 truncate sm:table-cell">
        <NamedThing thing={request.user} />
      </TableCell>
      <TableCell className="max-w-52">
        <ModelName model={request.model} />
      </TableCell>
      <TableCell className="pe-5 text-end">
        <RequestCost request={request} />
      </TableCell>
    </TableRow>
  );
}
