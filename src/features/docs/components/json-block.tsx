"use client";

import { cn } from "@/components/ui/cn";
import { type JsonTokenKind, jsonTokens } from "./json-tokens";

const COLOURS: Readonly<Record<JsonTokenKind, string | undefined>> = {
  name: "text-info",
  text: "text-success",
  number: "text-warning",
  word: "text-warning",
  mark: undefined,
};

/** Code as it is written, long lines broken; JSON in colours when `isJson`. The page carries the text once, and each side colours it. */
export function JsonBlock({ text, isJson, className }: { text: string; isJson: boolean; className?: string }) {
  return (
    <pre
      className={cn("p-4 font-mono text-xs leading-5 whitespace-pre-wrap wrap-anywhere", className)}
      data-user-text
      dir="ltr"
    >
      <code>{isJson ? <Coloured text={text} /> : text}</code>
    </pre>
  );
}

function Coloured({ text }: { text: string }) {
  return jsonTokens(text).map(({ kind, text: piece }, index) =>
    COLOURS[kind] === undefined ? (
      piece
    ) : (
      <span className={COLOURS[kind]} key={`${index}-${kind}`}>
        {piece}
      </span>
    ),
  );
}
