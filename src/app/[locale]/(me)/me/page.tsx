import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Prefetched } from "@/components/prefetched";
import { PageMessages } from "@/components/shell/page-messages";
import { OwnUsagePage } from "@/features/me/components/own-usage-page";
import { loadOwnUsage } from "@/features/me/loaders";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("me");
  return { title: t("title") };
}

/** The start page of those who use the gateway. */
export default async function MyUsagePage() {
  const { last, publicUrl, reads } = await loadOwnUsage();
  return (
    <PageMessages namespaces={["me", "shared"]}>
      <Prefetched reads={reads}>
        <OwnUsagePage last={last} publicUrl={publicUrl} />
      </Prefetched>
    </PageMessages>
  );
}
