"use client";

import { useTranslations } from "next-intl";
import { type Control, type FieldValues, useController, useWatch } from "react-hook-form";
import { AddressFields } from "@/components/address-fields";
import { SelectField, TextAreaField, TextField } from "@/components/form-fields";
import { Combobox } from "@/components/ui/combobox";
import { Field, FieldSet } from "@/components/ui/field";
import { RadioGroup } from "@/components/ui/radio-group";
import { useFieldErrorText } from "@/components/use-problem-text";
import type { KeyFormValues } from "./key-form";

type FormControl = Control<KeyFormValues, unknown, FieldValues>;

const EXPIRY_DAYS = [7, 30, 90, 365] as const;

/** Who may own a new key; null where it is always the reader. */
export type KeyOwners = readonly { readonly id: number; readonly name: string; readonly email: string | null }[] | null;

/** Props of `KeyFormFields`: `isOwn` when a user makes a key without an admin's rights. */
export type KeyFormFieldsProps = { control: FormControl; owners: KeyOwners; isOwn: boolean };

/** The fields of a new key. */
export function KeyFormFields({ control, owners, isOwn }: KeyFormFieldsProps) {
  const t = useTranslations("keys.create");
  const access = useWatch({ control, name: "access" });
  return (
    <>
      {owners === null ? null : <OwnerField control={control} owners={owners} />}
      <TextField control={control} hint={t("nameHint")} input={{ autoComplete: "off" }} label={t("name")} name="name" />
      <SelectField
        control={control}
        label={t("expiry")}
        name="expiry"
        options={[
          { value: "never", label: t("expiryNever") },
          ...EXPIRY_DAYS.map((days) => ({ value: String(days), label: t("expiryDays", { count: days }) })),
        ]}
      />
      <AccessField control={control} />
      {access === "some" ? (
        <TextAreaField control={control} hint={t("modelListHint")} label={t("modelList")} mono name="models" />
      ) : null}
      {isOwn ? null : <AddressFields control={control} />}
    </>
  );
}

function OwnerField({ control, owners }: { control: FormControl; owners: NonNullable<KeyOwners> }) {
  const t = useTranslations("keys.create");
  const errorText = useFieldErrorText();
  const { field, fieldState } = useController({ control, name: "userId" });
  return (
    <Field error={errorText(fieldState.error?.message)} label={t("owner")}>
      <Combobox
        empty={t("ownerEmpty")}
        onValueChange={(id) => field.onChange(id ?? "")}
        openLabel={t("ownerOpen")}
        options={owners.map(({ id, name, email }) => ({ value: String(id), label: name, detail: email ?? undefined }))}
        placeholder={t("ownerPlaceholder")}
        value={field.value === "" ? null : field.value}
      />
    </Field>
  );
}

function AccessField({ control }: { control: FormControl }) {
  const t = useTranslations("keys.create");
  const { field } = useController({ control, name: "access" });
  return (
    <FieldSet legend={t("models")}>
      <RadioGroup
        className="flex gap-5"
        onValueChange={field.onChange}
        options={[
          { value: "all", label: t("modelsAll") },
          { value: "some", label: t("modelsSome") },
        ]}
        value={field.value}
      />
    </FieldSet>
  );
}
