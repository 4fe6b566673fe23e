"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { Alert } from "@/components/ui/alert";
import type { Problem } from "./problem";
import { useFieldErrorText, useProblemText } from "./use-problem-text";

/** Props of `FormErrors`. */
export type FormErrorsProps = {
  problem: Problem | null;
  /** Names of the form's fields by path; a wrong field that has none is spelled out in the summary. */
  shown: readonly string[];
};

/** The summary above a form that the server refused: takes the focus, names what no field can show. */
export function FormErrors({ problem, shown }: FormErrorsProps) {
  const t = useTranslations("common");
  const problemText = useProblemText();
  const fieldText = useFieldErrorText();
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (problem !== null) frame.current?.focus();
  }, [problem]);
  if (problem === null) return null;
  const others = problem.fields.filter(
    ({ path }) => !shown.some((name) => path === name || [".", "["].some((mark) => path.startsWith(name + mark))),
  );
  return (
    <div className="rounded-lg outline-none" ref={frame} tabIndex={-1}>
      <Alert live="alert" title={problemText(problem)} tone="danger">
        {others.length === 0 && problem.requestId === null ? undefined : (
          <>
            {others.map((field) => (
              <p key={field.path}>
                <code className="font-mono text-xs" data-user-text>
                  {field.path}
                </code>{" "}
                {fieldText(field.code)}
              </p>
            ))}
            {problem.requestId === null ? null : (
              <p className="font-mono text-xs text-muted-foreground">{t("requestId", { id: problem.requestId })}</p>
            )}
          </>
        )}
      </Alert>
    </div>
  );
}
