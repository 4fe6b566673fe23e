import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Prefetched } from "@/components/prefetched";
import { PageMessages } from "@/components/shell/page-messages";
import { OwnKeysPage } from "@/features/me/components/own-keys-page";
import { loadOwnKeys } from "@/features/me/loaders";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("me");
  return { title: t("keysTitle") };
}

/** The reader's own keys. */
export default async function MyKeysPage() {
  return (
    <PageMessages namespaces={["keys", "me", "shared"]}>
      <Prefetched reads={await loadOwnKeys()}>
        <OwnKeysPage />
      </Prefetched>
    </PageMessages>
  );
}
