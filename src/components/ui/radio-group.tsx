"use client";

import { Radio as BaseRadio } from "@base-ui/react/radio";
import { RadioGroup as BaseRadioGroup } from "@base-ui/react/radio-group";
import type { ReactNode } from "react";
import { cn } from "./cn";

/** One choice of a radio group. */
type RadioOption<Value extends string> = {
  readonly value: Value;
  readonly label: ReactNode;
  readonly description?: ReactNode | undefined;
  readonly disabled?: boolean | undefined;
};

/** Props of `RadioGroup`. */
export type RadioGroupProps<Value extends string> = {
  options: readonly RadioOption<Value>[];
  value?: Value | undefined;
  defaultValue?: Value | undefined;
  onValueChange?: ((value: Value) => void) | undefined;
  name?: string | undefined;
  /** Needed outside `Field`. */
  "aria-label"?: string | undefined;
  disabled?: boolean | undefined;
  /** `cards`: each choice is a bordered tile, side by side where there is room. */
  look?: "list" | "cards" | undefined;
  className?: string | undefined;
};

/** A choice of one among few, all in sight. */
export function RadioGroup<Value extends string>(props: RadioGroupProps<Value>) {
  const { options, look = "list", onValueChange, className } = props;
  return (
    <BaseRadioGroup<Value>
      aria-label={props["aria-label"]}
      className={cn(look === "cards" ? "grid gap-2 sm:grid-cols-2" : "grid gap-2.5", className)}
      defaultValue={props.defaultValue}
      disabled={props.disabled}
      name={props.name}
      onValueChange={(value) => onValueChange?.(value)}
      value={props.value}
    >
      {options.map((option) => (
        // biome-ignore lint/a11y/noLabelWithoutControl: the radio inside is the control
        <label
          className={cn(
            "flex items-start gap-2.5",
            look === "cards" &&
              "rounded-lg border border-border bg-card p-3 transition-colors hover:border-input has-data-checked:border-primary has-data-checked:bg-primary-subtle",
          )}
          key={option.value}
        >
          <BaseRadio.Root
            className="relative mt-px flex size-4.5 shrink-0 items-center justify-center rounded-full border border-input bg-card shadow-xs outline-none after:absolute after:-inset-1 hover:border-input-hover focus-visible:ring-2 focus-visible:ring-ring focus-visible:ring-offset-2 focus-visible:ring-offset-background data-checked:border-primary data-checked:bg-primary data-disabled:opacity-50"
            disabled={option.disabled}
            value={option.value}
          >
            <BaseRadio.Indicator className="size-2 rounded-full bg-primary-foreground" />
          </BaseRadio.Root>
          <span className="grid gap-0.5 text-sm">
            <span className="font-medium">{option.label}</span>
            {option.description === undefined ? null : (
              <span className="text-pretty text-muted-foreground">{option.description}</span>
            )}
          </span>
        </label>
      ))}
    </BaseRadioGroup>
  );
}
