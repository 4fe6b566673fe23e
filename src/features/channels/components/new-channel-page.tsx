"use client";

import { useTranslations } from "next-intl";
import { PageBody } from "@/components/shell/page-body";
import { PageHeader } from "@/components/shell/page-header";
import { useToast } from "@/components/ui/toast";
import { useAction } from "@/components/use-action";
import { useRouter } from "@/i18n/navigation";
import { createChannelAction } from "../actions";
import { CHANNELS_KEY } from "../queries";
import { ChannelForm } from "./channel-form";
import { EMPTY_CHANNEL, newChannelSchema } from "./channel-form-values";

/** Makes a channel. */
export function NewChannelPage() {
  const t = useTranslations("channels");
  const router = useRouter();
  const toast = useToast();
  const create = useAction(createChannelAction, {
    invalidates: [CHANNELS_KEY],
    onDone: () => {
      toast(t("saved.created"));
      router.push("/admin/channels");
    },
  });
  return (
    <PageBody width="narrow">
      <PageHeader description={t("form.newText")} title={t("form.newTitle")} />
      <ChannelForm
        channel={null}
        save={create}
        schema={newChannelSchema}
        submit={t("form.create")}
        values={EMPTY_CHANNEL}
      />
    </PageBody>
  );
}
