"use client";

import { useTranslations } from "next-intl";
import { type SubmitEvent, useState } from "react";
import { FormErrors } from "@/components/form-errors";
import { type Problem, toProblem } from "@/components/problem";
import { SecretOnce } from "@/components/secret-once";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { useFieldErrorText } from "@/components/use-problem-text";
import { createKeyAction } from "../actions";
import { StepActions } from "./step-actions";
import { StepCard } from "./step-card";

/** The first key of the admin; its secret is shown once and handed on for the test request. */
export function KeyStep(props: {
  owner: { id: number; name: string };
  onDone: (secret: string) => void;
  onSkip: () => void;
}) {
  const t = useTranslations("setup.key");
  const words = useTranslations("common");
  const fieldText = useFieldErrorText();
  const [name, setName] = useState<string>(t("nameDefault"));
  const [secret, setSecret] = useState<string | null>(null);
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const create = async () => {
    setPending(true);
    setProblem(null);
    const result = await createKeyAction({ userId: props.owner.id, name });
    setPending(false);
    if (result.ok) setSecret(result.data.secret);
    else setProblem(toProblem(result.error));
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void create();
  };

  return (
    <StepCard takesFocus text={t("text")} title={t("title")}>
      {secret === null ? (
        <form className="grid gap-5" noValidate onSubmit={submit}>
          <FormErrors problem={problem} shown={["name"]} />
          <div className="grid gap-5 sm:grid-cols-2">
            <Field error={fieldText(problem?.fields.find(({ path }) => path === "name")?.code)} label={t("name")}>
              <Input autoComplete="off" onValueChange={setName} value={name} />
            </Field>
            <div className="grid content-start gap-1.5 text-sm">
              <span className="leading-5 font-medium">{t("owner")}</span>
              <span className="leading-9 text-muted-foreground" data-user-text dir="auto">
                {props.owner.name}
              </span>
            </div>
          </div>
          <StepActions>
            <Button onClick={props.onSkip} variant="ghost">
              {words("skip")}
            </Button>
            <Button pending={pending} type="submit">
              {t("submit")}
            </Button>
          </StepActions>
        </form>
      ) : (
        <SecretOnce doneLabel={t("stored")} onDone={() => props.onDone(secret)} secret={secret} />
      )}
    </StepCard>
  );
}
