"use client";

import { ListTree, Search } from "lucide-react";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Input } from "@/components/ui/input";
import { Link, usePathname } from "@/i18n/navigation";
import { findOperations, type IndexNoun, type IndexOperation } from "./find-operations";
import { MethodBadge } from "./method-badge";

const ROOT = "/docs/api";
const LINK =
  "flex min-h-8 items-center gap-2 rounded-md px-2 py-1 text-sm text-muted-foreground outline-none hover:bg-accent hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring aria-[current=page]:font-medium aria-[current=page]:text-foreground";

/** Every noun with its operations, and a search over all of them. Narrow windows fold it away. */
export function DocsIndex({ nouns }: { nouns: readonly IndexNoun[] }) {
  const t = useTranslations("docs.index");
  const [isOpen, setOpen] = useState(false);
  const [query, setQuery] = useState("");
  const id = useId();
  const current = usePathname().slice(ROOT.length + 1);
  const close = () => setOpen(false);
  const found = query.trim() === "" ? null : findOperations(nouns, query);
  return (
    <nav
      aria-label={t("label")}
      className="grid min-w-0 content-start gap-3 lg:sticky lg:top-20 lg:-mx-2 lg:max-h-[calc(100dvh-6.5rem)] lg:overflow-y-auto lg:px-2 lg:pb-2"
    >
      <Button
        aria-controls={id}
        aria-expanded={isOpen}
        className="justify-start lg:hidden"
        onClick={() => setOpen(!isOpen)}
        variant="outline"
      >
        <ListTree aria-hidden />
        {t("label")}
      </Button>
      <div className={cn("grid min-w-0 content-start gap-2", isOpen || "max-lg:hidden")} id={id}>
        <div className="relative p-0.5">
          <Search aria-hidden className="absolute start-3 top-2.5 size-4 text-muted-foreground" />
          <Input
            aria-label={t("search")}
            className="ps-8"
            controlSize="sm"
            onChange={(event) => setQuery(event.target.value)}
            placeholder={t("search")}
            type="search"
            value={query}
          />
        </div>
        <p className="sr-only" role="status">
          {found === null ? "" : t("found", { count: found.length })}
        </p>
        {found === null ? (
          <ul className="grid gap-px">
            <li>
              <Link
                aria-current={current === "" ? "page" : undefined}
                className={cn(LINK, "aria-[current=page]:bg-accent")}
                href={ROOT}
                onClick={close}
              >
                {t("start")}
              </Link>
            </li>
            {nouns.map((noun) => (
              <li key={noun.slug}>
                <NounLink isCurrent={noun.slug === current} noun={noun} onFollow={close} />
                {noun.slug === current ? <Operations onFollow={close} operations={noun.operations} /> : null}
              </li>
            ))}
          </ul>
        ) : found.length === 0 ? (
          <p className="px-2 py-1.5 text-sm text-muted-foreground">{t("nothing")}</p>
        ) : (
          <Operations onFollow={close} operations={found} />
        )}
      </div>
    </nav>
  );
}

function NounLink(props: { noun: IndexNoun; isCurrent: boolean; onFollow: () => void }) {
  const { slug, name, operations } = props.noun;
  return (
    <Link
      aria-current={props.isCurrent ? "page" : undefined}
      className={cn(LINK, "justify-between aria-[current=page]:bg-accent")}
      href={`${ROOT}/${slug}`}
      onClick={props.onFollow}
      prefetch={false}
    >
      <span className="truncate" data-user-text dir="auto" lang="en">
        {name}
      </span>
      <span className="text-xs tabular-nums text-muted-foreground">{operations.length}</span>
    </Link>
  );
}

function Operations(props: { operations: readonly IndexOperation[]; onFollow: () => void }) {
  return (
    <ul className="my-0.5 grid gap-px">
      {props.operations.map(({ id, slug, method, path, summary }) => (
        <li key={id}>
          <Link
            className={cn(LINK, "items-start")}
            href={`${ROOT}/${slug}#${id}`}
            onClick={props.onFollow}
            prefetch={false}
            data-user-text
            title={summary}
          >
            <MethodBadge method={method} small />
            <code className="min-w-0 pt-px font-mono text-xs wrap-anywhere" data-user-text dir="ltr">
              {path}
            </code>
          </Link>
        </li>
      ))}
    </ul>
  );
}
