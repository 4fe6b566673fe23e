"use client";

import { Field as BaseField } from "@base-ui/react/field";
import type { ComponentProps } from "react";
import { cn } from "./cn";
import { controlClass } from "./input";

/** A text field of several lines that grows with its text. */
export function Textarea({ className, ref, ...props }: ComponentProps<"textarea">) {
  return (
    <BaseField.Control
      render={
        <textarea
          className={cn(controlClass, "field-sizing-content min-h-20 px-3 py-2 leading-normal", className)}
          ref={ref}
          {...props}
        />
      }
    />
  );
}
