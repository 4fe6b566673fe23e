"use client";

import { useTranslations } from "next-intl";
import { cn } from "@/components/ui/cn";
import { Count } from "./count";

/** Tokens of one request: in, out, and how many of the input came from a cache. */
export function Tokens(props: { input: number; output: number; cached: number; className?: string | undefined }) {
  const t = useTranslations("shared.tokens");
  return (
    <span className={cn("inline-flex items-baseline gap-1.5 whitespace-nowrap tabular-nums", props.className)}>
      <span className="sr-only">
        {t("sentence", { input: props.input, output: props.output, cached: props.cached })}
      </span>
      <span aria-hidden>
        <Count value={props.input} />
        <span className="text-muted-foreground"> / </span>
        <Count value={props.output} />
      </span>
      {props.cached === 0 ? null : (
        <span aria-hidden className="text-xs text-muted-foreground">
          {t("cached", { count: props.cached })}
        </span>
      )}
    </span>
  );
}
