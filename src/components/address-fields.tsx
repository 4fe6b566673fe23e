"use client";

import { useTranslations } from "next-intl";
import type { Control, FieldPath, FieldValues } from "react-hook-form";
import { TextAreaField } from "./form-fields";

/** Two lists of IP addresses and networks, one per line, as the texts `ipAllow` and `ipDeny` of a form. */
export function AddressFields<Values extends FieldValues & { ipAllow: string; ipDeny: string }>({
  control,
}: {
  control: Control<Values, unknown, FieldValues>;
}) {
  const t = useTranslations("shared.addresses");
  const words = useTranslations("common");
  const field = (name: "ipAllow" | "ipDeny") => (
    <TextAreaField
      control={control}
      hint={t(`${name}Hint`)}
      label={t(name)}
      mono
      name={name as FieldPath<Values>}
      note={words("optional")}
    />
  );
  return (
    <>
      {field("ipAllow")}
      {field("ipDeny")}
    </>
  );
}
