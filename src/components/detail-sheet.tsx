"use client";

import { ChevronDown, ChevronUp } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";
import { DialogTitle } from "@/components/ui/dialog";
import { Sheet, SheetBody, SheetContent, SheetDescription, SheetHeader } from "@/components/ui/sheet";

/** Props of `DetailSheet`. */
export type DetailSheetProps = {
  /** What is open, from the URL; null: closed. */
  id: string | null;
  /** Ids of the list in its order, for next and previous. */
  ids: readonly string[];
  /** Another one, or null to close. */
  onChange: (id: string | null) => void;
  title: ReactNode;
  description?: ReactNode;
  children: ReactNode;
};

/** The id `step` places on from `id`; null at the ends and when `id` is not in the list. */
export function neighbour(ids: readonly string[], id: string | null, step: 1 | -1): string | null {
  const at = id === null ? -1 : ids.indexOf(id);
  return at === -1 ? null : (ids[at + step] ?? null);
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest("input,textarea,select,[contenteditable]") !== null;

/** A drawer over a list: J and K walk the list, Esc closes, and the focus goes back to the row last shown. */
export function DetailSheet(props: DetailSheetProps) {
  const { id, ids, onChange } = props;
  const t = useTranslations("shared.sheet");
  const last = useRef(id);
  if (id !== null) last.current = id;
  const next = neighbour(ids, id, 1);
  const previous = neighbour(ids, id, -1);

  useEffect(() => {
    if (id === null) return;
    const walk = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      const target = { j: next, k: previous }[event.key.toLowerCase()];
      if (typeof target === "string") onChange(target);
    };
    document.addEventListener("keydown", walk);
    return () => document.removeEventListener("keydown", walk);
  }, [id, next, previous, onChange]);

  const rowControl = () => {
    const row = document.querySelector(`[data-row-id="${CSS.escape(last.current ?? "")}"]`);
    return row?.querySelector<HTMLElement>("a,button") ?? null;
  };
  return (
    <Sheet onOpenChange={(open) => (open ? undefined : onChange(null))} open={id !== null}>
      <SheetContent className="sm:max-w-2xl" finalFocus={rowControl}>
        <SheetHeader className="grid-cols-[1fr_auto] items-start">
          <div className="grid min-w-0 gap-1">
            <DialogTitle>{props.title}</DialogTitle>
            {props.description === undefined ? null : (
              <SheetDescription render={<div />}>{props.description}</SheetDescription>
            )}
          </div>
          <div className="-my-1 flex gap-1">
            <Walk disabled={previous === null} label={t("previous")} onClick={() => onChange(previous)}>
              <ChevronUp aria-hidden />
            </Walk>
            <Walk disabled={next === null} label={t("next")} onClick={() => onChange(next)}>
              <ChevronDown aria-hidden />
            </Walk>
          </div>
        </SheetHeader>
        <SheetBody>{props.children}</SheetBody>
      </SheetContent>
    </Sheet>
  );
}

function Walk(props: { label: string; disabled: boolean; onClick: () => void; children: ReactNode }) {
  return (
    <Button
      aria-label={props.label}
      disabled={props.disabled}
      focusableWhenDisabled
      onClick={props.onClick}
      size="icon-sm"
      title={props.label}
      variant="ghost"
    >
      {props.children}
    </Button>
  );
}
