import { expect, test } from "vitest";
import { factsOf, namedSchemas, shapesOf, typeOf } from "./describe-schema";
import type { OpenApiSchema } from "./openapi-document";

const written = (schema: OpenApiSchema) =>
  typeOf(schema)
    .map((part) => ("ref" in part ? `<${part.ref}>` : part.text))
    .join("");
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

test.each<[OpenApiSchema, string]>([
  [{ type: "string" }, "string"],
  [{ type: ["string", "null"] }, "string | null"],
  [ref("User"), "<User>"],
  [{ type: "array", items: ref("User") }, "<User>[]"],
  [{ type: "array", items: { anyOf: [{ type: "string" }, { type: "null" }] } }, "(string | null)[]"],
  [{ anyOf: [ref("User"), { type: "null" }, { type: "null" }] }, "<User> | null"],
  [{ allOf: [ref("A"), ref("B")] }, "<A> & <B>"],
  [{ type: "object", additionalProperties: { type: "integer" } }, "{ [name]: integer }"],
  [{ const: "on" }, '"on"'],
  [{ enum: ["a", 1] }, "enum"],
  [{}, "any"],
])("the type of %j is written %s", (schema, text) => {
  expect(written(schema)).toBe(text);
});

test("fields of lists, records and choices of objects are found; those of named schemas are left to their own place", () => {
  const point = { type: "object", properties: { x: { type: "integer" } }, required: ["x"] };
  const names = (schema: OpenApiSchema) => shapesOf(schema).map((shape) => shape.map(({ name }) => name));
  expect(names({ type: "array", items: point })).toEqual([["x"]]);
  expect(names({ type: "object", additionalProperties: point })).toEqual([["x"]]);
  expect(names({ anyOf: [point, { type: "object", properties: { y: {} } }, { type: "null" }] })).toEqual([
    ["x"],
    ["y"],
  ]);
  expect(names({ allOf: [point, { properties: { y: {} } }] })).toEqual([["x", "y"]]);
  expect(names({ type: "array", items: ref("Point") })).toEqual([]);
  expect(shapesOf(point)[0]?.[0]?.isRequired).toBe(true);
});

test("bounds are told where they bound: the range of exact integers is none, and a format stands for its pattern", () => {
  expect(factsOf({ type: "integer", minimum: 1, maximum: 200, default: 50 })).toEqual([
    { kind: "range", min: 1, max: 200 },
    { kind: "default", text: "50" },
  ]);
  const wide = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
  expect(factsOf({ type: "integer", ...wide })).toEqual([]);
  expect(factsOf({ type: "integer", exclusiveMinimum: 0, maximum: Number.MAX_SAFE_INTEGER })).toEqual([
    { kind: "bound", text: "> 0" },
  ]);
  expect(factsOf({ type: "string", format: "uuid", pattern: "^x$" })).toEqual([{ kind: "format", text: "uuid" }]);
  const instant = {
    type: "string",
    maxLength: 40,
    format: "date-time",
    anyOf: [{ pattern: "^x$" }, { pattern: "^y$" }],
  };
  expect(factsOf(instant)).toEqual([{ kind: "format", text: "date-time" }]);
  expect(factsOf({ anyOf: [{ type: "string", enum: ["a", "b"] }, { type: "null" }] })).toEqual([
    { kind: "choices", values: ["a", "b"] },
  ]);
});

test("the named schemas of a page are those it leads to, each once, even when they hold themselves", () => {
  const schemas = {
    Tree: { properties: { below: { type: "array", items: ref("Tree") }, owner: ref("User") } },
    User: { type: "object" },
    Other: { type: "object" },
  };
  expect(namedSchemas([ref("Tree"), ref("User")], schemas)).toEqual(["Tree", "User"]);
});
