"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useTranslations } from "next-intl";
import { type Control, type FieldValues, useController, useForm } from "react-hook-form";
import { FormErrors } from "@/components/form-errors";
import { TextField } from "@/components/form-fields";
import { Button } from "@/components/ui/button";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { FieldSet } from "@/components/ui/field";
import { RadioGroup } from "@/components/ui/radio-group";
import { useToast } from "@/components/ui/toast";
import { useAction } from "@/components/use-action";
import { useServerFields } from "@/components/use-server-fields";
import { useRouter } from "@/i18n/navigation";
import { createUserAction } from "../actions";
import { USERS_KEY } from "../queries";
import { EMPTY_USER, type NewUserValues, newUserSchema } from "./user-form";

/** Makes a user, with or without a sign-in, and goes to the profile. */
export function CreateUserDialog(props: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog onOpenChange={(open) => props.onOpenChange(open)} open={props.open}>
      <DialogContent>
        <UserForm />
      </DialogContent>
    </Dialog>
  );
}

const SHOWN = ["name", "email", "role", "password"];

function UserForm() {
  const t = useTranslations("users.create");
  const words = useTranslations("common");
  const saved = useTranslations("users.saved");
  const toast = useToast();
  const router = useRouter();
  const create = useAction(createUserAction, {
    invalidates: [USERS_KEY],
    onDone: (user) => {
      toast(saved("created"));
      router.push(`/admin/users/${user.id}`);
    },
  });
  const form = useForm({ defaultValues: EMPTY_USER, resolver: zodResolver(newUserSchema) });
  const { control } = form;
  useServerFields(form.setError, create.problem);
  return (
    <form
      autoComplete="off"
      className="grid gap-5"
      noValidate
      onSubmit={form.handleSubmit(async (input) => void (await create.run(input)))}
    >
      <DialogHeader>
        <DialogTitle>{t("title")}</DialogTitle>
      </DialogHeader>
      <FormErrors problem={create.problem} shown={SHOWN} />
      <TextField control={control} input={{ autoComplete: "off" }} label={t("name")} name="name" />
      <TextField
        control={control}
        hint={t("emailHint")}
        input={{ type: "email", autoComplete: "off" }}
        label={t("email")}
        name="email"
        note={words("optional")}
      />
      <RoleField control={control} />
      <TextField
        control={control}
        hint={t("passwordHint")}
        input={{ type: "password", autoComplete: "new-password" }}
        label={t("password")}
        name="password"
        note={words("optional")}
      />
      <DialogFooter>
        <DialogClose render={<Button variant="outline" />}>{words("cancel")}</DialogClose>
        <Button pending={create.isPending} type="submit">
          {t("submit")}
        </Button>
      </DialogFooter>
    </form>
  );
}

function RoleField({ control }: { control: Control<NewUserValues, unknown, FieldValues> }) {
  const t = useTranslations("users");
  const { field } = useController({ control, name: "role" });
  return (
    <FieldSet legend={t("create.role")}>
      <RadioGroup
        onValueChange={field.onChange}
        options={[
          { value: "user", label: t("role.user"), description: t("roleText.user") },
          { value: "admin", label: t("role.admin"), description: t("roleText.admin") },
        ]}
        value={field.value}
      />
    </FieldSet>
  );
}
