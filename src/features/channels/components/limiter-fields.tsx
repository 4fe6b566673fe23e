"use client";

import { useFormatter, useTranslations } from "next-intl";
import { type Control, type FieldValues, type UseFormSetValue, useController, useWatch } from "react-hook-form";
import { durationParts } from "@/components/duration";
import { SelectField, TextField } from "@/components/form-fields";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { FieldSet } from "@/components/ui/field";
import { RadioGroup } from "@/components/ui/radio-group";
import type { ChannelFormValues, LimiterValues } from "./channel-form-values";
import { LONG_WAIT_MS, limiterEffect } from "./limiter-effect";

const NUMBER = { inputMode: "numeric", autoComplete: "off", className: "tabular-nums" } as const;
const CODES = { full: "channel_queue_full", timeout: "channel_queue_timeout" } as const;

type FormControl = Control<ChannelFormValues, unknown, FieldValues>;

/** Props of `LimiterFields`. `waiting`: requests in the channel's queue now. */
export type LimiterFieldsProps = {
  control: FormControl;
  setValue: UseFormSetValue<ChannelFormValues>;
  waiting?: number | undefined;
};

/** How many requests a channel takes at once and what happens above, in one live sentence; the vendor's budget; where a full one sends. */
export function LimiterFields({ control, setValue, waiting = 0 }: LimiterFieldsProps) {
  const t = useTranslations("channels.limiter");
  const { field } = useController({ control, name: "limiter.mode" });
  const values = useWatch({ control, name: "limiter" });
  const choose = (mode: LimiterValues["mode"]) => setValue("limiter.mode", mode, { shouldDirty: true });
  return (
    <>
      <FieldSet legend={t("mode")}>
        <RadioGroup
          look="cards"
          onValueChange={choose}
          options={[
            { value: "off", label: t("off"), description: t("offText") },
            { value: "observe", label: t("observe"), description: t("observeText") },
            { value: "reject", label: t("reject"), description: t("rejectText") },
            { value: "queue", label: t("queue"), description: t("queueText") },
          ]}
          value={field.value}
        />
      </FieldSet>
      {values.mode === "off" ? null : <Numbers control={control} mode={values.mode} />}
      {values.mode === "observe" ? <Advisory onChoose={choose} /> : null}
      {values.mode === "queue" && Number(values.queueTimeoutMs) > LONG_WAIT_MS ? (
        <Alert tone="warning">{t("longWait")}</Alert>
      ) : null}
      <Effect values={values} />
      {values.mode === "queue" || waiting === 0 ? null : <Leaving mode={values.mode} waiting={waiting} />}
      <div className="grid items-start gap-5 sm:grid-cols-3">
        <TextField control={control} hint={t("budgetHint")} input={NUMBER} label={t("rpm")} name="rpm" />
        <TextField control={control} hint={t("budgetHint")} input={NUMBER} label={t("tpm")} name="tpm" />
        <SelectField
          control={control}
          label={t("overflow")}
          name="overflow"
          options={[
            { value: "default", label: t("overflowDefault") },
            { value: "spill", label: t("overflowSpill") },
            { value: "group", label: t("overflowGroup") },
            { value: "stay", label: t("overflowStay") },
          ]}
        />
      </div>
    </>
  );
}

function Numbers({ control, mode }: { control: FormControl; mode: LimiterValues["mode"] }) {
  const t = useTranslations("channels.limiter");
  const field = { control, input: NUMBER };
  return (
    <div className="grid items-start gap-5 sm:grid-cols-2">
      <TextField {...field} hint={t("capacityHint")} label={t("capacity")} name="limiter.capacity" />
      {mode === "queue" ? (
        <>
          <TextField {...field} hint={t("queueSizeHint")} label={t("queueSize")} name="limiter.queueSize" />
          <TextField {...field} hint={t("waitHint")} label={t("wait")} name="limiter.queueTimeoutMs" />
          <TextField {...field} hint={t("shareHint")} label={t("share")} name="limiter.maxWaitingPerKey" />
        </>
      ) : null}
    </div>
  );
}

/** Says that nothing is enforced, and offers what would. */
function Advisory({ onChoose }: { onChoose: (mode: "reject" | "queue") => void }) {
  const t = useTranslations("channels.limiter");
  return (
    <Alert
      actions={
        <>
          <Button onClick={() => onChoose("reject")} size="sm" variant="outline">
            {t("useReject")}
          </Button>
          <Button onClick={() => onChoose("queue")} size="sm" variant="outline">
            {t("useQueue")}
          </Button>
        </>
      }
      tone="warning"
    >
      {t("advisory")}
    </Alert>
  );
}

/** What becomes of those who wait now when the queue is given up (channels-and-rates.md L9). */
function Leaving({ mode, waiting }: { mode: LimiterValues["mode"]; waiting: number }) {
  const t = useTranslations("channels.limiter");
  return (
    <Alert tone="warning">
      {mode === "reject" ? t("leaveKeeps", { count: waiting }) : t("leaveStarts", { count: waiting })}
    </Alert>
  );
}

/** What will happen to the next request above the capacity. */
function Effect({ values }: { values: LimiterValues }) {
  const sentence = useEffectSentence(values);
  return (
    <Alert live="status" tone="info">
      {sentence}
    </Alert>
  );
}

function useEffectSentence(values: LimiterValues): string {
  const t = useTranslations("channels.limiter");
  const format = useFormatter();
  const effect = limiterEffect(values);
  switch (effect.kind) {
    case "open":
      return t("effectOpen");
    case "off":
      return t("effectOff");
    case "observe":
      return t("effectObserve", { next: effect.next });
    case "reject":
      return t("effectReject", { next: effect.next, code: CODES.full });
    case "queue": {
      const { next, refused, share } = effect;
      const { value, unit, digits } = durationParts(effect.waitMs);
      const style = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits } as const;
      const told = { next, refused, wait: format.number(value, style), ...CODES };
      return share === null ? t("effectQueue", told) : t("effectQueueShare", { ...told, share });
    }
  }
}
