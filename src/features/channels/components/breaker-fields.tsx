"use client";

import { useTranslations } from "next-intl";
import type { Control, FieldValues } from "react-hook-form";
import { SwitchField, TextField } from "@/components/form-fields";
import { FieldSet } from "@/components/ui/field";
import type { ChannelFormValues } from "./channel-form-values";

const NUMBER = { inputMode: "numeric", autoComplete: "off", className: "tabular-nums" } as const;

/** When a channel is left alone after failures. */
export function BreakerFields({ control }: { control: Control<ChannelFormValues, unknown, FieldValues> }) {
  const t = useTranslations("channels.breaker");
  const field = { control, input: NUMBER };
  return (
    <FieldSet hint={t("hint")} legend={t("legend")}>
      <SwitchField control={control} label={t("enabled")} name="breaker.enabled" />
      <div className="grid items-start gap-5 sm:grid-cols-2">
        <TextField {...field} label={t("failures")} name="breaker.failures" />
        <TextField {...field} label={t("ratioPct")} name="breaker.ratioPct" />
        <TextField {...field} label={t("minAttempts")} name="breaker.minAttempts" />
        <TextField {...field} label={t("openMs")} name="breaker.openMs" />
      </div>
    </FieldSet>
  );
}
