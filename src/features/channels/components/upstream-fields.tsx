"use client";

import { useTranslations } from "next-intl";
import { type Control, type FieldValues, type UseFormSetValue, useController, useWatch } from "react-hook-form";
import { TextField } from "@/components/form-fields";
import { Checkbox } from "@/components/ui/checkbox";
import { Field, FieldSet } from "@/components/ui/field";
import { RadioGroup } from "@/components/ui/radio-group";
import { useFieldErrorText } from "@/components/use-problem-text";
import { PRESET_VALUES, PRESETS, type PresetName } from "@/features/setup/components/presets";
import { CHANNEL_CHOICES } from "@/operations/channels/schema";
import type { ChannelFormValues } from "./channel-form-values";
import { CredentialsField, type CredentialsFieldProps } from "./credentials-field";
import { presetOf, presetValues } from "./presets";

type FormControl = Control<ChannelFormValues, unknown, FieldValues>;

const COMPATIBLE_WORDS = {
  openai: "presetOpenaiCompatible",
  openaiCompatible: "presetOpenaiCompatible",
  anthropic: "presetAnthropicCompatible",
  anthropicCompatible: "presetAnthropicCompatible",
} as const satisfies Record<PresetName, string>;

/** Tiles that fill in protocol, address and name of a new channel. */
export function PresetField(props: { control: FormControl; setValue: UseFormSetValue<ChannelFormValues> }) {
  const t = useTranslations("channels.form");
  const [baseUrl, protocols] = useWatch({ control: props.control, name: ["baseUrl", "protocols"] });
  const choose = (name: PresetName) => {
    const { protocols: speaks, baseUrl: address, name: called } = presetValues(name);
    props.setValue("protocols", speaks);
    props.setValue("baseUrl", address);
    props.setValue("name", called);
  };
  return (
    <FieldSet legend={t("preset")}>
      <RadioGroup
        className="lg:grid-cols-4"
        look="cards"
        onValueChange={choose}
        options={PRESETS.map((name) => {
          const { vendor } = PRESET_VALUES[name];
          return {
            value: name,
            label: vendor === null ? t(COMPATIBLE_WORDS[name]) : <span data-user-text>{vendor.name}</span>,
            description: vendor === null ? t("presetCompatibleText") : <span data-user-text>{vendor.host}</span>,
          };
        })}
        value={presetOf({ baseUrl, protocols }) ?? "openaiCompatible"}
      />
    </FieldSet>
  );
}

/** Name, protocols, address and credentials. */
export function UpstreamFields({ control, stored }: CredentialsFieldProps) {
  const t = useTranslations("channels.form");
  return (
    <>
      <div className="grid gap-5 sm:grid-cols-[1fr_2fr]">
        <TextField control={control} input={{ autoComplete: "off" }} label={t("name")} name="name" />
        <TextField
          control={control}
          hint={t("baseUrlHint")}
          input={{ inputMode: "url", spellCheck: false, autoComplete: "off", className: "font-mono text-sm" }}
          label={t("baseUrl")}
          name="baseUrl"
        />
      </div>
      <ProtocolsField control={control} />
      <CredentialsField control={control} stored={stored} />
    </>
  );
}

function ProtocolsField({ control }: { control: FormControl }) {
  const t = useTranslations("channels");
  const errorText = useFieldErrorText();
  const { field, fieldState } = useController({ control, name: "protocols" });
  const toggle = (id: string, isOn: boolean) =>
    field.onChange(isOn ? [...field.value, id] : field.value.filter((one) => one !== id));
  const error = errorText(fieldState.error?.message);
  return (
    <FieldSet error={error} hint={t("form.protocolsHint")} legend={t("form.protocols")}>
      <div className="flex flex-wrap gap-x-6 gap-y-2">
        {CHANNEL_CHOICES.protocols.map((id) => (
          <Field key={id} label={t(`protocol.${id}`)} layout="inline">
            <Checkbox checked={field.value.includes(id)} onCheckedChange={(isOn) => toggle(id, isOn)} />
          </Field>
        ))}
      </div>
    </FieldSet>
  );
}
