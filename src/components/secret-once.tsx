"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useId, useState } from "react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { CopyButton } from "./copy-button";

/** Props of `SecretOnce`. */
export type SecretOnceProps = {
  secret: string;
  /** The button that goes on; it needs a copy, or the reader's word that the secret is stored. */
  doneLabel: ReactNode;
  onDone: () => void;
  /** More below the secret, such as commands that use it. */
  children?: ReactNode;
};

/** A secret that is shown one single time. */
export function SecretOnce({ secret, doneLabel, onDone, children }: SecretOnceProps) {
  const t = useTranslations("shared.secret");
  const [isCopied, setCopied] = useState(false);
  const [isStored, setStored] = useState(false);
  const id = useId();
  return (
    <div className="grid gap-4">
      <Alert tone="warning">{t("warning")}</Alert>
      <div className="flex items-center gap-2 rounded-lg border border-border bg-code p-2 ps-3.5">
        <code className="min-w-0 flex-1 font-mono text-sm break-all select-all" data-user-text>
          {secret}
        </code>
        <CopyButton label={t("copy")} onCopied={() => setCopied(true)} text={secret} />
      </div>
      {children}
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="flex items-center gap-2.5">
          <Checkbox checked={isStored || isCopied} id={id} onCheckedChange={(checked) => setStored(checked)} />
          <label className="text-sm" htmlFor={id}>
            {t("stored")}
          </label>
        </div>
        <Button disabled={!isStored && !isCopied} onClick={onDone}>
          {doneLabel}
        </Button>
      </div>
    </div>
  );
}
