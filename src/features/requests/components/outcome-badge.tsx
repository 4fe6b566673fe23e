import { Ban, CircleCheck, CircleX, type LucideIcon, Unplug, ZapOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { Badge, type Tone } from "@/components/ui/badge";
import type { RequestItem } from "@/operations/requests/schema";

const LOOKS: Readonly<Record<RequestItem["outcome"], { tone: Tone; Icon: LucideIcon }>> = {
  ok: { tone: "success", Icon: CircleCheck },
  upstream_error: { tone: "danger", Icon: CircleX },
  client_aborted: { tone: "neutral", Icon: Unplug },
  interrupted: { tone: "info", Icon: ZapOff },
  denied: { tone: "warning", Icon: Ban },
};

/** How a request ended. `quiet`: in lists what went well has no pill, so that the rest stands out. */
export function OutcomeBadge({ outcome, quiet = false }: Pick<RequestItem, "outcome"> & { quiet?: boolean }) {
  const t = useTranslations("requests.outcome");
  const { tone, Icon } = LOOKS[outcome];
  if (quiet && outcome === "ok") {
    return (
      <span className="inline-flex h-6 items-center gap-1.5 align-middle text-xs font-medium text-success">
        <Icon aria-hidden className="size-3.5" />
        {t(outcome)}
      </span>
    );
  }
  return (
    <Badge tone={tone}>
      <Icon aria-hidden />
      {t(outcome)}
    </Badge>
  );
}
