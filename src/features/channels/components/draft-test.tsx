"use client";

import { PlugZap, Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useCallback, useState } from "react";
import type { FieldPath, UseFormGetValues, UseFormSetError, UseFormSetValue } from "react-hook-form";
import type { FieldProblem } from "@/components/problem";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { useAction } from "@/components/use-action";
import { useProblemText } from "@/components/use-problem-text";
import { useServerFields } from "@/components/use-server-fields";
import type { ChannelTest } from "@/operations/channels/channel";
import { testChannelDraftAction } from "../actions";
import { placeOfProblem } from "./advanced-values";
import {
  type ChannelFormValues,
  draftSchema,
  type ModelRow,
  parseModels,
  testedCredential,
} from "./channel-form-values";
import { TestResult } from "./test-result";

/** Props of `DraftTest`. `channelId` null: a channel that is not saved yet. */
export type DraftTestProps = {
  channelId: number | null;
  form: {
    getValues: UseFormGetValues<ChannelFormValues>;
    setValue: UseFormSetValue<ChannelFormValues>;
    setError: UseFormSetError<ChannelFormValues>;
  };
};

/** Models that a test found and the form does not have. */
function missingIn(found: ChannelTest, models: readonly ModelRow[]): readonly ModelRow[] {
  return found.ok ? parseModels(found.models.map(({ name }) => name).join("\n"), models) : [];
}

/** Tests what the form says, saved or not. An empty list takes the models it found; else it offers those that are missing. */
export function DraftTest({ channelId, form }: DraftTestProps) {
  const t = useTranslations("channels.test");
  const problemText = useProblemText();
  const [added, setAdded] = useState(false);
  const test = useAction(testChannelDraftAction);
  const { getValues, setError } = form;
  /** A test knows one credential; the form has it in one of its rows. */
  const setRowError = useCallback<UseFormSetError<ChannelFormValues>>(
    (path, error) => {
      const isCredential = (path as string) === "credential";
      setError(isCredential ? `credentials.${testedCredential(getValues())}.value` : path, error);
    },
    [setError, getValues],
  );
  const placeOf = useCallback((field: FieldProblem) => placeOfProblem(field, getValues()), [getValues]);
  useServerFields(setRowError, test.problem, placeOf);
  const add = (found: ChannelTest) => {
    const models = form.getValues("models");
    form.setValue("models", [...models, ...missingIn(found, models)], { shouldDirty: true, shouldValidate: true });
    setAdded(true);
  };
  const run = async () => {
    setAdded(false);
    const draft = draftSchema(channelId).safeParse(form.getValues());
    if (draft.success) {
      const found = await test.run(draft.data);
      if (found?.ok === true && form.getValues("models").length === 0) add(found);
      return;
    }
    for (const { path, message } of draft.error.issues) {
      setRowError(path.join(".") as FieldPath<ChannelFormValues>, { message });
    }
  };
  const missing = test.data === null || added ? [] : missingIn(test.data, form.getValues("models"));
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <Button onClick={() => void run()} pending={test.isPending} variant="outline">
          {test.isPending ? null : <PlugZap aria-hidden />}
          {t(test.isPending ? "running" : "action")}
        </Button>
        <span className="text-sm text-muted-foreground">{t("text")}</span>
      </div>
      {test.problem === null ? null : (
        <Alert live="alert" tone="danger">
          {problemText(test.problem)}
        </Alert>
      )}
      {test.data === null ? null : (
        <TestResult
          actions={
            missing.length === 0 ? undefined : (
              <Button onClick={() => test.data !== null && add(test.data)} size="sm" variant="outline">
                <Plus aria-hidden />
                {t("addModels", { count: missing.length })}
              </Button>
            )
          }
          test={test.data}
        />
      )}
      {test.data?.ok === false ? <p className="text-sm text-muted-foreground">{t("saveAnyway")}</p> : null}
    </div>
  );
}
