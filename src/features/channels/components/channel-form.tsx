"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useTranslations } from "next-intl";
import { type ReactNode, useCallback, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { type Resolver, useForm } from "react-hook-form";
import type { z } from "zod";
import { FormErrors } from "@/components/form-errors";
import type { FieldProblem } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import type { ActionState } from "@/components/use-action";
import { useServerFields } from "@/components/use-server-fields";
import type { Channel } from "@/operations/channels/channel";
import { AccessField } from "./access-field";
import { AdvancedFields } from "./advanced-fields";
import { ADVANCED_NAMES, isAdvanced, placeOfProblem } from "./advanced-values";
import { BreakerFields } from "./breaker-fields";
import type { ChannelFormValues } from "./channel-form-values";
import { DraftTest } from "./draft-test";
import { LimiterFields } from "./limiter-fields";
import { ModelsEditor } from "./models-editor";
import { RoutingFields } from "./routing-fields";
import { PresetField, UpstreamFields } from "./upstream-fields";

const SHOWN = [
  ...["name", "protocols", "baseUrl", "credentials", "models", "priority", "weight", "costMultiplier", "timeouts"],
  ...["limiter", "overflow", "rpm", "tpm", "breaker", "userGroups", "enabled"],
  ...ADVANCED_NAMES,
];

/** Props of `ChannelForm`: the values it starts with, and the operation that takes what it makes of them. */
export type ChannelFormProps<Input> = {
  channel: Channel | null;
  values: ChannelFormValues;
  schema: z.ZodType<Input, ChannelFormValues>;
  save: ActionState<Input, Channel>;
  /** Requests in its queue now. */
  waiting?: number | undefined;
  /** The word of the button that saves. */
  submit: ReactNode;
};

/** A channel, new or saved: address and credential, test, models, routing. */
export function ChannelForm<Input>({ channel, values, schema, save, submit, waiting }: ChannelFormProps<Input>) {
  const t = useTranslations("channels.form");
  const resolver = zodResolver(schema as never) as unknown as Resolver<
    ChannelFormValues,
    unknown,
    Record<string, unknown>
  >;
  const form = useForm<ChannelFormValues, unknown, Record<string, unknown>>({ defaultValues: values, resolver });
  const { control, setValue, getValues, setError } = form;
  const placeOf = useCallback((field: FieldProblem) => placeOfProblem(field, getValues()), [getValues]);
  useServerFields(setError, save.problem, placeOf);
  const [isAdvancedOpen, setAdvancedOpen] = useState(() => isAdvanced(values));
  const models = useRef<HTMLDivElement>(null);
  const onSubmit = form.handleSubmit(
    async (input) => void (await save.run(input as Input)),
    (errors) => {
      // only what is seen can take the focus
      if (ADVANCED_NAMES.some((name) => name in errors)) flushSync(() => setAdvancedOpen(true));
      // a list has no field of its own that could take the focus
      if (Object.keys(errors)[0] === "models") models.current?.scrollIntoView({ block: "center" });
    },
  );
  const discard = () => {
    form.reset();
    save.reset();
  };
  return (
    <form autoComplete="off" className="grid min-w-0 gap-6" noValidate onSubmit={onSubmit}>
      <FormErrors problem={save.problem} shown={SHOWN} />
      <Section title={t("upstream")}>
        {channel === null ? <PresetField control={control} setValue={setValue} /> : null}
        <UpstreamFields control={control} stored={channel?.credentials} />
        <DraftTest channelId={channel?.id ?? null} form={{ getValues, setValue, setError }} />
      </Section>
      <Section text={t("modelsText")} title={t("modelsTitle")}>
        <div ref={models}>
          <ModelsEditor control={control} />
        </div>
      </Section>
      <Section title={t("routing")}>
        <RoutingFields control={control} />
        <AccessField control={control} />
      </Section>
      <Section id="limits" text={t("limitsText")} title={t("limits")}>
        <LimiterFields control={control} setValue={setValue} waiting={waiting} />
        <BreakerFields control={control} />
      </Section>
      <AdvancedFields control={control} isOpen={isAdvancedOpen} onOpenChange={setAdvancedOpen} />
      {channel === null || form.formState.isDirty ? (
        <SaveBar onDiscard={channel === null ? null : discard} pending={save.isPending} submit={submit} />
      ) : null}
    </form>
  );
}

/** Stays in sight while there is something to save. */
function SaveBar(props: { onDiscard: (() => void) | null; pending: boolean; submit: ReactNode }) {
  const t = useTranslations("channels.form");
  return (
    <div className="sticky bottom-4 z-20 flex gap-2 rounded-xl border border-border bg-popover p-3 shadow-popover">
      <Button pending={props.pending} type="submit">
        {props.submit}
      </Button>
      {props.onDiscard === null ? null : (
        <Button onClick={props.onDiscard} variant="ghost">
          {t("discard")}
        </Button>
      )}
    </div>
  );
}

function Section(props: { id?: string; title: ReactNode; text?: ReactNode; children: ReactNode }) {
  return (
    <Card className="scroll-mt-20" id={props.id}>
      <CardHeader className="grid gap-1">
        <CardTitle>{props.title}</CardTitle>
        {props.text === undefined ? null : <CardDescription>{props.text}</CardDescription>}
      </CardHeader>
      <CardContent className="grid gap-5">{props.children}</CardContent>
    </Card>
  );
}
