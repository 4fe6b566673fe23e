import { useTranslations } from "next-intl";

/** Which models a key may ask for; the names are in the tooltip. */
export function KeyModels({ models }: { models: readonly string[] | null }) {
  const t = useTranslations("keys");
  if (models === null) return <span className="text-muted-foreground">{t("allModels")}</span>;
  const [only] = models;
  return (
    <span className="whitespace-nowrap" data-user-text title={models.join("\n")}>
      {models.length === 1 ? only : t("models", { count: models.length })}
    </span>
  );
}
