"use client";

import { useLocale, useTranslations } from "next-intl";
import { useMemo } from "react";
import { Controller, useForm } from "react-hook-form";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Combobox } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { useFieldErrorText } from "@/components/use-problem-text";
import { LanguageName } from "@/features/shell/components/language-name";
import { Link } from "@/i18n/navigation";
import { routing } from "@/i18n/routing";
import type { AdminValues } from "./admin-values";
import { PasswordMeter } from "./password-meter";
import { StepActions } from "./step-actions";
import { StepCard } from "./step-card";
import { browserZone, timeZoneOptions } from "./time-zones";
import { useCreateAdmin } from "./use-create-admin";

const WEEK_STARTS = ["monday", "sunday", "saturday"] as const;

/** The first account. On success the admin is signed in already. */
export function AdminStep(props: {
  token: string;
  publicUrl: string | null;
  onDone: () => void;
  /** The page is on its way to the next step. */
  isLeaving: boolean;
}) {
  const t = useTranslations("setup.admin");
  const fieldText = useFieldErrorText();
  const zones = useMemo(timeZoneOptions, []);
  const form = useForm<AdminValues>({
    defaultValues: {
      ...{ name: "", email: "", password: "" },
      ...{ locale: useLocale(), timeZone: browserZone(), weekStart: "monday" },
    },
  });
  const { create, failure, pending } = useCreateAdmin(props, form);
  const errors = form.formState.errors;
  const password = form.watch("password");

  return (
    <StepCard takesFocus text={t("text")} title={t("title")}>
      <form className="grid gap-5" method="post" noValidate onSubmit={(event) => void form.handleSubmit(create)(event)}>
        {failure === null ? null : (
          <Alert
            actions={
              failure.isTaken ? (
                <Button nativeButton={false} render={<Link href="/login" />} size="sm" variant="outline">
                  {t("signIn")}
                </Button>
              ) : undefined
            }
            live="alert"
            tone="danger"
          >
            {failure.text}
          </Alert>
        )}
        <div className="grid gap-5 sm:grid-cols-2">
          <Field error={fieldText(errors.name?.message)} label={t("name")}>
            <Input autoComplete="name" {...form.register("name")} />
          </Field>
          <Field error={fieldText(errors.email?.message)} label={t("email")}>
            <Input
              autoComplete="username"
              inputMode="email"
              spellCheck={false}
              type="email"
              {...form.register("email")}
            />
          </Field>
        </div>
        <div className="grid gap-2">
          <Field error={fieldText(errors.password?.message)} hint={t("passwordHint")} label={t("password")}>
            <Input autoComplete="new-password" maxLength={128} type="password" {...form.register("password")} />
          </Field>
          <PasswordMeter password={password} />
        </div>
        <div className="grid gap-5 sm:grid-cols-3">
          <Controller
            control={form.control}
            name="locale"
            render={({ field }) => (
              <Field error={fieldText(errors.locale?.message)} label={t("locale")}>
                <Select
                  onValueChange={field.onChange}
                  options={routing.locales.map((id) => ({ value: id, label: <LanguageName id={id} /> }))}
                  value={field.value}
                />
              </Field>
            )}
          />
          <Controller
            control={form.control}
            name="timeZone"
            render={({ field }) => (
              <Field error={fieldText(errors.timeZone?.message)} label={t("timeZone")}>
                <Combobox
                  empty={t("noZone")}
                  onValueChange={(zone) => field.onChange(zone ?? "UTC")}
                  openLabel={t("timeZone")}
                  options={zones}
                  value={field.value}
                />
              </Field>
            )}
          />
          <Controller
            control={form.control}
            name="weekStart"
            render={({ field }) => (
              <Field error={fieldText(errors.weekStart?.message)} label={t("weekStart")}>
                <Select
                  onValueChange={field.onChange}
                  options={WEEK_STARTS.map((day) => ({ value: day, label: t(day) }))}
                  value={field.value}
                />
              </Field>
            )}
          />
        </div>
        <StepActions>
          <Button pending={pending || props.isLeaving} type="submit">
            {t("submit")}
          </Button>
        </StepActions>
      </form>
    </StepCard>
  );
}
