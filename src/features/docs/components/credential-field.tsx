"use client";

import { useTranslations } from "next-intl";
import { Field, FieldSet } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { RadioGroup } from "@/components/ui/radio-group";
import { useCredential } from "./credential";

/** Chooses whom the call is made as. A token is held in memory, is never stored and never part of an address. */
export function CredentialField({ error }: { error: string | undefined }) {
  const t = useTranslations("docs.try");
  const { credential, isSignedIn, set } = useCredential();
  return (
    <div className="grid gap-3">
      {isSignedIn ? (
        <FieldSet legend={t("credential")}>
          <RadioGroup
            className="flex flex-wrap gap-x-6 gap-y-2"
            onValueChange={(kind) => set({ ...credential, kind })}
            options={[
              { value: "session", label: t("session") },
              { value: "token", label: t("token") },
            ]}
            value={credential.kind}
          />
        </FieldSet>
      ) : null}
      {credential.kind === "token" ? (
        <Field error={error} hint={t("tokenHint")} label={t("token")}>
          <Input
            autoComplete="off"
            className="font-mono"
            onChange={(event) => set({ kind: "token", token: event.target.value })}
            spellCheck={false}
            type="password"
            value={credential.token}
          />
        </Field>
      ) : null}
    </div>
  );
}
