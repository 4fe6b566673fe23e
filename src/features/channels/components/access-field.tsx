"use client";

import { useTranslations } from "next-intl";
import { type Control, type FieldValues, useController } from "react-hook-form";
import { Checkbox } from "@/components/ui/checkbox";
import { Field, FieldSet } from "@/components/ui/field";
import { useFieldErrorText } from "@/components/use-problem-text";
import { useUserGroups } from "../queries";
import type { ChannelFormValues } from "./channel-form-values";

type FormControl = Control<ChannelFormValues, unknown, FieldValues>;

/** Whom a channel is for: groups by name, also those that are gone, until somebody takes them out. */
export function AccessField({ control }: { control: FormControl }) {
  const t = useTranslations("channels.access");
  const errorText = useFieldErrorText();
  const { field, fieldState } = useController({ control, name: "userGroups" });
  const groups = useUserGroups().data?.items;
  const gone = groups === undefined ? [] : field.value.filter((id) => !groups.some((group) => group.id === id));
  const toggle = (id: number, isIn: boolean) =>
    field.onChange(isIn ? [...field.value, id] : field.value.filter((one) => one !== id));
  const error = errorText(fieldState.error?.message);
  return (
    <FieldSet error={error} hint={groups?.length === 0 ? t("none") : t("hint")} legend={t("legend")}>
      <div className="flex max-h-48 flex-wrap gap-x-6 gap-y-2 overflow-y-auto p-0.5">
        {(groups ?? []).map(({ id, name }) => (
          <Field key={id} label={<span data-user-text>{name}</span>} layout="inline">
            <Checkbox checked={field.value.includes(id)} onCheckedChange={(isIn) => toggle(id, isIn)} />
          </Field>
        ))}
        {gone.map((id) => (
          <Field key={id} label={t("gone", { id: String(id) })} layout="inline">
            <Checkbox checked onCheckedChange={() => toggle(id, false)} />
          </Field>
        ))}
      </div>
    </FieldSet>
  );
}
