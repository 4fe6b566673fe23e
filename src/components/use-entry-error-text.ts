"use client";

import { useTranslations } from "next-intl";
import { useFieldErrorText } from "./use-problem-text";

/** What a form says of a field: an error of the whole, or of single entries by index. */
type ListError = { readonly message?: string | undefined } | undefined;

/** Makes the sentence of a wrong list: that of the whole, or of its first wrong entry with the entry's number. */
export function useEntryErrorText(): (error: ListError) => string | undefined {
  const t = useTranslations("common");
  const errorText = useFieldErrorText();
  return (error) => {
    const whole = errorText(error?.message);
    if (whole !== undefined || error === undefined) return whole;
    for (const [index, entry] of Object.entries(error)) {
      const problem = errorText((entry as ListError)?.message);
      if (problem !== undefined) return t("entryError", { number: Number(index) + 1, problem });
    }
    return undefined;
  };
}
