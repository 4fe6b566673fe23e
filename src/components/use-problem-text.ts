"use client";

import { useTranslations } from "next-intl";
import type { Problem } from "./problem";

/** Makes the sentence of a problem from its code; an unknown code reads as an internal error. */
export function useProblemText(): (problem: Problem) => string {
  const t = useTranslations("errors");
  return ({ code }) => (t.has(code as "internal_error") ? t(code as "internal_error") : t("internal_error"));
}

/** Makes the sentence of a wrong field from its code; undefined for none, so that it fits `Field`'s `error`. */
export function useFieldErrorText(): (code: string | undefined) => string | undefined {
  const t = useTranslations("shared.fieldErrors");
  return (code) => {
    if (code === undefined || code === "") return undefined;
    return t.has(code as "invalid") ? t(code as "invalid") : t("invalid");
  };
}
