"use client";

import { Combobox as BaseCombobox } from "@base-ui/react/combobox";
import { Check, ChevronsUpDown } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useRef } from "react";
import { cn } from "./cn";
import { controlClass } from "./input";
import { itemClass, popupClass } from "./popup-class";

/** One choice of a combobox; `label` is what is typed and searched. */
export type ComboboxOption = { readonly value: string; readonly label: string; readonly detail?: string | undefined };

/** Props of `Combobox`. */
export type ComboboxProps = {
  options: readonly ComboboxOption[];
  value: string | null;
  onValueChange: (value: string | null) => void;
  /** Shown when nothing matches. */
  empty: ReactNode;
  /** Name of the button that opens the list. */
  openLabel: string;
  placeholder?: string | undefined;
  disabled?: boolean | undefined;
  "aria-label"?: string | undefined;
  className?: string | undefined;
};

/** A choice of one among many, found by typing. */
export function Combobox(props: ComboboxProps) {
  const t = useTranslations("common");
  const group = useRef<HTMLDivElement>(null);
  /** The two hidden buttons that close the list are named by the library, in English only. */
  const nameCloseButtons = (list: HTMLElement | null) => {
    if (list === null) return;
    for (const around of [group.current, list])
      around?.querySelector('[aria-label="Dismiss"]')?.setAttribute("aria-label", t("close"));
  };
  const selected = props.options.find((option) => option.value === props.value) ?? null;
  return (
    <BaseCombobox.Root<ComboboxOption>
      disabled={props.disabled}
      isItemEqualToValue={(item, value) => item.value === value.value}
      items={props.options}
      onValueChange={(option) => props.onValueChange(option?.value ?? null)}
      value={selected}
    >
      <BaseCombobox.InputGroup className={cn("relative", props.className)} ref={group}>
        <BaseCombobox.Input
          aria-label={props["aria-label"]}
          className={cn(controlClass, "h-9 ps-3 pe-9")}
          placeholder={props.placeholder}
        />
        <BaseCombobox.Trigger
          aria-label={props.openLabel}
          className="absolute inset-y-0 end-0 flex w-9 items-center justify-center text-muted-foreground"
        >
          <ChevronsUpDown aria-hidden className="size-4" />
        </BaseCombobox.Trigger>
      </BaseCombobox.InputGroup>
      <BaseCombobox.Portal>
        <BaseCombobox.Positioner className="z-50 outline-none" ref={nameCloseButtons} sideOffset={4}>
          <BaseCombobox.Popup className={cn(popupClass, "w-(--anchor-width) p-1")}>
            <BaseCombobox.Empty className="px-2 py-1.5 text-muted-foreground empty:hidden">
              {props.empty}
            </BaseCombobox.Empty>
            <BaseCombobox.List className="max-h-[min(20rem,var(--available-height))] overflow-y-auto">
              {(option: ComboboxOption) => (
                <BaseCombobox.Item className={itemClass} key={option.value} value={option}>
                  <span className="min-w-0 flex-1 truncate" data-user-text dir="auto">
                    {option.label}
                  </span>
                  {option.detail === undefined ? null : <span className="text-muted-foreground">{option.detail}</span>}
                  <BaseCombobox.ItemIndicator>
                    <Check aria-hidden className="size-4" />
                  </BaseCombobox.ItemIndicator>
                </BaseCombobox.Item>
              )}
            </BaseCombobox.List>
          </BaseCombobox.Popup>
        </BaseCombobox.Positioner>
      </BaseCombobox.Portal>
    </BaseCombobox.Root>
  );
}
