"use client";

import { ArrowRight, ClipboardPaste, Plus, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { type Control, type FieldValues, useFieldArray, useFormState, useWatch } from "react-hook-form";
import { TextField } from "@/components/form-fields";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/textarea";
import { useFieldErrorText } from "@/components/use-problem-text";
import { type ChannelFormValues, parseModels } from "./channel-form-values";

type FormControl = Control<ChannelFormValues, unknown, FieldValues>;

/** The models of a channel: the name clients ask for, and the name sent upstream where it differs. */
export function ModelsEditor({ control }: { control: FormControl }) {
  const t = useTranslations("channels.form");
  const errorText = useFieldErrorText();
  const { fields, append, remove } = useFieldArray({ control, name: "models" });
  const { errors } = useFormState({ control, name: "models" });
  const [isPasting, setPasting] = useState(false);
  const error = errorText(errors.models?.root?.message ?? errors.models?.message);
  return (
    <div className="grid gap-3">
      {fields.length === 0 ? (
        <p className="rounded-lg border border-dashed border-input-soft px-4 py-6 text-center text-sm text-muted-foreground">
          {t("modelsNone")}
        </p>
      ) : (
        <div className="grid max-h-96 gap-2 overflow-y-auto p-0.5">
          {fields.map((row, index) => (
            <ModelFields control={control} index={index} key={row.id} onRemove={() => remove(index)} />
          ))}
        </div>
      )}
      {error === undefined ? null : (
        <p className="text-sm text-danger" role="alert">
          {error}
        </p>
      )}
      {isPasting ? (
        <PasteModels
          control={control}
          onClose={() => setPasting(false)}
          onPaste={(rows) => {
            append([...rows], { shouldFocus: false });
            setPasting(false);
          }}
        />
      ) : (
        <div className="flex flex-wrap gap-2">
          <Button onClick={() => append({ name: "", upstream: "" })} size="sm" variant="outline">
            <Plus aria-hidden />
            {t("modelAdd")}
          </Button>
          <Button onClick={() => setPasting(true)} size="sm" variant="ghost">
            <ClipboardPaste aria-hidden />
            {t("modelPaste")}
          </Button>
        </div>
      )}
    </div>
  );
}

function ModelFields({ control, index, onRemove }: { control: FormControl; index: number; onRemove: () => void }) {
  const t = useTranslations("channels.form");
  const name = useWatch({ control, name: `models.${index}.name` });
  const input = { spellCheck: false, autoComplete: "off", className: "font-mono text-sm" } as const;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-2 max-sm:border-b max-sm:border-border max-sm:pb-2 max-sm:last:border-b-0 sm:grid-cols-[minmax(0,1fr)_1rem_minmax(0,1fr)_auto]">
      <TextField
        control={control}
        hideLabel
        input={{ ...input, placeholder: t("modelName") }}
        label={t("modelName")}
        name={`models.${index}.name`}
      />
      <ArrowRight aria-hidden className="mt-2.5 hidden size-4 text-muted-foreground sm:block rtl:rotate-180" />
      <TextField
        className="max-sm:order-last"
        control={control}
        hideLabel
        input={{ ...input, placeholder: t("modelSame") }}
        label={t("modelUpstream")}
        name={`models.${index}.upstream`}
      />
      <Button aria-label={t("modelRemove", { name })} onClick={onRemove} size="icon" variant="ghost">
        <X aria-hidden />
      </Button>
    </div>
  );
}

function PasteModels(props: {
  control: FormControl;
  onPaste: (rows: readonly { name: string; upstream: string }[]) => void;
  onClose: () => void;
}) {
  const t = useTranslations("channels.form");
  const words = useTranslations("common");
  const known = useWatch({ control: props.control, name: "models" });
  const [text, setText] = useState("");
  return (
    <div className="grid gap-3 rounded-lg border border-border bg-muted/50 p-3">
      <Field hint={t("modelPasteText")} label={t("modelPaste")}>
        <Textarea
          autoFocus
          className="max-h-60 font-mono text-sm"
          onChange={(event) => setText(event.currentTarget.value)}
          spellCheck={false}
          value={text}
        />
      </Field>
      <div className="flex justify-end gap-2">
        <Button onClick={props.onClose} size="sm" variant="ghost">
          {words("cancel")}
        </Button>
        <Button disabled={text.trim() === ""} onClick={() => props.onPaste(parseModels(text, known))} size="sm">
          {t("modelPasteApply")}
        </Button>
      </div>
    </div>
  );
}
