import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { needsSetup } from "@/features/login/loaders";
import { PlainFrame } from "@/features/shell/components/plain-frame";
import { redirect } from "@/i18n/navigation";

/** The frame of the sign-in page; a fresh installation goes to the wizard instead. */
export default async function AuthLayout({ children }: { children: ReactNode }) {
  if (await needsSetup()) redirect({ href: "/setup", locale: await getLocale() });
  const t = await getTranslations("common");
  return <PlainFrame name={t("appName")}>{children}</PlainFrame>;
}
