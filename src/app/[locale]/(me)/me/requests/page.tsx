import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import type { SearchParams } from "nuqs/server";
import { Prefetched } from "@/components/prefetched";
import { PageMessages } from "@/components/shell/page-messages";
import { OwnRequestsPage } from "@/features/requests/components/own-requests-page";
import { loadOwnRequestLog } from "@/features/requests/loaders";
import { loadRequestSearch } from "@/features/requests/search-params";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("requests");
  return { title: t("ownTitle") };
}

/** The reader's own request log. */
export default async function MyRequestsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { asOf, publicUrl, reads } = await loadOwnRequestLog(await loadRequestSearch(searchParams));
  return (
    <PageMessages namespaces={["requests", "shared"]}>
      <Prefetched reads={reads}>
        <OwnRequestsPage asOf={asOf} publicUrl={publicUrl} />
      </Prefetched>
    </PageMessages>
  );
}
