import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Prefetched } from "@/components/prefetched";
import { PageMessages } from "@/components/shell/page-messages";
import { ChannelsPage } from "@/features/channels/components/channels-page";
import { loadChannels } from "@/features/channels/loaders";
import { channelsKey } from "@/features/channels/queries";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("channels");
  return { title: t("title") };
}

/** All channels. */
export default async function AdminChannelsPage() {
  const channels = await loadChannels();
  return (
    <PageMessages namespaces={["shared", "channels"]}>
      <Prefetched reads={[{ queryKey: channelsKey, data: channels }]}>
        <ChannelsPage />
      </Prefetched>
    </PageMessages>
  );
}
