import { cookies } from "next/headers";
import { hasLocale, type Messages } from "next-intl";
import { getRequestConfig } from "next-intl/server";
import { formats } from "./formats";
import { NAMESPACES } from "./namespaces";
import { isPseudoAllowed, type MessageTree, PSEUDO_COOKIE, pseudoMessages } from "./pseudo-messages";
import { type Locale, routing } from "./routing";

async function loadMessages(locale: Locale): Promise<MessageTree> {
  const files = await Promise.all(
    NAMESPACES.map(async (name) => {
      const file: { default: MessageTree } = await import(`../../messages/${locale}/${name}.json`);
      return [name, file.default] as const;
    }),
  );
  return Object.fromEntries(files);
}

/** What each request renders with: language, words, formats. Pages below the shell set the viewer's time zone over this one. */
export default getRequestConfig(async ({ requestLocale, locale: asked }) => {
  const wanted = asked ?? (await requestLocale);
  const locale = hasLocale(routing.locales, wanted) ? wanted : routing.defaultLocale;
  const messages = await loadMessages(locale);
  const isPseudo = isPseudoAllowed() && locale === "en" && (await cookies()).has(PSEUDO_COOKIE);
  return {
    locale,
    messages: (isPseudo ? pseudoMessages(messages) : messages) as Messages,
    formats,
    timeZone: "UTC",
    now: new Date(),
  };
});
