"use client";

import { useTimeZone } from "next-intl";
import { type ChangeEvent, useEffect, useRef } from "react";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { fromZonedInput, toZonedInput } from "./zoned-input";

/** An instant (ISO text) that is entered as date and time of the viewer's zone; null: none. */
export function InstantFilter(props: {
  label: string;
  value: string | null;
  onChange: (value: string | null) => void;
}) {
  const { label, value, onChange } = props;
  const zone = useTimeZone() ?? "UTC";
  const shown = value === null ? "" : toZonedInput(value, zone);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // The field keeps what is half typed; it follows the URL when that says something else.
    if (field.current !== null && field.current.value !== shown) field.current.value = shown;
  }, [shown]);
  const change = (event: ChangeEvent<HTMLInputElement>) => {
    const { value: typed, validity } = event.target;
    if (typed === "" && !validity.badInput) onChange(null);
    const at = fromZonedInput(typed, zone);
    if (at !== null) onChange(at);
  };
  return (
    <Field label={label}>
      <Input defaultValue={shown} onChange={change} ref={field} type="datetime-local" />
    </Field>
  );
}
