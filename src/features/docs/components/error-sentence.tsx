import { type Messages, useTranslations } from "next-intl";

/** What an error code says to people. */
export function ErrorSentence({ code }: { code: string }) {
  const t = useTranslations("errors");
  const known = code as Exclude<keyof Messages["errors"], "fieldErrors">;
  return t.has(known) ? t(known) : null;
}
