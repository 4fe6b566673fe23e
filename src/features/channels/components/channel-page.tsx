"use client";

import { ListFilter } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import { ManagedByFile } from "@/components/managed-by-file";
import { PageBody } from "@/components/shell/page-body";
import { PageHeader } from "@/components/shell/page-header";
import { StateView } from "@/components/state-view";
import { Button, buttonVariants } from "@/components/ui/button";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { useToast } from "@/components/ui/toast";
import { useAction } from "@/components/use-action";
import { Link, useRouter } from "@/i18n/navigation";
import type { Channel } from "@/operations/channels/channel";
import { updateChannelAction } from "../actions";
import { CHANNELS_KEY, useChannel, useChannels } from "../queries";
import { ChannelProtocols, ChannelState } from "./channel-badges";
import { ChannelForm } from "./channel-form";
import { savedChannelSchema, valuesOf } from "./channel-form-values";
import { ChannelNow } from "./channel-now";
import { DeleteChannelDialog } from "./delete-channel-dialog";
import { LiveBadge } from "./live-badge";
import { useLiveChannels } from "./use-live-channels";

/** One channel: change, test, delete. */
export function ChannelPage({ id }: { id: number }) {
  const query = useChannel(id);
  return (
    <PageBody width="narrow">
      <StateView query={query} skeleton={<Skeleton className="h-160 rounded-xl" />}>
        {(channel) => <SavedChannel channel={channel} />}
      </StateView>
    </PageBody>
  );
}

function SavedChannel({ channel }: { channel: Channel }) {
  const t = useTranslations("channels");
  const toast = useToast();
  const update = useAction(updateChannelAction, {
    invalidates: [CHANNELS_KEY],
    onDone: () => toast(t("saved.changed")),
  });
  const { id, version } = channel;
  const live = useLiveChannels();
  const row = live.reading?.rows.find(({ channelId }) => channelId === id);
  const schema = useMemo(() => savedChannelSchema({ id, version }), [id, version]);
  return (
    <div className="grid min-w-0 gap-6">
      <PageHeader
        actions={
          <Link className={buttonVariants({ variant: "outline" })} href={`/admin/requests?channel=${id}`}>
            <ListFilter aria-hidden />
            {t("requests")}
          </Link>
        }
        badge={
          <span className="flex flex-wrap gap-1.5">
            <ChannelState channel={channel} health={row?.health} />
            <ChannelProtocols protocols={channel.protocols} />
            {channel.managedBy === "file" ? <ManagedByFile /> : null}
          </span>
        }
        description={<span data-user-text>{channel.baseUrl}</span>}
        title={
          <span data-user-text dir="auto">
            {channel.name}
          </span>
        }
      />
      <Card>
        <CardHeader className="flex flex-wrap items-center justify-between gap-3">
          <CardTitle>{t("now.title")}</CardTitle>
          <LiveBadge live={live} />
        </CardHeader>
        <CardContent>
          <ChannelNow isStale={live.isStale} row={row} />
        </CardContent>
      </Card>
      <ChannelForm
        channel={channel}
        key={version}
        save={update}
        schema={schema}
        submit={t("form.save")}
        values={valuesOf(channel)}
        waiting={row?.waiting}
      />
      <DeleteCard channel={channel} />
    </div>
  );
}

function DeleteCard({ channel }: { channel: Channel }) {
  const t = useTranslations("channels.delete");
  const router = useRouter();
  const all = useChannels();
  const [isAsking, setAsking] = useState(false);
  return (
    <Card>
      <CardContent className="flex flex-wrap items-center justify-between gap-4">
        <div className="grid gap-1">
          <CardTitle>{t("title")}</CardTitle>
          <CardDescription>{t("text")}</CardDescription>
        </div>
        <Button className="text-danger" onClick={() => setAsking(true)} variant="outline">
          {t("action")}
        </Button>
      </CardContent>
      <DeleteChannelDialog
        all={all.data?.items ?? []}
        channel={isAsking ? channel : null}
        onClose={() => setAsking(false)}
        onDeleted={() => router.replace("/admin/channels")}
      />
    </Card>
  );
}
