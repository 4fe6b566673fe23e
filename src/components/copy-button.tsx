"use client";

import { Check, Copy } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useState } from "react";
import { Button, type ButtonProps } from "@/components/ui/button";

const SHOWN_MS = 2000;

/** Props of `CopyButton`. */
export type CopyButtonProps = {
  text: string;
  /** Name of what is copied, for the button's accessible name. Without it: "Copy". */
  label?: string | undefined;
  variant?: ButtonProps["variant"];
  /** `icon`: no words in sight. */
  look?: "icon" | "words" | undefined;
  onCopied?: (() => void) | undefined;
  /** Words of the button instead of "Copy". */
  children?: ReactNode;
  /** Icon instead of two sheets. */
  icon?: ReactNode;
};

/** Copies a text and says so for two seconds. When the browser refuses, the text stays where it can be selected. */
export function CopyButton(props: CopyButtonProps) {
  const { text, label, variant = "outline", look = "words", onCopied } = props;
  const t = useTranslations("common");
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      return; // no permission or no secure origin
    }
    setCopied(true);
    onCopied?.();
  };
  const word = isCopied ? t("copied") : t("copy");
  return (
    <>
      <Button
        {...(look === "icon" || label !== undefined ? { "aria-label": label ?? word } : {})}
        onClick={copy}
        size={look === "icon" ? "icon-sm" : "sm"}
        variant={variant}
      >
        {isCopied ? <Check aria-hidden /> : (props.icon ?? <Copy aria-hidden />)}
        {look === "icon" ? null : isCopied ? word : (props.children ?? word)}
      </Button>
      <span className="sr-only" role="status">
        {isCopied ? t("copied") : ""}
      </span>
    </>
  );
}
