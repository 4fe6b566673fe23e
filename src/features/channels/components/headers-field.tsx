"use client";

import { Plus, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useRef } from "react";
import { type Control, type FieldValues, useFieldArray, useFormState } from "react-hook-form";
import { TextField } from "@/components/form-fields";
import { Button } from "@/components/ui/button";
import { FieldSet } from "@/components/ui/field";
import { useFieldErrorText } from "@/components/use-problem-text";
import type { ChannelFormValues } from "./channel-form-values";

type FormControl = Control<ChannelFormValues, unknown, FieldValues>;

const MOST = 32;
const INPUT = { spellCheck: false, autoComplete: "off", className: "font-mono text-sm" } as const;

/** Headers of every request to the upstream: those that are set, and those of the client that are left out. */
export function HeadersField({ control }: { control: FormControl }) {
  return (
    <>
      <SetHeaders control={control} />
      <RemovedHeaders control={control} />
    </>
  );
}

function SetHeaders({ control }: { control: FormControl }) {
  const t = useTranslations("channels.advanced");
  const errorText = useFieldErrorText();
  const { fields, append, remove } = useFieldArray({ control, name: "headers.set" });
  const errors = useFormState({ control, name: "headers.set" }).errors.headers?.set;
  const list = { rows: fields, onAdd: () => append({ name: "", value: "" }), onRemove: remove };
  return (
    <FieldSet
      error={errorText(errors?.root?.message ?? errors?.message)}
      hint={t("headersSetHint")}
      legend={t("headersSet")}
    >
      <HeaderRows {...list} add={t("headerAdd")}>
        {(index) => (
          <div className="grid min-w-0 flex-1 items-start gap-2 sm:grid-cols-2">
            <TextField
              control={control}
              hideLabel
              input={{ ...INPUT, placeholder: t("headerName") }}
              label={t("headerNameOf", { number: index + 1 })}
              name={`headers.set.${index}.name`}
            />
            <TextField
              control={control}
              hideLabel
              input={{ ...INPUT, placeholder: t("headerValue") }}
              label={t("headerValueOf", { number: index + 1 })}
              name={`headers.set.${index}.value`}
            />
          </div>
        )}
      </HeaderRows>
    </FieldSet>
  );
}

function RemovedHeaders({ control }: { control: FormControl }) {
  const t = useTranslations("channels.advanced");
  const errorText = useFieldErrorText();
  const { fields, append, remove } = useFieldArray({ control, name: "headers.remove" });
  const errors = useFormState({ control, name: "headers.remove" }).errors.headers?.remove;
  const list = { rows: fields, onAdd: () => append({ name: "" }), onRemove: remove };
  return (
    <FieldSet
      error={errorText(errors?.root?.message ?? errors?.message)}
      hint={t("headersRemoveHint")}
      legend={t("headersRemove")}
    >
      <HeaderRows {...list} add={t("headerRemoveAdd")}>
        {(index) => (
          <TextField
            className="min-w-0 flex-1"
            control={control}
            hideLabel
            input={{ ...INPUT, placeholder: t("headerName") }}
            label={t("headerRemovedOf", { number: index + 1 })}
            name={`headers.remove.${index}.name`}
          />
        )}
      </HeaderRows>
    </FieldSet>
  );
}

/** Rows that can be added and taken out; the button that adds keeps the focus of a row that is gone. */
function HeaderRows(props: {
  rows: readonly { readonly id: string }[];
  add: ReactNode;
  onAdd: () => void;
  onRemove: (index: number) => void;
  children: (index: number) => ReactNode;
}) {
  const t = useTranslations("channels.advanced");
  const add = useRef<HTMLButtonElement>(null);
  const remove = (index: number) => {
    props.onRemove(index);
    add.current?.focus();
  };
  return (
    <div className="grid gap-2">
      {props.rows.map(({ id }, index) => (
        <div className="flex items-start gap-2 max-sm:border-b max-sm:border-border max-sm:pb-2" key={id}>
          {props.children(index)}
          <Button
            aria-label={t("headerDrop", { number: index + 1 })}
            onClick={() => remove(index)}
            size="icon"
            variant="ghost"
          >
            <X aria-hidden />
          </Button>
        </div>
      ))}
      <div>
        <Button disabled={props.rows.length >= MOST} onClick={props.onAdd} ref={add} size="sm" variant="outline">
          <Plus aria-hidden />
          {props.add}
        </Button>
      </div>
    </div>
  );
}
