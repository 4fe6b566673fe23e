"use client";

import type { ReactNode } from "react";
import { type Control, type FieldPath, type FieldValues, useController } from "react-hook-form";
import { Field } from "@/components/ui/field";
import { Input, type InputProps } from "@/components/ui/input";
import { Select, type SelectOption } from "@/components/ui/select";
import { Switch } from "@/components/ui/switch";
import { Textarea } from "@/components/ui/textarea";
import { useEntryErrorText } from "./use-entry-error-text";
import { useFieldErrorText } from "./use-problem-text";

/** What every field of a form takes: where its value lives, and its words. The value in the form is text. */
type FormFieldProps<Values extends FieldValues> = {
  control: Control<Values, unknown, FieldValues>;
  name: FieldPath<Values>;
  label: ReactNode;
  hint?: ReactNode | undefined;
  note?: ReactNode | undefined;
  className?: string | undefined;
};

/** A one-line text field of a form, with the error of its own path. */
export function TextField<Values extends FieldValues>(
  props: FormFieldProps<Values> & {
    input?: Pick<
      InputProps,
      "type" | "autoComplete" | "inputMode" | "placeholder" | "spellCheck" | "className" | "autoFocus"
    >;
    hideLabel?: boolean | undefined;
  },
) {
  const { field, fieldState } = useController({ control: props.control, name: props.name });
  const errorText = useFieldErrorText();
  const input = (
    <Input
      {...props.input}
      name={field.name}
      onBlur={field.onBlur}
      onValueChange={field.onChange}
      ref={field.ref}
      value={field.value}
    />
  );
  return (
    <Field
      className={props.className}
      error={errorText(fieldState.error?.message)}
      hideLabel={props.hideLabel}
      hint={props.hint}
      label={props.label}
      note={props.note}
    >
      {input}
    </Field>
  );
}

/** A text of several lines; of a list, one entry per line, its first wrong entry is named. */
export function TextAreaField<Values extends FieldValues>(props: FormFieldProps<Values> & { mono?: boolean }) {
  const { field, fieldState } = useController({ control: props.control, name: props.name });
  const errorText = useEntryErrorText();
  return (
    <Field
      className={props.className}
      error={errorText(fieldState.error)}
      hint={props.hint}
      label={props.label}
      note={props.note}
    >
      <Textarea className={props.mono === true ? "font-mono text-sm" : undefined} spellCheck={false} {...field} />
    </Field>
  );
}

/** A choice of one among few. */
export function SelectField<Values extends FieldValues>(
  props: FormFieldProps<Values> & { options: readonly SelectOption<string>[] },
) {
  const { field, fieldState } = useController({ control: props.control, name: props.name });
  const errorText = useFieldErrorText();
  return (
    <Field
      className={props.className}
      error={errorText(fieldState.error?.message)}
      hint={props.hint}
      label={props.label}
      note={props.note}
    >
      <Select onBlur={field.onBlur} onValueChange={field.onChange} options={props.options} value={field.value} />
    </Field>
  );
}

/** On or off, with its label behind it. */
export function SwitchField<Values extends FieldValues>(props: FormFieldProps<Values>) {
  const { field } = useController({ control: props.control, name: props.name });
  return (
    <Field className={props.className} hint={props.hint} label={props.label} layout="inline">
      <Switch checked={field.value} inputRef={field.ref} onCheckedChange={(checked) => field.onChange(checked)} />
    </Field>
  );
}
