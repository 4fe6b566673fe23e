"use client";

import { Select as BaseSelect } from "@base-ui/react/select";
import { Check, ChevronsUpDown } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn";
import { controlClass } from "./input";
import { itemClass, popupClass } from "./popup-class";

/** One choice of a select. */
export type SelectOption<Value extends string> = {
  readonly value: Value;
  readonly label: ReactNode;
  readonly disabled?: boolean | undefined;
};

/** Props of `Select`. */
export type SelectProps<Value extends string> = {
  options: readonly SelectOption<Value>[];
  value?: Value | null | undefined;
  defaultValue?: Value | null | undefined;
  onValueChange?: ((value: Value) => void) | undefined;
  placeholder?: ReactNode | undefined;
  name?: string | undefined;
  disabled?: boolean | undefined;
  /** Needed outside `Field`. */
  "aria-label"?: string | undefined;
  /** 32 px for tool bars. */
  controlSize?: "default" | "sm" | undefined;
  /** Something before the value, inside the control. */
  prefix?: ReactNode | undefined;
  className?: string | undefined;
  onBlur?: (() => void) | undefined;
};

/** A choice of one among few. Takes its label from `Field`, or from `aria-label`. */
export function Select<Value extends string>(props: SelectProps<Value>) {
  const { options, controlSize = "default", onValueChange, className } = props;
  return (
    <BaseSelect.Root<Value>
      defaultValue={props.defaultValue}
      disabled={props.disabled}
      items={options}
      name={props.name}
      onValueChange={(value) => {
        if (value !== null) onValueChange?.(value);
      }}
      value={props.value}
    >
      <BaseSelect.Trigger
        aria-label={props["aria-label"]}
        className={cn(
          controlClass,
          "flex cursor-default items-center justify-between gap-2 select-none data-popup-open:border-ring",
          controlSize === "sm" ? "h-8 ps-2.5 pe-2 text-sm" : "h-9 ps-3 pe-2.5",
          className,
        )}
        onBlur={props.onBlur}
      >
        {props.prefix === undefined ? null : <span className="text-muted-foreground">{props.prefix}</span>}
        <BaseSelect.Value
          className="min-w-0 flex-1 truncate text-start data-placeholder:text-muted-foreground"
          placeholder={props.placeholder}
        />
        <BaseSelect.Icon className="shrink-0 text-muted-foreground">
          <ChevronsUpDown aria-hidden className="size-4" />
        </BaseSelect.Icon>
      </BaseSelect.Trigger>
      <BaseSelect.Portal>
        <BaseSelect.Positioner alignItemWithTrigger={false} className="z-50 outline-none" sideOffset={4}>
          <BaseSelect.Popup className={cn(popupClass, "min-w-(--anchor-width) p-1")}>
            <BaseSelect.List className="max-h-[min(22rem,var(--available-height))] overflow-y-auto">
              {options.map((option) => (
                <BaseSelect.Item
                  className={cn(itemClass, "grid grid-cols-[1fr_1rem] items-center gap-3")}
                  disabled={option.disabled ?? false}
                  key={option.value}
                  value={option.value}
                >
                  <BaseSelect.ItemText>{option.label}</BaseSelect.ItemText>
                  <BaseSelect.ItemIndicator className="col-start-2">
                    <Check aria-hidden className="size-4" />
                  </BaseSelect.ItemIndicator>
                </BaseSelect.Item>
              ))}
            </BaseSelect.List>
          </BaseSelect.Popup>
        </BaseSelect.Positioner>
      </BaseSelect.Portal>
    </BaseSelect.Root>
  );
}
