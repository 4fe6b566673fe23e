"use client";

import { useTranslations } from "next-intl";
import { Count } from "@/components/count";
import { Duration } from "@/components/duration";
import { Badge } from "@/components/ui/badge";
import type { ShownRate } from "./read-rate-steps";

const SMALL = "block text-xs text-muted-foreground";

/** The rates that a refused request was measured by: what each allows, what was used, and when one more fits. */
export function RateList({ rates }: { rates: readonly ShownRate[] }) {
  const t = useTranslations("requests.rates");
  return (
    <section aria-label={t("caption")}>
      <p className="text-sm text-muted-foreground">{t("caption")}</p>
      <ul className="divide-y">
        {rates.map((rate) => (
          <RateItem key={`${rate.metric} ${rate.source} ${rate.target ?? ""} ${rate.cap}`} rate={rate} />
        ))}
      </ul>
    </section>
  );
}

function RateItem({ rate }: { rate: ShownRate }) {
  const t = useTranslations("requests.rates");
  return (
    <li className="flex items-start justify-between gap-3 py-2 text-sm">
      <span>
        <span className="font-medium">
          <Word code={rate.metric} kind="metric" />
        </span>
        {rate.target === null ? null : (
          <span className="block" data-user-text dir="auto">
            {rate.target}
          </span>
        )}
        <span className={SMALL}>
          <Word code={rate.source} kind="source" />
        </span>
      </span>
      <span className="text-right tabular-nums">
        {t.rich("used", { used: () => <Count value={rate.used} />, cap: () => <Count value={rate.cap} /> })}
        {rate.periodMs === null ? null : (
          <span className={SMALL}>{t.rich("period", { time: () => <Duration ms={rate.periodMs ?? 0} /> })}</span>
        )}
        <Badge tone={rate.isRefused ? "danger" : "success"}>{t(rate.isRefused ? "refused" : "passed")}</Badge>
        {rate.waitMs === null ? null : (
          <span className={SMALL}>{t.rich("wait", { time: () => <Duration ms={rate.waitMs ?? 0} /> })}</span>
        )}
      </span>
    </li>
  );
}

/** The word for a stored code; one that this page does not know is shown as it is. */
function Word({ kind, code }: { kind: "metric" | "source"; code: string }) {
  const t = useTranslations("requests.rates");
  const key = `${kind}.${code}` as Parameters<typeof t.has>[0];
  return t.has(key) ? t(key as Parameters<typeof t>[0]) : <span data-user-text>{code}</span>;
}
