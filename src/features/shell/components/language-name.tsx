import type { Locale } from "@/i18n/routing";

const NAMES: Readonly<Record<Locale, string>> = {
  en: "English",
  "zh-CN": "简体中文",
  "zh-TW": "繁體中文",
  ja: "日本語",
  ru: "Русский",
};

/** A language by its own name. */
export function LanguageName({ id }: { id: Locale }) {
  return (
    <span data-user-text lang={id}>
      {NAMES[id]}
    </span>
  );
}
