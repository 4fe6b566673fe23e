import { useTranslations } from "next-intl";

/** The first stop of the Tab key: jumps over the navigation to the page. */
export function SkipLink() {
  const t = useTranslations("shell");
  return (
    <a
      className="fixed start-3 top-3 z-60 -translate-y-20 rounded-md bg-primary px-3 py-2 text-sm font-medium text-primary-foreground focus:translate-y-0"
      href="#main"
    >
      {t("skip")}
    </a>
  );
}
