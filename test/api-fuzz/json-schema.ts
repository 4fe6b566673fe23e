/** A JSON Schema as it stands in the OpenAPI document: plain JSON. */
export type JsonSchema = { readonly [name: string]: unknown };

/** The part of an OpenAPI document that the fuzzer reads. */
export type FuzzDocument = {
  readonly paths: Readonly<Record<string, unknown>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
};

/** The schema behind references into the document's components. Throws for a reference to nothing. */
export function resolveSchema(document: FuzzDocument, schema: JsonSchema): JsonSchema {
  const { $ref: reference } = schema;
  if (typeof reference !== "string") return schema;
  const name = reference.replace("#/components/schemas/", "");
  const found = document.components?.schemas?.[name];
  if (found === undefined) throw new Error(`the document has no schema ${reference}`);
  return resolveSchema(document, asSchema(found));
}

/** Plain JSON as a schema; `true` and what is none allow everything. */
export function asSchema(value: unknown): JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonSchema) : {};
}

/** A list of schemas, such as `anyOf`; empty when there is none. */
export function schemasOf(value: unknown): readonly JsonSchema[] {
  return Array.isArray(value) ? value.map(asSchema) : [];
}
