import { useTranslations } from "next-intl";
import { cn } from "@/components/ui/cn";
import type { OwnRequestItem, RequestItem } from "@/operations/requests/schema";

/** Stands where there is nothing to show. */
export function Nothing() {
  return <span className="text-muted-foreground">{"–"}</span>;
}

/** A user or channel by name; what was deleted by its number. */
export function NamedThing({ thing }: { thing: RequestItem["user"] }) {
  const t = useTranslations("requests");
  if (thing === null) return <Nothing />;
  return thing.name === null ? (
    <span className="text-muted-foreground">{t("deletedName", { id: String(thing.id) })}</span>
  ) : (
    <span data-user-text dir="auto" title={thing.name}>
      {thing.name}
    </span>
  );
}

/** The key of a request: its name, or the first characters of a secret that is no key of ours. */
export function KeyName({ of }: { of: OwnRequestItem["key"] }) {
  const t = useTranslations("requests");
  if (of === null) return <Nothing />;
  if (of.name !== null) {
    return (
      <span data-user-text dir="auto" title={of.name}>
        {of.name}
      </span>
    );
  }
  if (of.id !== null) return <span className="text-muted-foreground">{t("deletedName", { id: String(of.id) })}</span>;
  return <span className="text-muted-foreground">{t("unknownKey")}</span>;
}

/** The model a request asked for, and below it the one it was mapped to. */
export function ModelName(props: { model: string | null; upstreamModel?: string | null; className?: string }) {
  const { model, upstreamModel = null } = props;
  const t = useTranslations("requests");
  if (model === null) return <Nothing />;
  const isMapped = upstreamModel !== null && upstreamModel !== model;
  return (
    <span className={cn("grid min-w-0", props.className)}>
      <span className="truncate" data-user-text dir="auto" title={model}>
        {model}
      </span>
      {isMapped ? (
        <span className="truncate text-xs text-muted-foreground" title={upstreamModel}>
          <span aria-hidden>{"→ "}</span>
          <span className="sr-only">{t("mappedTo")} </span>
          <span data-user-text dir="auto">
            {upstreamModel}
          </span>
        </span>
      ) : null}
    </span>
  );
}
