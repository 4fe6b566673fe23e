import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { Prefetched } from "@/components/prefetched";
import { PageMessages } from "@/components/shell/page-messages";
import { ChannelPage } from "@/features/channels/components/channel-page";
import { loadChannel } from "@/features/channels/loaders";
import { channelKey } from "@/features/channels/queries";

/** Params of the page. */
type Props = { params: Promise<{ id: string }> };

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("channels");
  return { title: t("title") };
}

/** One channel. */
export default async function AdminChannelPage({ params }: Props) {
  const id = Number((await params).id);
  if (!Number.isSafeInteger(id) || id < 1) notFound();
  const channel = await loadChannel(id);
  return (
    <PageMessages namespaces={["shared", "channels"]}>
      <Prefetched reads={[{ queryKey: channelKey(id), data: channel }]}>
        <ChannelPage id={id} />
      </Prefetched>
    </PageMessages>
  );
}
