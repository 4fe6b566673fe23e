import { useTranslations } from "next-intl";
import type { Channel } from "@/operations/channels/channel";

const SHOWN = 1;

/** The first model of a channel and how many more there are; the tooltip has them all. */
export function ChannelModels({ models }: Pick<Channel, "models">) {
  const t = useTranslations("channels");
  const rest = models.length - SHOWN;
  const all = models.map(({ name, upstream }) => (name === upstream ? name : `${name} → ${upstream}`));
  return (
    <span className="flex min-w-0 items-baseline gap-x-2 md:max-w-64">
      {models.slice(0, SHOWN).map(({ name }) => (
        <code className="min-w-0 truncate font-mono text-xs" data-user-text key={name} title={all.join("\n")}>
          {name}
        </code>
      ))}
      {rest > 0 ? (
        <span className="shrink-0 text-xs whitespace-nowrap text-muted-foreground">
          {t("moreModels", { count: rest })}
        </span>
      ) : null}
    </span>
  );
}
