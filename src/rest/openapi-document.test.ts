import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import type { ErrorCode } from "@/core/errors";
import { EXAMPLES } from "@/operations/examples";
import { OPERATIONS } from "@/operations/registry";
import type { JsonSchema } from "./json-schemas";
import { openApiDocument } from "./openapi-document";
import { TAGS } from "./openapi-text";

type Media = { readonly schema: JsonSchema; readonly example?: unknown };
type Parameter = { readonly $ref?: string; readonly name: string; readonly in: string; readonly schema: JsonSchema };
type Described = {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly description: string;
  readonly security: readonly object[];
  readonly parameters?: readonly (Parameter & { readonly example?: unknown; readonly required: boolean })[];
  readonly requestBody?: { readonly content: Record<string, Media> };
  readonly responses: Record<string, { readonly $ref?: string; readonly content?: Record<string, Media> }>;
  readonly "x-sluice-codes": readonly ErrorCode[];
  readonly "x-sluice-permission"?: string;
};

const document = openApiDocument({ operations: OPERATIONS, examples: EXAMPLES, version: "1.2.3" });
const paths = document.paths as unknown as Record<string, Record<string, Described>>;
const described = new Map(
  Object.values(paths).flatMap((item) => Object.values(item).map((each) => [each.operationId, each])),
);
const describedAs = (name: string): Described => {
  const found = described.get(name);
  if (found === undefined) throw new Error(`${name} is not described`);
  return found;
};

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(document, "doc");
const validatorOf = (schema: JsonSchema): ValidateFunction =>
  ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"doc#/')));
const faultsOf = (schema: JsonSchema, value: unknown) => {
  const validate = validatorOf(schema);
  return validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
};
const jsonOf = (content: Record<string, Media> | undefined) => content?.["application/json"];

const EVERY = OPERATIONS.map((operation) => ({
  ...operation,
  example: EXAMPLES[operation.name as keyof typeof EXAMPLES],
}));

test("every operation is in the document, once", () => {
  const found = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { operationId }]) => `${operationId}: ${method.toUpperCase()} ${path}`),
  );
  expect(found.sort()).toEqual(OPERATIONS.map(({ name, method, path }) => `${name}: ${method} ${path}`).sort());
});

test("it is OpenAPI 3.1 of the program's version, and every noun is described", () => {
  expect(document).toMatchObject({ openapi: "3.1.0", info: { version: "1.2.3" }, servers: [{ url: "/api/v1" }] });
  const tags = (document.tags ?? []).map(({ name, description }) => [name, description]);
  expect(tags).toEqual(tags.map(([name = ""]) => [name, TAGS[name]]));
  expect(tags.filter(([, description]) => (description ?? "").length < 10)).toEqual([]);
});

describe.each(EVERY)("$name", ({ name, method, path, summary, permission, errors, input, output, example }) => {
  const it = describedAs(name);
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter = ""]) => parameter);
  const given = example.input as Record<string, unknown>;

  test("tells its summary, its noun and who may call it", () => {
    expect(it).toMatchObject({ summary, tags: [name.split(".")[0]] });
    expect(it["x-sluice-permission"]).toBe(permission ?? undefined);
    expect(it.description).toContain(permission ?? "Open to everybody");
    const isPersonal = permission !== null && /^(me|access-tokens):|^setup$/.test(permission);
    expect(it.security).toEqual([
      ...(permission === null || isPersonal ? [] : [{ accessToken: [] }]),
      ...(permission === null ? [] : [{ session: [] }]),
      ...(permission === "me:read" ? [{ keySession: [] }] : []),
    ]);
  });

  test("tells every code that it can be answered with", () => {
    const always: ErrorCode[] = ["validation_failed", "host_not_allowed", "internal_error", "database_unavailable"];
    const closed: ErrorCode[] = permission === null ? [] : ["unauthenticated", "forbidden"];
    const unsafe: ErrorCode[] = method === "GET" ? [] : ["cross_origin", "malformed_json", "request_too_large"];
    expect(it["x-sluice-codes"]).toEqual(expect.arrayContaining([...errors, ...always, ...closed, ...unsafe]));
    for (const code of it["x-sluice-codes"]) expect(it.description).toContain(`\`${code}\``);
  });

  test("has an input that works as its example", () => {
    expect(input.safeParse(given).error?.issues ?? []).toEqual([]);
    const schema = jsonOf(it.requestBody?.content);
    const inBody = Object.fromEntries(
      Object.entries(given).filter(([field]) => method !== "GET" && !inPath.includes(field)),
    );
    if (schema === undefined) return expect(inBody).toEqual({});
    expect(schema.example).toEqual(inBody);
    expect(faultsOf(schema.schema, inBody)).toEqual([]);
  });

  test("has parameters whose examples fit", () => {
    const parameters = (it.parameters ?? []).filter(({ $ref }) => $ref === undefined);
    for (const parameter of parameters) {
      expect(parameter.example).toEqual(given[parameter.name]);
      if (parameter.example !== undefined) expect(faultsOf(parameter.schema, parameter.example)).toEqual([]);
      expect([parameter.name, parameter.in === "path"]).toEqual([parameter.name, inPath.includes(parameter.name)]);
      if (parameter.in === "path") expect(parameter.required).toBe(true);
    }
    const named = parameters.map((parameter) => parameter.name);
    if (method === "GET") expect(named).toEqual(expect.arrayContaining(Object.keys(given)));
    expect(named).toEqual(expect.arrayContaining(inPath));
  });

  test("has an answer as its example in which nothing is lost", () => {
    expect(output.parse(example.output)).toEqual(example.output);
    const reply = jsonOf(it.responses[200]?.content);
    expect(reply?.example).toEqual(example.output);
    expect(faultsOf(reply?.schema ?? {}, example.output)).toEqual([]);
  });

  test("refuses fields that it does not know, in its body and in its answer", () => {
    const body = jsonOf(it.requestBody?.content);
    if (body !== undefined) expect(faultsOf(body.schema, { ...given, colour: "red" })).not.toEqual([]);
    const reply = jsonOf(it.responses[200]?.content);
    expect(faultsOf(reply?.schema ?? {}, { ...(example.output as object), colour: "red" })).not.toEqual([]);
  });

  test("names a key against repetition when it is a POST that writes", () => {
    const keys = (it.parameters ?? []).filter(({ $ref }) => $ref === "#/components/parameters/IdempotencyKey");
    const operation = OPERATIONS.find((each) => each.name === name);
    const writes = method === "POST" && operation?.isRead !== true && operation?.isDetached !== true;
    expect(keys).toHaveLength(writes ? 1 : 0);
  });
});

test("what is given may have spaces around it and be longer by them", () => {
  const body = jsonOf(describedAs("users.create").requestBody?.content)?.schema ?? {};
  expect(faultsOf(body, { name: ` ${"a".repeat(80)} ` })).toEqual([]);
  expect(faultsOf(body, { name: "" })).not.toEqual([]);
});

test("every problem has an example that is one", () => {
  const responses = Object.entries(
    (document.components?.responses ?? {}) as unknown as Record<string, { content: Record<string, Media> }>,
  );
  expect(responses.length).toBeGreaterThan(10);
  for (const [name, { content }] of responses) {
    const { schema, example } = content["application/problem+json"] ?? { schema: {} };
    expect([name, faultsOf(schema, example)]).toEqual([name, []]);
  }
});

test("an answer is told field by field: nothing is left open but what is", () => {
  const open: string[] = [];
  const walk = (json: unknown, at: string): void => {
    if (typeof json !== "object" || json === null) return;
    if (Object.keys(json).length === 0) open.push(at);
    for (const [key, value] of Object.entries(json)) if (key !== "example") walk(value, `${at}/${key}`);
  };
  walk(document.components?.schemas, "");
  expect(open.filter((at) => !/\/(params\/additionalProperties|decision|rates\/items)$/.test(at))).toEqual([]);
});
