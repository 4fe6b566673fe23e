"use client";

import { useTranslations } from "next-intl";
import { useEffect } from "react";
import { type Control, type FieldValues, useFormState, useWatch } from "react-hook-form";
import { SelectField, SwitchField } from "@/components/form-fields";
import { Disclosure } from "@/components/ui/disclosure";
import { CHANNEL_CHOICES } from "@/operations/channels/schema";
import { ADVANCED_NAMES, BY_ADDRESS } from "./advanced-values";
import type { ChannelFormValues } from "./channel-form-values";
import { HeadersField } from "./headers-field";
import { OperationsField } from "./operations-field";

type FormControl = Control<ChannelFormValues, unknown, FieldValues>;

/** Props of `AdvancedFields`. */
export type AdvancedFieldsProps = { control: FormControl; isOpen: boolean; onOpenChange: (isOpen: boolean) => void };

/** What few channels need; it opens by itself when one of its fields is wrong. */
export function AdvancedFields({ control, isOpen, onOpenChange }: AdvancedFieldsProps) {
  const t = useTranslations("channels.advanced");
  const { errors } = useFormState({ control, name: ADVANCED_NAMES });
  const isWrong = ADVANCED_NAMES.some((name) => errors[name] !== undefined);
  useEffect(() => {
    if (isWrong) onOpenChange(true);
  }, [isWrong, onOpenChange]);
  return (
    <Disclosure isOpen={isOpen} onOpenChange={onOpenChange} text={t("text")} title={t("title")}>
      <ProviderField control={control} />
      <OperationsField control={control} />
      <HeadersField control={control} />
      <div className="grid items-start gap-5 sm:grid-cols-2">
        <SelectField
          control={control}
          hint={t("usageHint")}
          label={t("usage")}
          name="usageInStream"
          options={[
            { value: "auto", label: t("usageAuto") },
            { value: "never", label: t("usageNever") },
          ]}
        />
        <SelectField
          control={control}
          hint={t("disconnectHint")}
          label={t("disconnect")}
          name="onDisconnect"
          options={[
            { value: "default", label: t("disconnectDefault") },
            { value: "drain", label: t("disconnectDrain") },
            { value: "abort", label: t("disconnectAbort") },
          ]}
        />
      </div>
      <SwitchField control={control} hint={t("cacheHint")} label={t("cache")} name="inputIncludesCache" />
    </Disclosure>
  );
}

/** The catalogue's providers; one that it no longer has stays until another is chosen. */
function ProviderField({ control }: { control: FormControl }) {
  const t = useTranslations("channels.advanced");
  const chosen = useWatch({ control, name: "provider" });
  const known = [...new Set([...CHANNEL_CHOICES.providers, chosen])].filter((id) => id !== BY_ADDRESS).sort();
  return (
    <SelectField
      control={control}
      hint={t("providerHint")}
      label={t("provider")}
      name="provider"
      options={[
        { value: BY_ADDRESS, label: t("providerByAddress") },
        ...known.map((id) => ({ value: id, label: <span data-user-text>{id}</span> })),
      ]}
    />
  );
}
