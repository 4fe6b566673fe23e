import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { PageMessages } from "@/components/shell/page-messages";
import { NewChannelPage } from "@/features/channels/components/new-channel-page";
import { loadChannels } from "@/features/channels/loaders";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("channels.form");
  return { title: t("newTitle") };
}

/** A new channel. */
export default async function AdminNewChannelPage() {
  await loadChannels(); // the page is for those who may see channels
  return (
    <PageMessages namespaces={["shared", "channels"]}>
      <NewChannelPage />
    </PageMessages>
  );
}
