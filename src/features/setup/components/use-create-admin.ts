"use client";

import { useLocale } from "next-intl";
import { useState } from "react";
import type { Path, UseFormReturn } from "react-hook-form";
import { toProblem } from "@/components/problem";
import { useProblemText } from "@/components/use-problem-text";
import { getPathname } from "@/i18n/navigation";
import { createAdminAction } from "../actions";
import type { AdminValues } from "./admin-values";
import { dropToken } from "./setup-token";

const FIELDS: readonly Path<AdminValues>[] = ["name", "email", "password", "locale", "timeZone", "weekStart"];

type Failure = { readonly text: string; readonly isTaken: boolean };

/** Creates the admin and signs in; wrong fields land on the form, other failures are returned. */
export function useCreateAdmin(
  setup: { token: string; publicUrl: string | null; onDone: () => void },
  form: UseFormReturn<AdminValues>,
): { create: (values: AdminValues) => Promise<void>; failure: Failure | null; pending: boolean } {
  const problemText = useProblemText();
  const locale = useLocale();
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);

  const create = async (values: AdminValues) => {
    setPending(true);
    setFailure(null);
    const { token, publicUrl } = setup;
    const result = await createAdminAction({ token, publicUrl, ...values });
    if (result.ok) {
      dropToken();
      const signedIn = await signIn(values.email, values.password);
      if (signedIn) setup.onDone();
      else window.location.assign(getPathname({ href: "/login", locale }));
      return;
    }
    setPending(false);
    const { code, fields } = result.error;
    const onForm = fields.flatMap(({ path, code: message }) => {
      const name = FIELDS.find((field) => field === path);
      return name === undefined ? [] : [{ name, message }];
    });
    for (const { name, message } of onForm) form.setError(name, { message });
    const [first] = onForm;
    if (first === undefined)
      setFailure({ text: problemText(toProblem(result.error)), isTaken: code === "setup_finished" });
    else form.setFocus(first.name);
  };
  return { create, failure, pending };
}

/** Signs the new admin in. False: the sign-in page asks for it, as from anyone. */
async function signIn(email: string, password: string): Promise<boolean> {
  const response = await fetch("/api/auth/sign-in/email", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: email.trim(), password }),
  }).catch(() => null);
  return response?.ok ?? false;
}
