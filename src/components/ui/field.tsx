"use client";

import { Field as BaseField } from "@base-ui/react/field";
import { Fieldset as BaseFieldset } from "@base-ui/react/fieldset";
import { CircleAlert } from "lucide-react";
import { type ReactNode, useId } from "react";
import { cn } from "./cn";
import { labelClass } from "./label-class";

/** Props of `Field`. */
export type FieldProps = {
  label: ReactNode;
  /** The control: `Input`, `Textarea`, `Select`, `Switch` and the like. */
  children: ReactNode;
  /** One sentence below the control; read with it. */
  hint?: ReactNode | undefined;
  /** A translated sentence; null or empty: the field is right. */
  error?: ReactNode | undefined;
  /** Text after the label, such as "optional". */
  note?: ReactNode | undefined;
  /** `inline`: the control stands before its label, for checkboxes and switches. */
  layout?: "stacked" | "inline" | undefined;
  /** The label is for screen readers only. */
  hideLabel?: boolean | undefined;
  disabled?: boolean | undefined;
  className?: string | undefined;
};

const errorClass = "flex items-start gap-1.5 text-sm text-danger";

function ErrorText({ children }: { children: ReactNode }) {
  return (
    <>
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span>{children}</span>
    </>
  );
}

/** One form row: label, control, hint and error, joined by id and aria so that a control needs nothing else. */
export function Field(props: FieldProps) {
  const { label, children, hint, error, note, layout = "stacked", hideLabel = false, disabled, className } = props;
  const isInvalid = error !== undefined && error !== null && error !== "";
  const head = (
    <div className={cn("flex items-baseline justify-between gap-2", hideLabel && "sr-only")}>
      <BaseField.Label className={cn(labelClass, layout === "inline" && "font-normal")}>{label}</BaseField.Label>
      {note === undefined ? null : <span className="text-sm text-muted-foreground">{note}</span>}
    </div>
  );
  const foot = (
    <>
      {hint === undefined ? null : (
        <BaseField.Description className="text-sm text-pretty text-muted-foreground">{hint}</BaseField.Description>
      )}
      <BaseField.Error className={errorClass} match={isInvalid}>
        <ErrorText>{error}</ErrorText>
      </BaseField.Error>
    </>
  );
  return (
    <BaseField.Root
      className={cn(
        layout === "inline" ? "grid grid-cols-[auto_1fr] gap-x-2.5 gap-y-1" : "grid content-start gap-1.5",
        className,
      )}
      disabled={disabled}
      invalid={isInvalid}
    >
      {layout === "inline" ? (
        <>
          <div className="flex h-5 items-center">{children}</div>
          <div className="grid gap-1">
            {head}
            {foot}
          </div>
        </>
      ) : (
        <>
          {head}
          {children}
          {foot}
        </>
      )}
    </BaseField.Root>
  );
}

/** A group of controls under one legend, for radio groups and checkbox lists; hint and error are read with it. */
export function FieldSet(props: {
  legend: ReactNode;
  children: ReactNode;
  hint?: ReactNode;
  /** A translated sentence on the group as a whole. */
  error?: string | undefined;
  className?: string;
}) {
  const id = useId();
  const described = [props.hint === undefined ? "" : `${id}-hint`, props.error === undefined ? "" : `${id}-error`];
  return (
    <BaseFieldset.Root
      aria-describedby={described.join(" ").trim() || undefined}
      className={cn("grid gap-2", props.className)}
    >
      <BaseFieldset.Legend className={labelClass}>{props.legend}</BaseFieldset.Legend>
      {props.hint === undefined ? null : (
        <p className="text-sm text-muted-foreground" id={`${id}-hint`}>
          {props.hint}
        </p>
      )}
      {props.children}
      {props.error === undefined ? null : (
        <p className={errorClass} id={`${id}-error`} role="alert">
          <ErrorText>{props.error}</ErrorText>
        </p>
      )}
    </BaseFieldset.Root>
  );
}
