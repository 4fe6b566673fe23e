import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import type { SearchParams } from "nuqs/server";
import { Prefetched } from "@/components/prefetched";
import { PageMessages } from "@/components/shell/page-messages";
import { RequestsPage } from "@/features/requests/components/requests-page";
import { loadRequestLog } from "@/features/requests/loaders";
import { loadRequestSearch } from "@/features/requests/search-params";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("requests");
  return { title: t("title") };
}

/** The request log of all users. */
export default async function AdminRequestsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { asOf, publicUrl, reads } = await loadRequestLog(await loadRequestSearch(searchParams));
  return (
    <PageMessages namespaces={["requests", "shared"]}>
      <Prefetched reads={reads}>
        <RequestsPage asOf={asOf} publicUrl={publicUrl} />
      </Prefetched>
    </PageMessages>
  );
}
