"use client";

import { RefreshCw } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import type { TriedParameter } from "./tried-operation";

/** The one header that programs make up anew for each thing they do. */
const ONCE = "Idempotency-Key";

/** Props of `ParameterField`; `value` empty: the parameter is left out. */
export type ParameterFieldProps = {
  parameter: TriedParameter;
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
};

/** The field of one parameter: a choice when there are few, else text with its example as a hint. */
export function ParameterField({ parameter, value, onChange, error }: ParameterFieldProps) {
  const t = useTranslations("docs.try");
  const { name, choices, example } = parameter;
  const options = [
    ...(parameter.isRequired ? [] : [{ value: "", label: t("leftOut") }]),
    ...choices.map((choice) => ({
      value: choice,
      label: (
        <span data-user-text dir="ltr">
          {choice}
        </span>
      ),
    })),
  ];
  return (
    <Field
      error={error}
      label={
        <code className="font-mono text-xs wrap-anywhere" data-user-text dir="ltr">
          {name}
        </code>
      }
      note={t(`in.${parameter.in}`)}
    >
      {choices.length > 0 ? (
        <Select onValueChange={onChange} options={options} value={value} />
      ) : (
        <div className="flex gap-2">
          <Input
            autoComplete="off"
            className="font-mono text-sm"
            data-user-text
            dir="ltr"
            onChange={(event) => onChange(event.target.value)}
            placeholder={example}
            spellCheck={false}
            value={value}
          />
          {name === ONCE ? (
            <Button
              aria-label={t("newKey")}
              onClick={() => onChange(crypto.randomUUID())}
              size="icon"
              variant="outline"
            >
              <RefreshCw aria-hidden />
            </Button>
          ) : null}
        </div>
      )}
    </Field>
  );
}
