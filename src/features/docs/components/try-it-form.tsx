"use client";

import { Send, Square } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Switch } from "@/components/ui/switch";
import { Textarea } from "@/components/ui/textarea";
import { CredentialField } from "./credential-field";
import { ParameterField } from "./parameter-field";
import type { Sender } from "./send-call";
import type { TriedOperation } from "./tried-operation";
import { TryItAnswer } from "./try-it-answer";
import { BODY, TOKEN, useTryIt } from "./use-try-it";

/** The form that sends a call and shows what came back. `sender`: instead of the browser's fetch and clock. */
export function TryItForm({ operation, sender }: { operation: TriedOperation; sender?: Sender }) {
  const t = useTranslations("docs.try");
  const [isAsking, setAsking] = useState(false);
  const tried = useTryIt(operation, sender);
  const { faults } = tried;
  const faultText = (name: string) => (faults[name] === undefined ? undefined : t(`fault.${faults[name]}`));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (tried.isPending || !tried.check()) return;
    if (operation.asksFirst) setAsking(true);
    else void tried.send();
  };
  const confirm = () => {
    setAsking(false);
    void tried.send();
  };
  return (
    <form
      aria-label={t("form", { operation: operation.id })}
      className="grid min-w-0 grid-cols-1 gap-4 rounded-lg border border-border bg-background p-4"
      noValidate
      onSubmit={submit}
    >
      {operation.isOpen ? null : <CredentialField error={faultText(TOKEN)} />}
      {operation.parameters.length === 0 ? null : (
        <div className="grid gap-4 sm:grid-cols-2">
          {operation.parameters.map((parameter) => (
            <ParameterField
              error={faultText(parameter.name)}
              key={`${parameter.in} ${parameter.name}`}
              onChange={(value) => tried.set(parameter.name, value)}
              parameter={parameter}
              value={tried.values[parameter.name] ?? ""}
            />
          ))}
        </div>
      )}
      {operation.body === null ? null : (
        <Field error={faultText(BODY)} label={t("body")}>
          <Textarea
            autoComplete="off"
            className="max-h-96 font-mono text-xs leading-5"
            dir="ltr"
            onChange={(event) => tried.setBody(event.target.value)}
            spellCheck={false}
            value={tried.body}
          />
        </Field>
      )}
      {operation.isStream ? (
        <Field label={t("asStream")} layout="inline">
          <Switch checked={tried.asStream} onCheckedChange={tried.setAsStream} />
        </Field>
      ) : null}
      <div className="flex flex-wrap items-center gap-2">
        <Button pending={tried.isPending} type="submit">
          {tried.isPending ? null : <Send aria-hidden className="rtl:-scale-x-100" />}
          {t("send")}
        </Button>
        {tried.isPending ? (
          <Button onClick={tried.stop} variant="outline">
            <Square aria-hidden />
            {t("stop")}
          </Button>
        ) : null}
      </div>
      <TryItAnswer answer={tried.answer} isPending={tried.isPending} />
      <ConfirmDialog
        confirm={t("send")}
        consequence={t.rich("confirmText", {
          call: () => (
            <code className="font-mono text-foreground wrap-anywhere" data-user-text dir="ltr">
              {`${operation.method} ${operation.path}`}
            </code>
          ),
        })}
        onConfirm={confirm}
        onOpenChange={setAsking}
        open={isAsking}
        pending={false}
        problem={null}
        title={t("confirmTitle")}
        tone={operation.method === "DELETE" ? "destructive" : "default"}
      />
    </form>
  );
}
