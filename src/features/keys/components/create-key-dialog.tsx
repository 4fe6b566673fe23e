"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { FormErrors } from "@/components/form-errors";
import { SecretOnce } from "@/components/secret-once";
import { Button } from "@/components/ui/button";
import {
  Dialog,
  DialogClose,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from "@/components/ui/dialog";
import type { ActionState } from "@/components/use-action";
import { useServerFields } from "@/components/use-server-fields";
import type { CreateKeyInput, CreateOwnKeyInput, KeyWithSecret } from "@/operations/keys/schema";
import { EMPTY_KEY_FORM, keyFormSchema, ownKeyFormSchema } from "./key-form";
import { KeyFormFields, type KeyOwners } from "./key-form-fields";

/** Props of `CreateKeyDialog`: `owners` for admins, who choose one; users make keys of their own. */
export type CreateKeyDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
} & (
  | { owners: NonNullable<KeyOwners>; ownerId?: number | undefined; create: ActionState<CreateKeyInput, KeyWithSecret> }
  | { owners: null; ownerId?: undefined; create: ActionState<CreateOwnKeyInput, KeyWithSecret> }
);

/** Makes a key and shows its secret once, in the same dialog. */
export function CreateKeyDialog(props: CreateKeyDialogProps) {
  const t = useTranslations("keys");
  const [created, setCreated] = useState<KeyWithSecret | null>(null);
  const change = (open: boolean) => {
    if (created !== null && !open) return; // the secret wants to be stored first
    props.onOpenChange(open);
  };
  const finish = () => {
    setCreated(null);
    props.onOpenChange(false);
  };
  return (
    <Dialog onOpenChange={change} open={props.open}>
      <DialogContent>
        {created === null ? (
          <KeyForm {...props} onCreated={setCreated} />
        ) : (
          <>
            <DialogHeader>
              <DialogTitle>{t("created.title")}</DialogTitle>
              <DialogDescription>{t("created.text", { name: created.key.name })}</DialogDescription>
            </DialogHeader>
            <SecretOnce doneLabel={t("created.done")} onDone={finish} secret={created.secret} />
          </>
        )}
      </DialogContent>
    </Dialog>
  );
}

const SHOWN = ["userId", "name", "expiresAt", "models", "ipAllow", "ipDeny"];

function KeyForm(props: CreateKeyDialogProps & { onCreated: (created: KeyWithSecret) => void }) {
  const t = useTranslations("keys.create");
  const words = useTranslations("common");
  const form = useForm({
    defaultValues: { ...EMPTY_KEY_FORM, userId: props.ownerId === undefined ? "" : String(props.ownerId) },
    resolver: zodResolver(props.owners === null ? ownKeyFormSchema : keyFormSchema),
  });
  useServerFields(form.setError, props.create.problem);
  const submit = form.handleSubmit(async (input) => {
    const created = await props.create.run(input as CreateKeyInput);
    if (created !== null) props.onCreated(created);
  });
  return (
    <form className="grid gap-5" noValidate onSubmit={submit}>
      <DialogHeader>
        <DialogTitle>{t("title")}</DialogTitle>
        <DialogDescription>{t("text")}</DialogDescription>
      </DialogHeader>
      <FormErrors problem={props.create.problem} shown={SHOWN} />
      <KeyFormFields
        control={form.control}
        isOwn={props.owners === null}
        owners={props.ownerId === undefined ? props.owners : null}
      />
      <DialogFooter>
        <DialogClose render={<Button variant="outline" />}>{words("cancel")}</DialogClose>
        <Button pending={props.create.isPending} type="submit">
          {t("submit")}
        </Button>
      </DialogFooter>
    </form>
  );
}
