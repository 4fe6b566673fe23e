import { defineRouting } from "next-intl/routing";

/** The languages of the dashboard and where they stand in an address: English bare, the others as a first segment. */
export const routing = defineRouting({
  locales: ["en", "zh-CN", "zh-TW", "ja", "ru"],
  defaultLocale: "en",
  localePrefix: "as-needed",
  localeCookie: { name: "sluice-locale", maxAge: 31_536_000 }, // what a bare link opens in
  alternateLinks: false, // nothing here is for search engines
});

/** One of the dashboard's languages. */
export type Locale = (typeof routing.locales)[number];
