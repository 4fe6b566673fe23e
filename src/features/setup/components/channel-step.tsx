"use client";

import { useTranslations } from "next-intl";
import type { SubmitEvent } from "react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Field, FieldSet } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { RadioGroup } from "@/components/ui/radio-group";
import { Textarea } from "@/components/ui/textarea";
import { useFieldErrorText } from "@/components/use-problem-text";
import type { Channel } from "@/operations/channels/channel";
import { ChannelTestResult } from "./channel-test-result";
import { PRESET_VALUES, PRESETS, type PresetName } from "./presets";
import { StepActions } from "./step-actions";
import { StepCard } from "./step-card";
import { modelsOf, useChannelForm } from "./use-channel-form";

/** The first channel: a preset, the address, the credential, a test. A failing one can be saved all the same. */
export function ChannelStep(props: { onDone: (channel: Channel) => void; onSkip: () => void }) {
  const t = useTranslations("setup.channel");
  const words = useTranslations("common");
  const fieldText = useFieldErrorText();
  const form = useChannelForm(props.onDone);
  const { values, change, fields, test, busy } = form;
  const presetWords = (name: PresetName) => {
    const { vendor } = PRESET_VALUES[name];
    if (vendor !== null) return { label: <Vendor text={vendor.name} />, description: <Vendor text={vendor.host} /> };
    const label = name === "openaiCompatible" ? t("presetOpenaiCompatible") : t("presetAnthropicCompatible");
    return { label, description: t("presetCompatibleText") };
  };
  const hasFailed = test !== null && !test.ok;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void form.save();
  };
  return (
    <StepCard takesFocus text={t("text")} title={t("title")}>
      <form autoComplete="off" className="grid gap-5" noValidate onSubmit={submit}>
        <FieldSet legend={t("preset")}>
          <RadioGroup
            look="cards"
            onValueChange={form.choose}
            options={PRESETS.map((name) => ({ value: name, ...presetWords(name) }))}
            value={form.preset}
          />
        </FieldSet>
        <div className="grid gap-5 sm:grid-cols-[1fr_2fr]">
          <Field error={fieldText(fields.name)} label={t("name")}>
            <Input onValueChange={(name) => change({ name })} value={values.name} />
          </Field>
          <Field error={fieldText(fields.baseUrl)} hint={t("baseUrlHint")} label={t("baseUrl")}>
            <Input
              inputMode="url"
              onValueChange={(baseUrl) => change({ baseUrl })}
              spellCheck={false}
              value={values.baseUrl}
            />
          </Field>
        </div>
        <Field error={fieldText(fields.credential)} hint={t("credentialHint")} label={t("credential")}>
          <Input
            autoComplete="new-password"
            className="font-mono"
            onValueChange={(credential) => change({ credential })}
            type="password"
            value={values.credential}
          />
        </Field>
        <div className="grid gap-3">
          <div>
            <Button onClick={() => void form.runTest()} pending={busy === "test"} variant="outline">
              {busy === "test" ? t("testing") : t("test")}
            </Button>
          </div>
          {test === null ? null : (
            <ChannelTestResult
              hasModels={modelsOf(values.models).length > 0}
              onUseModels={(names) => change({ models: names.join("\n") })}
              test={test}
            />
          )}
        </div>
        <Field error={fieldText(fields.models)} hint={t("modelsHint")} label={t("models")}>
          <Textarea
            className="max-h-60 font-mono text-sm"
            onChange={(event) => change({ models: event.currentTarget.value })}
            spellCheck={false}
            value={values.models}
          />
        </Field>
        {form.failure === null ? null : (
          <Alert live="alert" tone="danger">
            {form.failure}
          </Alert>
        )}
        {hasFailed ? <Alert tone="warning">{t("saveAnywayHint")}</Alert> : null}
        <StepActions>
          <Button onClick={props.onSkip} variant="ghost">
            {words("skip")}
          </Button>
          <Button disabled={busy === "test"} pending={busy === "save"} type="submit">
            {hasFailed ? t("saveAnyway") : t("submit")}
          </Button>
        </StepActions>
      </form>
    </StepCard>
  );
}

/** A vendor's own name, the same in every language. */
function Vendor({ text }: { text: string }) {
  return <span data-user-text>{text}</span>;
}
