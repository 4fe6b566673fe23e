import { z } from "zod";

/** A JSON Schema (draft 2020-12), or a part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** Which way a schema looks: what a parameter may be, what a body may hold, what a reply holds. */
export type Direction = "parameter" | "body" | "reply";

/** Turns zod schemas into JSON Schemas that refer to named ones. */
export type JsonSchemas = {
  of(schema: z.ZodType, direction: Direction): JsonSchema;
  /** The schemas with a name (`meta({ id })`) that came up so far, by name. */
  named(): ReadonlyMap<string, JsonSchema>;
};

/** Where a named schema lies in an OpenAPI document. */
export const refTo = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

/**
 * Makes a converter. What goes in may be told wider than it is, never narrower: refinements are left out, and so is what holds only after a
 * text is trimmed. What comes out is told exactly. A name stands for one schema: what a body holds under a name that is taken is called
 * `...Input`.
 */
export function createJsonSchemas(): JsonSchemas {
  const named = new Map<string, JsonSchema>();
  const keep = (id: string, schema: JsonSchema, direction: Direction): string => {
    const text = JSON.stringify(schema);
    for (const name of direction === "reply" ? [id] : [id, `${id}Input`]) {
      const known = named.get(name);
      if (known !== undefined && JSON.stringify(known) !== text) continue;
      named.set(name, schema);
      return name;
    }
    throw new Error(`Two schemas are called ${id}`);
  };
  return {
    of(schema, direction) {
      // inside an array, so that a schema with a name is referred to and not spelt out
      const { items, $defs = {} } = z.toJSONSchema(z.array(schema), {
        io: direction === "reply" ? "output" : "input",
        target: "draft-2020-12",
        unrepresentable: "any",
        override: ({ zodSchema, jsonSchema }) => amend(zodSchema, jsonSchema),
      });
      const names = new Map<string, string>();
      const finished = (json: unknown) => tidy(json, { direction, nameOf: (id) => names.get(id) ?? nameLater(id) });
      const nameLater = (id: string): string => {
        names.set(id, id); // a schema that holds itself
        names.set(id, keep(id, finished($defs[id]) as JsonSchema, direction));
        return names.get(id) ?? id;
      };
      return finished(items) as JsonSchema;
    },
    named: () => named,
  };
}

/** Takes out what is not so, or says nothing. */
function amend(schema: z.core.$ZodType, json: z.core.JSONSchema.BaseSchema): void {
  if (json.type === "integer") {
    if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum;
    if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum;
  }
  if (json.type !== "string") return;
  if (json.format !== undefined) delete json.pattern; // the format says it in a word
  const checks = schema._zod.def.checks ?? [];
  if (!checks.some(({ _zod }) => _zod.def.check === "overwrite")) return;
  // Bounds of the text as it is stored: what is given may be longer by what is cut off.
  const { maxLength } = json;
  delete json.maxLength;
  delete json.pattern;
  if (maxLength !== undefined) json.description ??= `At most ${maxLength} characters, without spaces around it.`;
}

type Tidying = { readonly direction: Direction; nameOf(id: string): string };

/** A schema with references into the document, choices in one list, and defaults of bodies in words. */
function tidy(json: unknown, tidying: Tidying): unknown {
  if (Array.isArray(json)) return json.map((each) => tidy(each, tidying));
  if (typeof json !== "object" || json === null) return json;
  const schema = json as JsonSchema;
  if (typeof schema.$ref === "string")
    return { ...schema, ...refTo(tidying.nameOf(schema.$ref.replace("#/$defs/", ""))) };
  const parts = Object.entries(schema).map(([keyword, value]) => [keyword, tidyPart(keyword, value, tidying)]);
  return withDefault(withoutNothing(withNamedFields(withFlatChoices(Object.fromEntries(parts)))), tidying.direction);
}

/** The value of a keyword: schemas by field name, something that is no schema, or schemas. */
function tidyPart(keyword: string, value: unknown, tidying: Tidying): unknown {
  if (keyword === "properties") {
    const fields = Object.entries(value as JsonSchema).map(([name, field]) => [name, tidy(field, tidying)]);
    return Object.fromEntries(fields);
  }
  return LITERAL.has(keyword) ? value : tidy(value, tidying);
}

const LITERAL = new Set(["const", "enum", "default", "required", "examples"]);

/** A choice of choices as one list, without repetitions. */
function withFlatChoices(schema: JsonSchema): JsonSchema {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf)) return schema;
  const flat = (anyOf as readonly JsonSchema[]).flatMap((choice) =>
    Object.keys(choice).length === 1 && Array.isArray(choice.anyOf)
      ? (choice.anyOf as readonly JsonSchema[])
      : [choice],
  );
  const choices = [...new Map(flat.map((choice) => [JSON.stringify(choice), choice])).values()];
  return { ...rest, anyOf: choices };
}

/** An object whose names come from a list, with its fields spelt out. */
function withNamedFields(schema: JsonSchema): JsonSchema {
  const { propertyNames, additionalProperties, ...rest } = schema;
  const names = (propertyNames as JsonSchema | undefined)?.enum as readonly string[] | undefined;
  if (names === undefined) return schema;
  const properties = Object.fromEntries(names.map((name) => [name, additionalProperties]));
  return { ...rest, properties, additionalProperties: false };
}

/** What nothing fits is left out of an object, which refuses what it does not know; a list of it is empty. */
function withoutNothing(schema: JsonSchema): JsonSchema {
  const { items, ...rest } = schema;
  if (schema.type === "array" && isNothing(items)) return { ...rest, items: {}, maxItems: 0 };
  if (schema.type !== "object" || schema.additionalProperties !== false) return schema;
  const fields = Object.entries((schema.properties ?? {}) as JsonSchema).filter(([, field]) => !isNothing(field));
  return { ...schema, properties: Object.fromEntries(fields) };
}

const isNothing = (schema: unknown) => JSON.stringify(schema) === '{"not":{}}';

/** Generators take a field of a body that has a `default` for one that is always there: it is told in words. */
function withDefault(schema: JsonSchema, direction: Direction): JsonSchema {
  if (direction !== "body" || !("default" in schema)) return schema;
  const { default: value, description, ...rest } = schema;
  const words = `Default: \`${JSON.stringify(value)}\`.`;
  return { ...rest, description: typeof description === "string" ? `${description} ${words}` : words };
}

/** A schema without null among its choices: what an address carries is text. */
export function withoutNull(schema: JsonSchema): JsonSchema {
  const { anyOf, type, ...rest } = schema;
  if (Array.isArray(type)) {
    const types = type.filter((each) => each !== "null");
    return { ...rest, type: types.length === 1 ? types[0] : types };
  }
  if (!Array.isArray(anyOf)) return schema;
  const choices = (anyOf as readonly JsonSchema[]).filter((choice) => choice.type !== "null");
  return choices.length === 1 ? { ...choices[0], ...rest } : { ...rest, anyOf: choices };
}
