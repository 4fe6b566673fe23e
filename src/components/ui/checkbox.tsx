"use client";

import { Checkbox as BaseCheckbox } from "@base-ui/react/checkbox";
import { Check, Minus } from "lucide-react";
import { cn } from "./cn";
import type { Plain } from "./plain";

/** A box to tick; the target is 24 px, the box 18 px. */
export function Checkbox({ className, ...props }: Plain<BaseCheckbox.Root.Props>) {
  return (
    <BaseCheckbox.Root
      className={cn(
        "group relative flex size-4.5 shrink-0 items-center justify-center rounded-xs border border-input bg-card shadow-xs outline-none after:absolute after:-inset-1 hover:border-input-hover focus-visible:ring-2 focus-visible:ring-ring focus-visible:ring-offset-2 focus-visible:ring-offset-background data-checked:border-primary data-checked:bg-primary data-indeterminate:border-primary data-indeterminate:bg-primary data-disabled:opacity-50 data-invalid:border-danger",
        className,
      )}
      {...props}
    >
      <BaseCheckbox.Indicator className="flex text-primary-foreground">
        <Check aria-hidden className="size-3.5 stroke-3 group-data-indeterminate:hidden" />
        <Minus aria-hidden className="hidden size-3.5 stroke-3 group-data-indeterminate:block" />
      </BaseCheckbox.Indicator>
    </BaseCheckbox.Root>
  );
}
