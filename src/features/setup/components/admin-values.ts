import type { Locale } from "@/i18n/routing";

/** What the admin form holds. */
export type AdminValues = {
  name: string;
  email: string;
  password: string;
  locale: Locale;
  timeZone: string;
  weekStart: "monday" | "sunday" | "saturday";
};
