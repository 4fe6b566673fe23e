"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Alert } from "@/components/ui/alert";
import type { ChannelTest } from "@/operations/channels/channel";

const STATUS_CAUSES: Readonly<Record<number, "unauthorized" | "missing">> = {
  401: "unauthorized",
  403: "unauthorized",
  404: "missing",
};

const LISTED = 8;

/** What a test of an upstream found, or why it failed, in words. `actions` stand below a success. */
export function TestResult({ test, actions }: { test: ChannelTest; actions?: ReactNode }) {
  const t = useTranslations("channels.test");
  const format = useFormatter();
  if (!test.ok) {
    const status = test.status ?? 0;
    const cause = test.cause === "status" ? (STATUS_CAUSES[status] ?? "status") : test.cause;
    return (
      <Alert live="status" title={t("failed")} tone="danger">
        {t(`cause.${cause}`, { status })}
      </Alert>
    );
  }
  const count = test.models.length;
  const unpriced = test.models.filter(({ priced }) => !priced).map(({ name }) => name);
  const more = unpriced.length - LISTED;
  return (
    <Alert
      actions={actions}
      live="status"
      title={t("answered", { ms: Math.round(test.latencyMs) })}
      tone={unpriced.length > 0 && count > 0 ? "warning" : "success"}
    >
      <p>{t("found", { count })}</p>
      {unpriced.length === 0 ? null : (
        <p className="text-muted-foreground">
          {t("unpriced", { models: format.list(unpriced.slice(0, LISTED), { type: "unit" }) })}
          {more > 0 ? ` ${t("unpricedMore", { count: more })}` : null}
        </p>
      )}
    </Alert>
  );
}
