import { useTranslations } from "next-intl";
import { PageHeader } from "@/components/shell/page-header";
import { namedSchemas } from "./describe-schema";
import { EnglishText } from "./english-text";
import { OperationSection } from "./operation-section";
import type { Docs, DocsNoun } from "./read-document";
import { SchemaTree, TypeName } from "./schema-tree";

/** The operations on one noun, and the schemas that they name, each once. */
export function NounPage({ docs, noun, publicUrl }: { docs: Docs; noun: DocsNoun; publicUrl: string | null }) {
  const t = useTranslations("docs");
  const roots = noun.operations.flatMap(({ parameters, body, reply }) =>
    [...parameters.map(({ schema }) => schema), body?.schema, reply?.schema].filter((schema) => schema !== undefined),
  );
  const names = namedSchemas(roots, docs.schemas);
  return (
    <div className="grid min-w-0 grid-cols-1 gap-5">
      <PageHeader
        description={noun.description === "" ? undefined : <EnglishText>{noun.description}</EnglishText>}
        title={t.rich("nounTitle", { noun: () => <EnglishText>{noun.name}</EnglishText> })}
      />
      {noun.operations.map((operation) => (
        <OperationSection key={operation.id} operation={operation} publicUrl={publicUrl} schemas={docs.schemas} />
      ))}
      {names.length === 0 ? null : (
        <section aria-labelledby="schemas-title" className="grid min-w-0 grid-cols-1 gap-4">
          <h2 className="pt-2 text-base leading-6 font-semibold tracking-tight" id="schemas-title">
            {t("schemas")}
          </h2>
          {names.map((name) => {
            const schema = docs.schemas[name] ?? {};
            return (
              <section
                aria-labelledby={`schema-${name}-title`}
                className="grid min-w-0 scroll-mt-20 gap-2 rounded-xl border border-border bg-card p-4 sm:p-5"
                id={`schema-${name}`}
                key={name}
              >
                <div className="flex flex-wrap items-baseline gap-x-2.5">
                  <h3 className="text-sm font-semibold" data-user-text dir="ltr" id={`schema-${name}-title`}>
                    {name}
                  </h3>
                  <TypeName schema={schema} />
                </div>
                {schema.description === undefined ? null : (
                  <EnglishText className="text-sm text-pretty text-muted-foreground">{schema.description}</EnglishText>
                )}
                <SchemaTree schema={schema} />
              </section>
            );
          })}
        </section>
      )}
    </div>
  );
}
