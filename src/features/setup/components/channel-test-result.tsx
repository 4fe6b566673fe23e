import { useFormatter, useTranslations } from "next-intl";
import { durationParts } from "@/components/duration";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import type { ChannelTest } from "@/operations/channels/channel";

const STATUS_CAUSES: Readonly<Record<number, "unauthorized" | "notFound">> = {
  401: "unauthorized",
  403: "unauthorized",
  404: "notFound",
};

/** What a test of the upstream found, or why it failed, in words. */
export function ChannelTestResult(props: {
  test: ChannelTest;
  hasModels: boolean;
  onUseModels: (names: string[]) => void;
}) {
  const t = useTranslations("setup.channel");
  const format = useFormatter();
  const { test } = props;
  if (!test.ok) {
    const status = test.status ?? 0;
    const cause = test.cause === "status" ? (STATUS_CAUSES[status] ?? "status") : test.cause;
    return (
      <Alert live="status" tone="danger">
        {t(`cause.${cause}`, { status })}
      </Alert>
    );
  }
  const count = test.models.length;
  const { value, unit, digits } = durationParts(test.latencyMs);
  const names = test.models.map(({ name }) => name);
  return (
    <Alert
      actions={
        count > 0 && props.hasModels ? (
          <Button onClick={() => props.onUseModels(names)} size="sm" variant="outline">
            {t("useModels")}
          </Button>
        ) : undefined
      }
      live="status"
      title={t("testOk", { count })}
      tone="success"
    >
      <span className="flex flex-wrap gap-x-3 text-muted-foreground">
        {count === 0 ? null : <span>{t("testPriced", { priced: test.pricedCount, count })}</span>}
        <span>
          {t("testLatency", {
            duration: format.number(value, {
              style: "unit",
              unit,
              unitDisplay: "short",
              maximumFractionDigits: digits,
            }),
          })}
        </span>
      </span>
    </Alert>
  );
}
