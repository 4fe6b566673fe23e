import { useTranslations } from "next-intl";
import { cn } from "@/components/ui/cn";
import { factsOf, type SchemaFact, type SchemaField, shapesOf, typeOf } from "./describe-schema";
import { EnglishText } from "./english-text";
import { Fold } from "./fold";
import type { OpenApiSchema } from "./openapi-document";

const CODE = "font-mono text-xs wrap-anywhere";

/** The type of a schema; names of schemas lead to where they are spelt out on the page. */
export function TypeName({ schema }: { schema: OpenApiSchema }) {
  return (
    <code className={cn(CODE, "text-muted-foreground")} data-user-text dir="ltr">
      {typeOf(schema).map((part, index) =>
        "ref" in part ? (
          <a
            className="text-primary underline underline-offset-3"
            href={`#schema-${part.ref}`}
            key={`${index}-${part.ref}`}
          >
            {part.ref}
          </a>
        ) : (
          part.text
        ),
      )}
    </code>
  );
}

/** The fields of a schema, nested ones folded; nothing when it has none. */
export function SchemaTree({ schema }: { schema: OpenApiSchema }) {
  const t = useTranslations("docs.schema");
  const shapes = shapesOf(schema);
  const [only] = shapes;
  if (only === undefined) return null;
  if (shapes.length === 1) return <FieldList fields={only} />;
  return (
    <div className="grid gap-2">
      {shapes.map((fields, index) => (
        <Fold key={fields.map(({ name }) => name).join()} label={t("shape", { number: index + 1 })}>
          <FieldList fields={fields} />
        </Fold>
      ))}
    </div>
  );
}

function FieldList({ fields }: { fields: readonly SchemaField[] }) {
  return (
    <ul className="grid">
      {fields.map((field) => (
        <li
          className="grid gap-1.5 border-b border-border py-2.5 first:pt-1 last:border-b-0 last:pb-1"
          key={field.name}
        >
          <Field field={field} />
        </li>
      ))}
    </ul>
  );
}

function Field({ field: { name, isRequired, schema } }: { field: SchemaField }) {
  const t = useTranslations("docs.schema");
  const count = shapesOf(schema).reduce((sum, shape) => sum + shape.length, 0);
  return (
    <>
      <SchemaLine isRequired={isRequired} name={name} schema={schema} />
      {count === 0 ? null : (
        <Fold label={t("fields", { count })}>
          <SchemaTree schema={schema} />
        </Fold>
      )}
    </>
  );
}

/** Name, type, whether it must be there, what it says and its bounds: of a field or a parameter. `place`: where a parameter stands. */
export function SchemaLine(props: {
  name: string;
  schema: OpenApiSchema;
  isRequired: boolean;
  description?: string | undefined;
  place?: string | undefined;
}) {
  const t = useTranslations("docs.schema");
  const description = props.description ?? props.schema.description ?? "";
  return (
    <>
      <div className="flex min-w-0 flex-wrap items-baseline gap-x-2.5 gap-y-1">
        <code className={cn(CODE, "font-semibold text-foreground")} data-user-text dir="ltr">
          {props.name}
        </code>
        <TypeName schema={props.schema} />
        {props.place === undefined ? null : <span className="text-xs text-muted-foreground">{props.place}</span>}
        <span className={cn("text-xs", props.isRequired ? "font-medium text-warning" : "text-muted-foreground")}>
          {props.isRequired ? t("required") : t("optional")}
        </span>
      </div>
      {description === "" ? null : (
        <EnglishText className="text-sm text-pretty text-muted-foreground">{description}</EnglishText>
      )}
      <Facts schema={props.schema} />
    </>
  );
}

function Facts({ schema }: { schema: OpenApiSchema }) {
  const facts = factsOf(schema);
  if (facts.length === 0) return null;
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted-foreground">
      {facts.map((fact, index) => (
        <span key={`${index}-${fact.kind}`}>
          <Fact fact={fact} />
        </span>
      ))}
    </p>
  );
}

function Fact({ fact }: { fact: SchemaFact }) {
  const t = useTranslations("docs.schema");
  if ("min" in fact) {
    const { kind, min, max } = fact;
    if (min !== null && max !== null) return t(`${kind}.between`, { min, max });
    return min === null ? t(`${kind}.atMost`, { max: max ?? 0 }) : t(`${kind}.atLeast`, { min });
  }
  if (fact.kind === "bound") return <Value>{fact.text}</Value>;
  if (fact.kind === "choices") {
    return (
      <span className="flex flex-wrap items-baseline gap-1">
        <span className="me-0.5">{t("choices")}</span>
        {fact.values.map((value) => (
          <Value key={value}>{value}</Value>
        ))}
      </span>
    );
  }
  return t.rich(fact.kind, { value: () => <Value>{fact.text}</Value> });
}

function Value({ children }: { children: string }) {
  return (
    <code className="rounded-xs bg-muted px-1 py-px font-mono text-foreground wrap-anywhere" data-user-text dir="ltr">
      {children}
    </code>
  );
}
