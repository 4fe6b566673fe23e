import { useTranslations } from "next-intl";
import { Link } from "@/i18n/navigation";
import { EnglishText } from "./english-text";
import { MethodBadge } from "./method-badge";
import type { DocsNoun } from "./read-document";

/** Every operation in one list, by noun, each leading to where it is told of. */
export function OperationTable({ nouns }: { nouns: readonly DocsNoun[] }) {
  const t = useTranslations("docs.start");
  const count = nouns.reduce((sum, { operations }) => sum + operations.length, 0);
  return (
    <section aria-labelledby="all-operations" className="grid min-w-0 grid-cols-1 gap-4">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 pt-2">
        <h2 className="text-base leading-6 font-semibold tracking-tight" id="all-operations">
          {t("allTitle")}
        </h2>
        <p className="text-sm text-muted-foreground">{t("count", { count })}</p>
      </div>
      {nouns.map(({ slug, name, description, operations }) => (
        <section aria-labelledby={`noun-${slug}`} className="grid min-w-0 grid-cols-1 gap-2" key={slug}>
          <div className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5">
            <h3 className="text-sm font-semibold" id={`noun-${slug}`}>
              <EnglishText>{name}</EnglishText>
            </h3>
            <EnglishText className="text-sm text-muted-foreground">{description}</EnglishText>
          </div>
          <ul className="grid min-w-0 overflow-hidden rounded-lg border border-border bg-card">
            {operations.map(({ id, method, path, summary }) => (
              <li className="border-b border-border last:border-b-0" key={id}>
                <Link
                  className="grid min-w-0 grid-cols-[auto_minmax(0,1fr)] items-center gap-x-3 gap-y-1 px-3 py-2 text-sm outline-none hover:bg-accent/60 focus-visible:ring-2 focus-visible:ring-ring focus-visible:ring-inset lg:grid-cols-[auto_minmax(0,5fr)_minmax(0,6fr)]"
                  href={`/docs/api/${slug}#${id}`}
                  prefetch={false}
                >
                  <MethodBadge method={method} small />
                  <code className="min-w-0 font-mono text-xs wrap-anywhere" data-user-text dir="ltr">
                    {path}
                  </code>
                  <EnglishText className="min-w-0 text-muted-foreground max-lg:col-start-2">{summary}</EnglishText>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </section>
  );
}
