"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useTranslations } from "next-intl";
import { type Control, type FieldValues, useController, useForm } from "react-hook-form";
import { AddressFields } from "@/components/address-fields";
import { FormErrors } from "@/components/form-errors";
import { SelectField, SwitchField, TextField } from "@/components/form-fields";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardFooter, CardHeader, CardTitle } from "@/components/ui/card";
import { Combobox } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { useToast } from "@/components/ui/toast";
import { useAction } from "@/components/use-action";
import { useFieldErrorText } from "@/components/use-problem-text";
import { useServerFields } from "@/components/use-server-fields";
import { timeZoneOptions } from "@/features/setup/components/time-zones";
import { LanguageName } from "@/features/shell/components/language-name";
import { routing } from "@/i18n/routing";
import type { User } from "@/operations/users/schema";
import { updateUserAction } from "../actions";
import { USERS_KEY } from "../queries";
import { type ProfileValues, profileOf, profileSchema } from "./user-form";

const SHOWN = ["name", "email", "role", "enabled", "locale", "timeZone", "ipAllow", "ipDeny"];

/** Who a user is and what the user may do. Give it a new `key` when the user's version changes. */
export function ProfileCard({ user }: { user: User }) {
  const t = useTranslations("users");
  const toast = useToast();
  const update = useAction(updateUserAction, {
    invalidates: [USERS_KEY, ["keys"]],
    onDone: () => toast(t("saved.changed")),
  });
  const form = useForm({ defaultValues: profileOf(user), resolver: zodResolver(profileSchema(user)) });
  const { control, formState } = form;
  useServerFields(form.setError, update.problem);
  const discard = () => {
    form.reset();
    update.reset();
  };
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t("edit.title")}</CardTitle>
      </CardHeader>
      <form autoComplete="off" noValidate onSubmit={form.handleSubmit(async (input) => void (await update.run(input)))}>
        <CardContent className="grid gap-5 sm:grid-cols-2">
          <div className="empty:hidden sm:col-span-2">
            <FormErrors problem={update.problem} shown={SHOWN} />
          </div>
          <TextField control={control} label={t("create.name")} name="name" />
          <TextField control={control} input={{ type: "email" }} label={t("create.email")} name="email" />
          <SelectField
            control={control}
            label={t("create.role")}
            name="role"
            options={[
              { value: "user", label: t("role.user") },
              { value: "admin", label: t("role.admin") },
            ]}
          />
          <SelectField
            control={control}
            label={t("edit.locale")}
            name="locale"
            options={[
              { value: "auto", label: t("edit.localeAuto") },
              ...routing.locales.map((locale) => ({
                value: locale,
                label: <LanguageName id={locale} />,
              })),
            ]}
          />
          <ZoneField control={control} />
          <AddressFields control={control} />
          <SwitchField
            className="sm:col-span-2"
            control={control}
            hint={t("edit.enabledHint")}
            label={t("edit.enabled")}
            name="enabled"
          />
        </CardContent>
        <CardFooter>
          <Button disabled={!formState.isDirty} onClick={discard} variant="ghost">
            {t("edit.discard")}
          </Button>
          <Button disabled={!formState.isDirty} pending={update.isPending} type="submit">
            {t("edit.submit")}
          </Button>
        </CardFooter>
      </form>
    </Card>
  );
}

function ZoneField({ control }: { control: Control<ProfileValues, unknown, FieldValues> }) {
  const t = useTranslations("users.edit");
  const errorText = useFieldErrorText();
  const { field, fieldState } = useController({ control, name: "timeZone" });
  return (
    <Field error={errorText(fieldState.error?.message)} hint={t("timeZoneHint")} label={t("timeZone")}>
      <Combobox
        empty={t("timeZoneEmpty")}
        onValueChange={(zone) => field.onChange(zone ?? "")}
        openLabel={t("timeZoneOpen")}
        options={timeZoneOptions()}
        placeholder={t("timeZoneAuto")}
        value={field.value === "" ? null : field.value}
      />
    </Field>
  );
}
