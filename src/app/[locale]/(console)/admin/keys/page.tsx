import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import type { SearchParams } from "nuqs/server";
import { Prefetched } from "@/components/prefetched";
import { PageMessages } from "@/components/shell/page-messages";
import { KeysPage } from "@/features/keys/components/keys-page";
import { loadKeys } from "@/features/keys/loaders";
import { keysKey, ownersKey } from "@/features/keys/queries";
import { keyFilter, loadKeySearch } from "@/features/keys/search-params";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("keys");
  return { title: t("title") };
}

/** The keys of all users. */
export default async function AdminKeysPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const filter = keyFilter(await loadKeySearch(searchParams));
  const { keys, owners } = await loadKeys(filter);
  return (
    <PageMessages namespaces={["shared", "keys"]}>
      <Prefetched
        reads={[
          { queryKey: keysKey(filter), data: keys },
          { queryKey: ownersKey, data: owners },
        ]}
      >
        <KeysPage />
      </Prefetched>
    </PageMessages>
  );
}
