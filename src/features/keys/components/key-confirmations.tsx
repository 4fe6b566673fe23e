"use client";

import { useTranslations } from "next-intl";
import { ConfirmDialog } from "@/components/confirm-dialog";
import type { ActionState } from "@/components/use-action";
import type { Key } from "@/operations/keys/schema";

/** Something that may be asked about a key before it is done. */
export type KeyQuestion = { readonly kind: "disable" | "delete"; readonly key: Key };

/** Props of `KeyConfirmations`. */
export type KeyConfirmationsProps = {
  question: KeyQuestion | null;
  onClose: () => void;
  disable: Pick<ActionState<{ id: number; version: number; enabled: false }, unknown>, "run" | "isPending" | "problem">;
  remove?: Pick<ActionState<{ id: number }, unknown>, "run" | "isPending" | "problem"> | undefined;
  /** The reader's own keys: only an admin can enable one again. */
  isOwn: boolean;
};

/** Asks before a key is disabled or deleted. */
export function KeyConfirmations({ question, onClose, disable, remove, isOwn }: KeyConfirmationsProps) {
  const t = useTranslations("keys");
  if (question === null) return null;
  const { key, kind } = question;
  const close = (done: unknown) => {
    if (done !== null) onClose();
  };
  if (kind === "disable") {
    return (
      <ConfirmDialog
        confirm={t("disable.action")}
        consequence={t(isOwn ? "disable.ownText" : "disable.text")}
        onConfirm={async () => close(await disable.run({ id: key.id, version: key.version, enabled: false }))}
        onOpenChange={onClose}
        open
        pending={disable.isPending}
        problem={disable.problem}
        title={t("disable.title", { name: key.name })}
      />
    );
  }
  return (
    <ConfirmDialog
      confirm={t("delete.action")}
      consequence={t("delete.text", { secret: `${key.prefix}…${key.lastFour}` })}
      onConfirm={async () => close((await remove?.run({ id: key.id })) ?? null)}
      onOpenChange={onClose}
      open
      pending={remove?.isPending === true}
      problem={remove?.problem ?? null}
      title={t("delete.title", { name: key.name })}
    />
  );
}
