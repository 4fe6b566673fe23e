"use client";

import { useTranslations } from "next-intl";
import type { Control, FieldValues } from "react-hook-form";
import { SwitchField, TextField } from "@/components/form-fields";
import { FieldSet } from "@/components/ui/field";
import type { ChannelFormValues } from "./channel-form-values";

const NUMBER = { inputMode: "numeric", autoComplete: "off", className: "tabular-nums" } as const;

/** When a channel is chosen, what it costs, how long it may take, and whether it is on. */
export function RoutingFields({ control }: { control: Control<ChannelFormValues, unknown, FieldValues> }) {
  const t = useTranslations("channels.form");
  return (
    <>
      <div className="grid items-start gap-5 sm:grid-cols-3">
        <TextField control={control} hint={t("priorityHint")} input={NUMBER} label={t("priority")} name="priority" />
        <TextField control={control} hint={t("weightHint")} input={NUMBER} label={t("weight")} name="weight" />
        <TextField
          control={control}
          hint={t("multiplierHint")}
          input={{ ...NUMBER, inputMode: "decimal" }}
          label={t("multiplier")}
          name="costMultiplier"
        />
      </div>
      <FieldSet hint={t("timeoutsText")} legend={t("timeouts")}>
        <div className="grid items-start gap-5 sm:grid-cols-3">
          <TextField control={control} input={NUMBER} label={t("connectMs")} name="timeouts.connectMs" />
          <TextField control={control} input={NUMBER} label={t("firstByteMs")} name="timeouts.firstByteMs" />
          <TextField control={control} input={NUMBER} label={t("idleMs")} name="timeouts.idleMs" />
        </div>
      </FieldSet>
      <SwitchField control={control} hint={t("enabledHint")} label={t("enabled")} name="enabled" />
    </>
  );
}
