import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { PlainFrame } from "@/features/shell/components/plain-frame";

/** The frame of the sign-in page. */
export default async function AuthLayout({ children }: { children: ReactNode }) {
  const t = await getTranslations("common");
  return <PlainFrame name={t("appName")}>{children}</PlainFrame>;
}
