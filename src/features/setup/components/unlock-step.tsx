"use client";

import { useTranslations } from "next-intl";
import { type SubmitEvent, useEffect, useRef, useState } from "react";
import { toProblem } from "@/components/problem";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { useProblemText } from "@/components/use-problem-text";
import type { SetupUnlocked } from "@/operations/setup/schema";
import { unlockAction } from "../actions";
import { dropToken, keepToken, readToken } from "./setup-token";
import { StepActions } from "./step-actions";
import { StepCard } from "./step-card";

/** Asks for the setup token; a token from the printed link or from before a reload is tried at once. */
export function UnlockStep({ onUnlocked }: { onUnlocked: (token: string, found: SetupUnlocked) => void }) {
  const t = useTranslations("setup.unlock");
  const problemText = useProblemText();
  const [token, setToken] = useState("");
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const unlock = async (given: string) => {
    setPending(true);
    setError(null);
    const result = await unlockAction({ token: given });
    if (result.ok) {
      keepToken(given);
      onUnlocked(given, result.data);
      return;
    }
    dropToken();
    setPending(false);
    setError(problemText(toProblem(result.error)));
  };

  const tried = useRef(false);
  const tryKept = useRef(unlock);
  useEffect(() => {
    const kept = readToken();
    if (kept === null || kept === "" || tried.current) return;
    tried.current = true;
    setToken(kept);
    void tryKept.current(kept);
  }, []);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const given = token.trim();
    if (given === "") setError(t("tokenMissing"));
    else void unlock(given);
  };

  return (
    <StepCard takesFocus={false} text={t("text")} title={t("title")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Field hint={t("tokenHint")} label={t("token")}>
          <Input
            autoCapitalize="none"
            autoComplete="off"
            className="font-mono"
            onValueChange={setToken}
            spellCheck={false}
            value={token}
          />
        </Field>
        {error === null ? null : (
          <Alert live="alert" tone="danger">
            {error}
          </Alert>
        )}
        <StepActions>
          <Button pending={pending} type="submit">
            {t("submit")}
          </Button>
        </StepActions>
      </form>
    </StepCard>
  );
}
