import type { OpenApiSchema } from "./openapi-document";

/** A piece of a type as it is written: text, or the name of a schema to link to. */
export type TypePart = { readonly text: string } | { readonly ref: string };

/** One bound or fixed value of a schema; bounds are inclusive and may be open at one end. */
export type SchemaFact =
  | { readonly kind: "range" | "length" | "items"; readonly min: number | null; readonly max: number | null }
  | { readonly kind: "bound" | "format" | "pattern" | "default"; readonly text: string }
  | { readonly kind: "choices"; readonly values: readonly string[] };

/** One field of an object. */
export type SchemaField = { readonly name: string; readonly isRequired: boolean; readonly schema: OpenApiSchema };

/** Name of the schema that a reference leads to; null: it is none. */
export function refOf(schema: OpenApiSchema): string | null {
  return schema.$ref?.split("/").at(-1) ?? null;
}

/** The type of a schema in the notation of TypeScript. */
export function typeOf(schema: OpenApiSchema): readonly TypePart[] {
  const ref = refOf(schema);
  if (ref !== null) return [{ ref }];
  if (schema.const !== undefined) return [{ text: JSON.stringify(schema.const) }];
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return joined(choices.map(typeOf), " | ");
  if (schema.allOf !== undefined) return joined(schema.allOf.map(typeOf), " & ");
  const types = typesOf(schema);
  if (types.length === 0) return [{ text: schema.enum === undefined ? "any" : "enum" }];
  return joined(
    types.map((type) => ofOneType(schema, type)),
    " | ",
  );
}

function typesOf({ type }: OpenApiSchema): readonly string[] {
  if (type === undefined) return [];
  return typeof type === "string" ? [type] : type;
}

function ofOneType(schema: OpenApiSchema, type: string): readonly TypePart[] {
  if (type === "array" && typeof schema.items === "object") {
    const item = typeOf(schema.items);
    const isSimple = item.length === 1;
    return isSimple ? [...item, { text: "[]" }] : [{ text: "(" }, ...item, { text: ")[]" }];
  }
  if (type === "object" && typeof schema.additionalProperties === "object" && schema.properties === undefined) {
    return [{ text: "{ [name]: " }, ...typeOf(schema.additionalProperties), { text: " }" }];
  }
  return [{ text: type }];
}

function joined(parts: readonly (readonly TypePart[])[], separator: string): readonly TypePart[] {
  const written = new Map(parts.map((each) => [JSON.stringify(each), each]));
  return [...written.values()].flatMap((each, index) => (index === 0 ? each : [{ text: separator }, ...each]));
}

/** The shapes of a schema that have fields: one for an object, several for a choice of objects; what references name is left to their own place. */
export function shapesOf(schema: OpenApiSchema): readonly (readonly SchemaField[])[] {
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap(shapesOf);
  const whole = (schema.allOf ?? []).flatMap(shapesOf).flat();
  const own = Object.entries(schema.properties ?? {}).map(([name, field]) => ({
    name,
    isRequired: schema.required?.includes(name) ?? false,
    schema: field,
  }));
  const fields = [...whole, ...own];
  const below = [schema.items, schema.additionalProperties].flatMap((each) =>
    typeof each === "object" ? shapesOf(each) : [],
  );
  return [...(fields.length === 0 ? [] : [fields]), ...inner, ...below];
}

/** The bounds, choices and defaults of a schema, or of what a list holds; of a choice with null those of the rest. */
export function factsOf(schema: OpenApiSchema): readonly SchemaFact[] {
  const choices = (schema.anyOf ?? schema.oneOf ?? []).filter(({ type }) => type !== "null");
  const inner = [...choices, ...(typeof schema.items === "object" ? [schema.items] : [])].flatMap(factsOf);
  const hasFormat = schema.format !== undefined; // which says what patterns and lengths spell out
  const facts: readonly (SchemaFact | null)[] = [
    schema.enum === undefined ? null : { kind: "choices", values: schema.enum.map(written) },
    bounds("range", schema.minimum, schema.maximum),
    schema.exclusiveMinimum === undefined ? null : { kind: "bound", text: `> ${schema.exclusiveMinimum}` },
    schema.exclusiveMaximum === undefined ? null : { kind: "bound", text: `< ${schema.exclusiveMaximum}` },
    hasFormat ? null : bounds("length", schema.minLength, schema.maxLength),
    bounds("items", schema.minItems, schema.maxItems),
    schema.format === undefined ? null : { kind: "format", text: schema.format },
    schema.pattern === undefined || hasFormat ? null : { kind: "pattern", text: schema.pattern },
    schema.default === undefined ? null : { kind: "default", text: written(schema.default) },
  ];
  return [...facts.filter((fact) => fact !== null), ...inner.filter(({ kind }) => !hasFormat || kind !== "pattern")];
}

const written = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** The whole range of exact integers is no bound that a reader needs. */
function bounds(kind: "range" | "length" | "items", min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY) {
  const low = Math.abs(min) < Number.MAX_SAFE_INTEGER ? min : null;
  const high = Math.abs(max) < Number.MAX_SAFE_INTEGER ? max : null;
  return low === null && high === null ? null : { kind, min: low, max: high };
}

/** Names of all schemas that the given ones lead to, in order of first mention. */
export function namedSchemas(
  roots: readonly OpenApiSchema[],
  schemas: Readonly<Record<string, OpenApiSchema>>,
): readonly string[] {
  const found = new Set<string>();
  const visit = (schema: OpenApiSchema) => {
    const ref = refOf(schema);
    if (ref !== null && !found.has(ref)) {
      found.add(ref);
      visit(schemas[ref] ?? {});
    }
    for (const each of partsOf(schema)) visit(each);
  };
  for (const root of roots) visit(root);
  return [...found];
}

function partsOf(schema: OpenApiSchema): readonly OpenApiSchema[] {
  return [
    ...Object.values(schema.properties ?? {}),
    ...[schema.items, schema.additionalProperties].filter((each) => typeof each === "object"),
    ...[schema.anyOf, schema.oneOf, schema.allOf, schema.prefixItems].flatMap((each) => each ?? []),
  ];
}
