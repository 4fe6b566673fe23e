import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { loadSetup } from "@/features/setup/loaders";
import { PlainFrame } from "@/features/shell/components/plain-frame";
import { WorkProviders } from "@/features/shell/components/work-providers";

/** The wizard's frame; nothing about this system is shown before the token is accepted. Gone when there is no wizard: asked here, before anything is sent, the answer is a real 404. */
export default async function SetupLayout({ children }: { children: ReactNode }) {
  if ((await loadSetup()) === null) notFound();
  const t = await getTranslations("common");
  return (
    <PlainFrame name={t("appName")}>
      <WorkProviders>{children}</WorkProviders>
    </PlainFrame>
  );
}
