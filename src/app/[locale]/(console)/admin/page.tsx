import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { PageMessages } from "@/components/shell/page-messages";
import { OverviewPage } from "@/features/overview/components/overview-page";
import { loadOverview } from "@/features/overview/loaders";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("overview");
  return { title: t("title") };
}

/** The admin's start page. */
export default async function AdminPage() {
  const { overview, latest } = await loadOverview();
  return (
    <PageMessages namespaces={["overview", "requests"]}>
      <OverviewPage latest={latest} overview={overview} />
    </PageMessages>
  );
}
