"use client";

import { useTranslations } from "next-intl";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { useToast } from "@/components/ui/toast";
import { useAction } from "@/components/use-action";
import type { Channel } from "@/operations/channels/channel";
import { deleteChannelAction } from "../actions";
import { channelsKey } from "../queries";
import { orphanedModels } from "./orphaned-models";

/** Props of `DeleteChannelDialog`. `channel` null: closed. */
export type DeleteChannelDialogProps = {
  channel: Channel | null;
  all: readonly Channel[];
  onClose: () => void;
  onDeleted?: (() => void) | undefined;
};

/** Asks before a channel is deleted, and says how many models go with it. */
export function DeleteChannelDialog({ channel, all, onClose, onDeleted }: DeleteChannelDialogProps) {
  const t = useTranslations("channels");
  const toast = useToast();
  const remove = useAction(deleteChannelAction, {
    invalidates: [channelsKey],
    onDone: () => {
      toast(t("saved.deleted"));
      onClose();
      onDeleted?.();
    },
  });
  if (channel === null) return null;
  return (
    <ConfirmDialog
      confirm={t("delete.action")}
      consequence={t("delete.confirmText", { count: orphanedModels(channel, all).length })}
      onConfirm={() => void remove.run({ id: channel.id })}
      onOpenChange={() => {
        remove.reset();
        onClose();
      }}
      open
      pending={remove.isPending}
      problem={remove.problem}
      title={t("delete.confirmTitle", { name: channel.name })}
    />
  );
}
