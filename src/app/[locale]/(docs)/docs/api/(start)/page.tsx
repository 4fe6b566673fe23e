import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { StartPage } from "@/features/docs/components/start-page";
import { loadDocs } from "@/features/docs/loaders";
import { loadViewer } from "@/features/shell/loaders";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("docs");
  return { title: t("title") };
}

/** What holds for the whole API, and every operation in one list. */
export default async function ApiDocsPage() {
  const { docs, publicUrl } = await loadDocs(await loadViewer());
  return <StartPage docs={docs} publicUrl={publicUrl} />;
}
