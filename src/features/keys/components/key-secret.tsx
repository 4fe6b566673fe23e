import { useTranslations } from "next-intl";
import { cn } from "@/components/ui/cn";

/** What is known of a secret: its first and last characters. */
export function KeySecret(props: { prefix: string; lastFour: string; className?: string }) {
  const t = useTranslations("keys");
  return (
    <code className={cn("font-mono text-xs whitespace-nowrap", props.className)} data-user-text dir="ltr">
      <span className="sr-only">{t("secretOf", { prefix: props.prefix, lastFour: props.lastFour })}</span>
      <span aria-hidden>
        {props.prefix}
        {"…"}
        {props.lastFour}
      </span>
    </code>
  );
}
