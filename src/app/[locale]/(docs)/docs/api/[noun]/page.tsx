import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { NounPage } from "@/features/docs/components/noun-page";
import { loadNoun } from "@/features/docs/loaders";
import { loadViewer } from "@/features/shell/loaders";

/** Params of the page. */
type Props = { params: Promise<{ noun: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const t = await getTranslations("docs");
  const found = await loadNoun(await loadViewer(), (await params).noun);
  return found === null ? {} : { title: t("nounTitleBar", { noun: found.noun.name }) };
}

/** The operations on one noun. Nothing is sent before it is known to exist, so that the answer can be a 404. */
export default async function ApiNounPage({ params }: Props) {
  const found = await loadNoun(await loadViewer(), (await params).noun);
  if (found === null) notFound();
  return <NounPage docs={found.docs} noun={found.noun} publicUrl={found.publicUrl} />;
}
