"use client";

import { useTranslations } from "next-intl";
import { type Control, type FieldError, type FieldValues, useController, useWatch } from "react-hook-form";
import { Checkbox } from "@/components/ui/checkbox";
import { Field, FieldSet } from "@/components/ui/field";
import { useFieldErrorText } from "@/components/use-problem-text";
import type { OperationName } from "@/core/vocabulary";
import { operationsOf } from "./advanced-values";
import type { ChannelFormValues } from "./channel-form-values";

/** What may be asked of a channel: all that its protocols have, or some of it. One that they have no longer stays until it is taken out. */
export function OperationsField({ control }: { control: Control<ChannelFormValues, unknown, FieldValues> }) {
  const t = useTranslations("channels.advanced");
  const errorText = useFieldErrorText();
  const { field, fieldState } = useController({ control, name: "operations" });
  const applicable: readonly string[] = operationsOf(useWatch({ control, name: "protocols" }));
  const chosen = field.value;
  const shown = [...new Set([...applicable, ...(chosen ?? [])])];
  const toggle = (name: string, isIn: boolean) =>
    field.onChange(shown.filter((one) => (one === name ? isIn : chosen?.includes(one) === true)));
  // an error of the whole, or of single entries
  const errors = fieldState.error as (FieldError & readonly (FieldError | undefined)[]) | undefined;
  return (
    <FieldSet error={errorText(errors?.message)} hint={t("operationsHint")} legend={t("operations")}>
      <div className="flex flex-wrap gap-x-6 gap-y-2">
        <Field label={t("operationsAll")} layout="inline">
          <Checkbox
            checked={chosen === null}
            inputRef={field.ref}
            onCheckedChange={(isAll) => field.onChange(isAll ? null : applicable)}
          />
        </Field>
        {chosen === null
          ? null
          : shown.map((name) => (
              <Field
                error={errorText(errors?.[chosen.indexOf(name)]?.message)}
                key={name}
                label={<OperationLabel name={name} />}
                layout="inline"
              >
                <Checkbox checked={chosen.includes(name)} onCheckedChange={(isIn) => toggle(name, isIn)} />
              </Field>
            ))}
      </div>
    </FieldSet>
  );
}

/** The usage of a key is asked of Sluice itself. */
type OfChannel = Exclude<OperationName, "usage">;

function OperationLabel({ name }: { name: string }) {
  const t = useTranslations("channels.advanced.operation");
  return t.has(name as OfChannel) ? t(name as OfChannel) : <span data-user-text>{name}</span>;
}
