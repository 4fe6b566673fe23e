"use client";

import { Search, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Select, type SelectOption } from "@/components/ui/select";

/** The row of filters above a list. The values live in the URL; this bar only shows them. */
export function FilterBar(props: {
  children: ReactNode;
  isFiltered: boolean;
  onClear: () => void;
  /** How many there are, or other facts, at the end. */
  summary?: ReactNode;
}) {
  const t = useTranslations("shared.state");
  return (
    <search className="flex flex-wrap items-center gap-2">
      {props.children}
      {props.isFiltered ? (
        <Button onClick={props.onClear} size="sm" variant="ghost">
          <X aria-hidden />
          {t("clearFilters")}
        </Button>
      ) : null}
      {props.summary === undefined ? null : (
        <div className="ms-auto text-sm text-muted-foreground tabular-nums">{props.summary}</div>
      )}
    </search>
  );
}

const TYPING_PAUSE_MS = 250;

/** A text filter; tells its value when the typing pauses. */
export function SearchFilter(props: { label: string; value: string; onChange: (value: string) => void }) {
  const { value, onChange } = props;
  const [text, setText] = useState(value);
  const told = useRef(value);
  useEffect(() => {
    if (value === told.current) return;
    told.current = value; // cleared, or moved by the browser's back button
    setText(value);
  }, [value]);
  useEffect(() => {
    if (text.trim() === told.current) return;
    const timer = setTimeout(() => {
      told.current = text.trim();
      onChange(told.current);
    }, TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, onChange]);
  return (
    <div className="relative w-full sm:w-64">
      <Search aria-hidden className="pointer-events-none absolute start-2.5 top-2 size-4 text-muted-foreground" />
      <Input
        aria-label={props.label}
        autoComplete="off"
        className="ps-8"
        controlSize="sm"
        onValueChange={setText}
        placeholder={props.label}
        spellCheck={false}
        type="search"
        value={text}
      />
    </div>
  );
}

const ANY = "*";

/** A choice among few, or any of them; `label` stands inside the control. */
export function SelectFilter<Value extends string>(props: {
  label: string;
  value: Value | null;
  options: readonly SelectOption<Value>[];
  onChange: (value: Value | null) => void;
}) {
  const t = useTranslations("shared.state");
  return (
    <Select<Value | typeof ANY>
      aria-label={props.label}
      className="w-auto max-w-full"
      controlSize="sm"
      onValueChange={(value) => props.onChange(value === ANY ? null : value)}
      options={[{ value: ANY, label: t("any") }, ...props.options]}
      prefix={props.label}
      value={props.value ?? ANY}
    />
  );
}
