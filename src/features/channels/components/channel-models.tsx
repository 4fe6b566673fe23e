import { useTranslations } from "next-intl";
import type { Channel } from "@/operations/channels/schema";

const SHOWN = 2;

/** The first models of a channel and how many more there are; the tooltip has them all. */
export function ChannelModels({ models }: Pick<Channel, "models">) {
  const t = useTranslations("channels");
  const rest = models.length - SHOWN;
  const all = models.map(({ name, upstream }) => (name === upstream ? name : `${name} → ${upstream}`));
  return (
    <span className="flex min-w-0 max-w-72 flex-wrap items-baseline gap-x-1.5" title={all.join("\n")}>
      {models.slice(0, SHOWN).map(({ name }) => (
        <code className="max-w-full truncate font-mono text-xs" data-user-text key={name}>
          {name}
        </code>
      ))}
      {rest > 0 ? <span className="text-xs text-muted-foreground">{t("moreModels", { count: rest })}</span> : null}
    </span>
  );
}
