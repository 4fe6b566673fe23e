import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { PageMessages } from "@/components/shell/page-messages";
import { SetupWizard } from "@/features/setup/components/setup-wizard";
import { loadSetup } from "@/features/setup/loaders";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("setup");
  const common = await getTranslations("common");
  return { title: t("title", { name: common("appName") }) };
}

/** The wizard; gone for everyone but the admin once there is one, and for all once it is dismissed. */
export default async function SetupPage() {
  const start = await loadSetup();
  if (start === null) notFound();
  return (
    <PageMessages namespaces={["setup"]}>
      <SetupWizard start={start} />
    </PageMessages>
  );
}
