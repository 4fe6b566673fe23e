"use client";

import { CreateKeyDialog } from "./create-key-dialog";
import { KeyConfirmations } from "./key-confirmations";
import type { KeyOwners } from "./key-form-fields";
import { RotateKeyDialog } from "./rotate-key-dialog";
import type { useKeyWork } from "./use-key-work";

/** Props of `KeyDialogs`: `ownerId` when the owner of a new key is known. */
export type KeyDialogsProps = {
  work: ReturnType<typeof useKeyWork>;
  owners: NonNullable<KeyOwners>;
  ownerId?: number | undefined;
};

/** The dialogs of an admin's list of keys. */
export function KeyDialogs({ work, owners, ownerId }: KeyDialogsProps) {
  const change = (open: boolean) => {
    work.create.reset();
    work.setCreating(open);
  };
  return (
    <>
      <CreateKeyDialog
        create={work.create}
        onOpenChange={change}
        open={work.isCreating}
        ownerId={ownerId}
        owners={owners}
      />
      <RotateKeyDialog
        onClose={() => {
          work.rotate.reset();
          work.setRotating(null);
        }}
        rotate={work.rotate}
        target={work.rotating}
      />
      <KeyConfirmations
        disable={work.update}
        isOwn={false}
        onClose={() => work.ask(null)}
        question={work.question}
        remove={work.remove}
      />
    </>
  );
}
