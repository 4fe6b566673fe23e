import { expect, test } from "vitest";
import type { z } from "zod";
import { OPERATIONS } from "./registry";

type Def = z.core.$ZodTypeDef & { readonly [field: string]: unknown };
type Schema = z.core.$ZodType;

/** The schemas right inside a schema, each with how its path goes on. */
function inside(schema: Schema): readonly (readonly [string, Schema])[] {
  const def = schema._zod.def as Def;
  const named = (fields: readonly string[]) =>
    fields.filter((name) => def[name] !== undefined).map((name) => ["", def[name] as Schema] as const);
  switch (def.type) {
    case "object":
      return Object.entries(def.shape as Record<string, Schema>).map(([name, field]) => [`.${name}`, field]);
    case "union":
      return (def.options as readonly Schema[]).map((option) => ["", option]);
    case "record":
      return [
        [".(name)", def.keyType as Schema],
        [".(value)", def.valueType as Schema],
      ];
    case "array":
      return [["[]", def.element as Schema]];
    case "pipe":
      // What goes in is what counts; behind a preprocessing step that is what it makes.
      return named(((def.in as Schema)._zod.def as Def).type === "transform" ? ["out"] : ["in"]);
    default:
      return named(["innerType"]);
  }
}

/** Texts of 20,000 characters that begin like many valid ones. */
const LONG = ["a", "0", "1", "-", "a@b.example/", "https://a.example/a", "1.0", "2026-11-21T12:00:00."].flatMap(
  (start) => ["", "1", "Z", "a"].map((end) => start + (/\d/.test(start) ? "0" : "a").repeat(20_000) + end),
);

/** True for a text or list that has a maximum, and for a text that no long one passes for. */
function isBounded(schema: Schema): boolean {
  const { checks = [], type } = schema._zod.def as Def & { checks?: readonly z.core.$ZodCheck[] };
  if (checks.some((check) => check._zod.def.check === "max_length")) return true;
  return type === "string" && LONG.every((text) => !(schema as z.ZodType).safeParse(text).success);
}

/** Paths of what in an input may be of any size: texts and lists without a maximum, values of any kind. */
function unbounded(schema: Schema, path: string): readonly string[] {
  const { type } = schema._zod.def;
  const deeper = inside(schema).flatMap(([step, one]) => unbounded(one, path + step));
  if (type === "any" || type === "unknown" || type === "custom") return [path];
  return (type === "string" || type === "array") && !isBounded(schema) ? [path, ...deeper] : deeper;
}

test.each(OPERATIONS)("$name bounds every text and every list of its input", ({ name, input }) => {
  expect(unbounded(input, name)).toEqual([]);
});

// The running processes are few, and always told whole (dashboard.md 7.7).
test.each(OPERATIONS.filter(({ name }) => /(?<!^replicas)\.list$|^prices\.missing$|^quotas\.matrix$/.test(name)))(
  "$name takes pages of 1 to 200 rows, 50 unless told",
  ({ input }) => {
    const limitOf = (limit?: unknown) => {
      const parsed = input.safeParse(limit === undefined ? {} : { limit }, { reportInput: true });
      return parsed.success
        ? (parsed.data as { limit: number }).limit
        : parsed.error.issues.map(({ path }) => path.join("."));
    };
    expect([limitOf(), limitOf(null), limitOf(1), limitOf(200)]).toEqual([50, 50, 1, 200]);
    expect([0, 201, -1, 1.5, "abc"].map(limitOf)).toEqual(Array.from({ length: 5 }, () => ["limit"]));
  },
);
