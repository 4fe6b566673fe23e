"use client";

import { Plus, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { type Control, type FieldValues, useFieldArray, useFormState } from "react-hook-form";
import { SwitchField, TextField } from "@/components/form-fields";
import { useInstantText } from "@/components/instant";
import { Button } from "@/components/ui/button";
import { useFieldErrorText } from "@/components/use-problem-text";
import type { Channel } from "@/operations/channels/channel";
import { type ChannelFormValues, NEW_CREDENTIAL } from "./channel-form-values";

type FormControl = Control<ChannelFormValues, unknown, FieldValues>;
type Stored = Channel["credentials"][number];

const MOST = 10;
const SECRET = { type: "password", autoComplete: "new-password", className: "font-mono" } as const;

/** Props of `CredentialsField`. `stored`: those of a saved channel; undefined: a new one. */
export type CredentialsFieldProps = { control: FormControl; stored: Channel["credentials"] | undefined };

/** The credentials of one account in the order in which they are used. They are written and never read: of a saved one the end is shown. */
export function CredentialsField({ control, stored }: CredentialsFieldProps) {
  const t = useTranslations("channels.form");
  const errorText = useFieldErrorText();
  const { fields, append, remove } = useFieldArray({ control, name: "credentials", keyName: "key" });
  const { errors } = useFormState({ control, name: "credentials" });
  const error = errorText(errors.credentials?.root?.message ?? errors.credentials?.message);
  const isOnly = fields.length === 1;
  return (
    <div className="grid gap-4">
      {fields.map((row, index) => (
        <CredentialFields
          control={control}
          index={index}
          key={row.key}
          onRemove={isOnly ? null : () => remove(index)}
          stored={stored?.find(({ id }) => id === row.id) ?? (stored === undefined ? undefined : null)}
        />
      ))}
      {error === undefined ? null : (
        <p className="text-sm text-danger" role="alert">
          {error}
        </p>
      )}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Button disabled={fields.length >= MOST} onClick={() => append(NEW_CREDENTIAL)} size="sm" variant="outline">
          <Plus aria-hidden />
          {t("credentialAdd")}
        </Button>
        {isOnly ? null : <span className="text-sm text-muted-foreground">{t("credentialsText")}</span>}
      </div>
    </div>
  );
}

function CredentialFields(props: {
  control: FormControl;
  index: number;
  /** undefined: of a new channel; null: not saved yet, or none is. */
  stored: Stored | null | undefined;
  /** null: it is the only one. */
  onRemove: (() => void) | null;
}) {
  const { control, index, stored, onRemove } = props;
  const t = useTranslations("channels.form");
  const isOnly = onRemove === null;
  const name = isOnly ? t("credential") : t("credentialNumber", { number: index + 1 });
  const isMissing = isOnly && stored === null;
  const hint = stored == null && !isMissing ? t("credentialHint") : <CredentialFact credential={stored ?? null} />;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-2 gap-y-2">
      <TextField
        className={isOnly ? "col-span-2" : undefined}
        control={control}
        hint={hint}
        input={SECRET}
        label={name}
        name={`credentials.${index}.value`}
      />
      {isOnly ? null : (
        <Button
          aria-label={t("credentialRemove", { name })}
          className="mt-7"
          onClick={onRemove}
          size="icon"
          variant="ghost"
        >
          <X aria-hidden />
        </Button>
      )}
      {isOnly && stored === undefined ? null : (
        <SwitchField
          className="col-span-2"
          control={control}
          label={t("credentialUse")}
          name={`credentials.${index}.enabled`}
        />
      )}
    </div>
  );
}

/** What is known of a saved credential, which is never shown. */
function CredentialFact({ credential }: { credential: Stored | null }) {
  const t = useTranslations("channels.form");
  const instantText = useInstantText();
  if (credential === null) return <span className="text-warning">{t("credentialMissing")}</span>;
  const when = instantText(credential.setAt, "relative");
  if (!credential.opens) return <span className="text-warning">{t("credentialSetBlind", { when })}</span>;
  const { lastFour } = credential;
  return (
    <span>
      {lastFour === null ? t("credentialSetShort", { when }) : t("credentialSet", { lastFour, when })}{" "}
      {t("credentialKeep")}
    </span>
  );
}
