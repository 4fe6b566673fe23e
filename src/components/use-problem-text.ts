"use client";

import { type Messages, useTranslations } from "next-intl";
import type { Problem } from "./problem";

type ErrorMessage = Exclude<keyof Messages["errors"], "fieldErrors">;
type FieldErrorMessage = keyof Messages["errors"]["fieldErrors"];

/** Makes the sentence of a problem from its code; an unknown code reads as an internal error. */
export function useProblemText(): (problem: Pick<Problem, "code">) => string {
  const t = useTranslations("errors");
  const state = useTranslations("shared.state");
  return ({ code }) => {
    if (code === "network_error") return state("unreachable");
    return t.has(code as ErrorMessage) ? t(code as ErrorMessage) : t("internal_error");
  };
}

/** Makes the sentence of a wrong field from its code; undefined for none, so that it fits `Field`'s `error`. */
export function useFieldErrorText(): (code: string | undefined) => string | undefined {
  const t = useTranslations("errors.fieldErrors");
  return (code) => {
    if (code === undefined || code === "") return undefined;
    return t.has(code as FieldErrorMessage) ? t(code as FieldErrorMessage) : t("invalid");
  };
}
