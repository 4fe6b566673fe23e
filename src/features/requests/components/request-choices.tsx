"use client";

import { useTranslations } from "next-intl";
import { Combobox, type ComboboxOption } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { useFilterChoices, useOwnKeyChoices } from "../queries";
import type { RequestSearch } from "../search-params";
import type { ChangeSearch } from "./request-filters";

type ChoicesProps = { search: RequestSearch; onChange: ChangeSearch };

/** Narrows the whole log to a user, a key or a channel. Their names are read when this is first shown. */
export function RequestChoices({ search, onChange }: ChoicesProps) {
  const t = useTranslations("requests.filter");
  const { users, keys, channels } = useFilterChoices();
  return (
    <>
      <ThingFilter
        label={t("user")}
        onChange={(user) => onChange({ user })}
        options={users.map(({ id, name, email }) => ({ value: String(id), label: name, detail: email ?? undefined }))}
        value={search.user}
      />
      <ThingFilter
        label={t("key")}
        onChange={(key) => onChange({ key })}
        options={keys.map(({ id, name, userName }) => ({ value: String(id), label: name, detail: userName }))}
        value={search.key}
      />
      <ThingFilter
        label={t("channel")}
        onChange={(channel) => onChange({ channel })}
        options={channels.map(({ id, name }) => ({ value: String(id), label: name }))}
        value={search.channel}
      />
    </>
  );
}

/** Narrows one's own log to a key. */
export function OwnRequestChoices({ search, onChange }: ChoicesProps) {
  const t = useTranslations("requests.filter");
  const keys = useOwnKeyChoices();
  return (
    <ThingFilter
      label={t("key")}
      onChange={(key) => onChange({ key })}
      options={keys.map(({ id, name, prefix, lastFour }) => ({
        value: String(id),
        label: name,
        detail: `${prefix}…${lastFour}`,
      }))}
      value={search.key}
    />
  );
}

function ThingFilter(props: {
  label: string;
  value: number | null;
  options: readonly ComboboxOption[];
  onChange: (id: number | null) => void;
}) {
  const t = useTranslations("requests.filter");
  return (
    <Field label={props.label}>
      <Combobox
        empty={t("noMatch")}
        onValueChange={(id) => props.onChange(id === null ? null : Number(id))}
        openLabel={t("open", { name: props.label })}
        options={props.options}
        placeholder={t("any")}
        value={props.value === null ? null : String(props.value)}
      />
    </Field>
  );
}
