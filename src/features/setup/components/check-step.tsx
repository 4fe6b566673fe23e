"use client";

import { CircleCheck, CircleX } from "lucide-react";
import { type Messages, useTranslations } from "next-intl";
import { type SubmitEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { SetupCheck, SetupUnlocked } from "@/operations/setup/schema";
import { StepActions } from "./step-actions";
import { StepCard } from "./step-card";

/** What the server found about itself, and the address clients will use. */
export function CheckStep(props: { found: SetupUnlocked; onDone: (publicUrl: string | null) => void }) {
  const t = useTranslations("setup.check");
  const [publicUrl, setPublicUrl] = useState(props.found.publicUrl ?? window.location.origin);
  const [isWrong, setWrong] = useState(false);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const origin = originOf(publicUrl);
    setWrong(origin === null);
    // The page's own address is the default and needs no setting.
    if (origin !== null) props.onDone(origin === window.location.origin ? props.found.publicUrl : origin);
  };
  return (
    <StepCard takesFocus text={t("text")} title={t("title")}>
      <form className="grid gap-6" noValidate onSubmit={submit}>
        <ul className="grid rounded-lg border border-border">
          {props.found.checks
            .filter(({ name }) => name !== "publicUrl")
            .map((check) => (
              <CheckLine check={check} key={check.name} />
            ))}
        </ul>
        <Field error={isWrong ? t("publicUrlBad") : null} hint={t("publicUrlHint")} label={t("publicUrl")}>
          <Input autoComplete="off" inputMode="url" onValueChange={setPublicUrl} spellCheck={false} value={publicUrl} />
        </Field>
        <StepActions>
          <Button type="submit">{t("submit")}</Button>
        </StepActions>
      </form>
    </StepCard>
  );
}

function CheckLine({ check }: { check: SetupCheck }) {
  const t = useTranslations("setup.check");
  const { label, sentence } = describe(check);
  return (
    <li className="flex items-start gap-3 border-b border-border px-4 py-3 text-sm last:border-b-0">
      {check.ok ? (
        <CircleCheck aria-label={t("ok")} className="mt-0.5 size-4 shrink-0 text-success" role="img" />
      ) : (
        <CircleX aria-label={t("bad")} className="mt-0.5 size-4 shrink-0 text-danger" role="img" />
      )}
      <div className="grid gap-x-4 sm:flex-1 sm:grid-cols-[9rem_1fr]">
        <span className="font-medium">{t(label)}</span>
        <span className="text-muted-foreground">{t(sentence)}</span>
      </div>
    </li>
  );
}

type Word = keyof Messages["setup"]["check"];

const LINES = {
  database: {
    label: "database",
    bad: "databaseBad",
    good: (value) => (value === "embedded" ? "databaseEmbedded" : "databaseExternal"),
  },
  counters: {
    label: "counters",
    bad: "countersBad",
    good: (value) => (value === "redis" ? "countersRedis" : "countersMemory"),
  },
  migrations: { label: "migrations", bad: "migrationsBad", good: () => "migrationsOk" },
  secret: { label: "secret", bad: "secretBad", good: () => "secretOk" },
  publicUrl: { label: "publicUrl", bad: "publicUrlBad", good: () => "publicUrlHint" },
} as const satisfies Record<SetupCheck["name"], { label: Word; bad: Word; good: (value: string | null) => Word }>;

function describe(check: SetupCheck): { label: Word; sentence: Word } {
  const line = LINES[check.name];
  return { label: line.label, sentence: check.ok ? line.good(check.value) : line.bad };
}

/** The origin of an http(s) address; null for anything else. */
function originOf(address: string): string | null {
  const trimmed = address.trim();
  if (!/^https?:\/\//i.test(trimmed) || !URL.canParse(trimmed)) return null;
  return new URL(trimmed).origin;
}
