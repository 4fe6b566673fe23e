import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { PlainFrame } from "@/features/shell/components/plain-frame";

/** The wizard's frame: nothing about this system is shown before the token is accepted. */
export default async function SetupLayout({ children }: { children: ReactNode }) {
  const t = await getTranslations("common");
  return <PlainFrame name={t("appName")}>{children}</PlainFrame>;
}
