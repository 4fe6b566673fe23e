"use client";

import { Input as BaseInput } from "@base-ui/react/input";
import { cn } from "./cn";
import type { Plain } from "./plain";

/** Look shared by everything one types into or picks from. */
export const controlClass =
  "w-full min-w-0 rounded-md border border-input bg-card text-base text-foreground shadow-xs outline-none transition-[border-color,box-shadow] duration-100 placeholder:text-muted-foreground hover:border-input-hover focus-visible:border-ring focus-visible:ring-2 focus-visible:ring-ring/35 data-disabled:cursor-not-allowed data-disabled:bg-muted data-disabled:opacity-60 data-invalid:border-danger data-invalid:focus-visible:ring-danger/30 aria-invalid:border-danger aria-invalid:focus-visible:ring-danger/30 [&[readonly]]:bg-muted";

/** Props of `Input`: `controlSize="sm"` is the 32 px control of tool bars. */
export type InputProps = Plain<BaseInput.Props> & { controlSize?: "default" | "sm" | undefined };

/** A one-line text field; inside `Field` it takes its id, label and error. */
export function Input({ className, controlSize = "default", ...props }: InputProps) {
  const size = controlSize === "sm" ? "h-8 px-2.5 text-sm" : "h-9 px-3";
  return <BaseInput className={cn(controlClass, size, className)} {...props} />;
}
