import type { ComponentProps } from "react";
import { cn } from "./cn";

/** Look of a label. */
export const labelClass = "text-sm leading-5 font-medium text-foreground select-none";

/** A label of a control outside `Field`; give it `htmlFor`. */
export function Label({ className, ...props }: ComponentProps<"label">) {
  // biome-ignore lint/a11y/noLabelWithoutControl: the caller names the control with htmlFor
  return <label className={cn(labelClass, className)} {...props} />;
}
