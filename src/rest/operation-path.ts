import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Operation } from "@/operations/operation";
import type { OperationExample } from "@/operations/operation-example";
import { isOpenToTokens } from "@/operations/permissions";
import type { Permission } from "@/operations/references";
import type { OperationTypes } from "@/operations/registry";
import { takesIdempotencyKey } from "@/operations/run-once";
import { isRead } from "@/operations/run-operation";
import { type JsonSchema, type JsonSchemas, withoutNull } from "./json-schemas";
import { errorsByStatus } from "./operation-errors";
import { refToProblems } from "./problem-responses";
import { RATE_HEADERS } from "./rate-headers";

/** What the registry of an OpenAPIHono takes as a path. */
type PathConfig = Parameters<OpenAPIHono["openAPIRegistry"]["registerPath"]>[0];

/** What describing an operation needs; without an example none is shown. */
export type DescribeAsk = {
  readonly operation: Operation;
  readonly example: OperationExample<keyof OperationTypes> | undefined;
  readonly schemas: JsonSchemas;
};

type Fields = {
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required: readonly string[];
};

/** An operation as a path of the OpenAPI document: parameters, body, reply, and every problem by status. */
export function operationPath(ask: DescribeAsk): PathConfig {
  const { operation, schemas } = ask;
  const { name, method, permission, summary } = operation;
  const isQuery = method === "GET";
  const given = schemas.of(operation.input, isQuery ? "parameter" : "body");
  const fields = fieldsOf(given, name);
  const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, parameter = ""]) => parameter);
  const inQuery = isQuery ? Object.keys(fields.properties).filter((field) => !inPath.includes(field)) : [];
  const pathFields = isQuery ? fields : fieldsOf(schemas.of(operation.input, "parameter"), name);
  const body = isQuery ? null : bodyOf(given, inPath);
  const example = ask.example?.input as Readonly<Record<string, unknown>> | undefined;
  const parameters = [
    ...inPath.map((field) => ({ ...parameter(field, pathFields, example), in: "path" as const, required: true })),
    ...inQuery.map((field) => ({ ...parameter(field, fields, example), in: "query" as const })),
    ...(takesIdempotencyKey(operation) ? [{ $ref: "#/components/parameters/IdempotencyKey" }] : []),
  ];
  const config = {
    method: method.toLowerCase(),
    path: operation.path,
    operationId: name,
    tags: [tagOf(operation)],
    summary,
    description: describe(operation),
    security: permission === null ? [] : waysIn(permission),
    ...(permission === null ? {} : { "x-sluice-permission": permission }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === null ? {} : { request: { body: withExample(body, example, inPath) } }),
    "x-sluice-codes": [...errorsByStatus(operation).values()].flat(),
    responses: { 200: reply(ask), ...problems(operation) },
  };
  return config as PathConfig;
}

/** The noun of an operation. */
export const tagOf = (operation: Operation): string => operation.name.split(".")[0] ?? operation.name;

/** The ways to come in that can have a permission. */
const waysIn = (permission: Permission) => [
  ...(isOpenToTokens(permission) ? [{ accessToken: [] }] : []),
  { session: [] },
  ...(permission === "me:read" ? [{ keySession: [] }] : []),
];

function describe(operation: Operation): string {
  const { permission, summary } = operation;
  const access = permission === null ? "Open to everybody." : `Needs the permission \`${permission}\`.`;
  const codes = [...errorsByStatus(operation)].map(
    ([status, some]) => `${status}: ${some.map((code) => `\`${code}\``).join(", ")}`,
  );
  return `${summary}\n\n${access}\n\nErrors: ${codes.join("; ")}.`;
}

function fieldsOf(schema: JsonSchema, name: string): Fields {
  if (schema.type !== "object") throw new Error(`The input of ${name} is no object`);
  return {
    properties: (schema.properties ?? {}) as Fields["properties"],
    required: (schema.required ?? []) as readonly string[],
  };
}

function parameter(field: string, { properties, required }: Fields, example?: Readonly<Record<string, unknown>>) {
  const { description, ...schema } = withoutNull(properties[field] ?? {});
  return {
    name: field,
    required: required.includes(field),
    ...(description === undefined ? {} : { description }),
    schema,
    ...(example?.[field] === undefined ? {} : { example: example[field] }),
  };
}

/** The body without what the path says; null when nothing is left. */
function bodyOf(schema: JsonSchema, inPath: readonly string[]): JsonSchema | null {
  const { properties, required } = fieldsOf(schema, "");
  const left = Object.fromEntries(Object.entries(properties).filter(([field]) => !inPath.includes(field)));
  if (Object.keys(left).length === 0) return null;
  const needed = required.filter((field) => !inPath.includes(field));
  const { required: _, ...rest } = schema;
  return { ...rest, properties: left, ...(needed.length === 0 ? {} : { required: needed }) };
}

function withExample(
  schema: JsonSchema,
  input: Readonly<Record<string, unknown>> | undefined,
  inPath: readonly string[],
) {
  const given = Object.entries(input ?? {}).filter(([field]) => !inPath.includes(field));
  const example = input === undefined ? {} : { example: Object.fromEntries(given) };
  return { required: "required" in schema, content: { "application/json": { schema, ...example } } };
}

/** The reply of a call that worked; the live board is a stream too. */
function reply({ operation, example, schemas }: DescribeAsk) {
  const schema = schemas.of(operation.output, "reply");
  const shown = example === undefined ? {} : { example: example.output };
  const configVersion = isRead(operation) ? {} : { "x-sluice-config-version": header("ConfigVersion") };
  const replayed = takesIdempotencyKey(operation) ? { "idempotency-replayed": header("IdempotencyReplayed") } : {};
  return {
    description: "It worked.",
    headers: { "x-sluice-request-id": header("RequestId"), ...configVersion, ...RATE_HEADERS, ...replayed },
    content: {
      "application/json": { schema, ...shown },
      ...(operation.name === "channels.live" ? { "text/event-stream": { schema: STREAM } } : {}),
    },
  };
}

const header = (name: string) => ({ $ref: `#/components/headers/${name}` });

const STREAM = {
  type: "string",
  description:
    "Events `snapshot`, `delta` and `heartbeat`; the first two carry the same JSON. Asked for with `accept: text/event-stream`.",
};

/** The problems of an operation, by status. */
const problems = (operation: Operation) =>
  Object.fromEntries([...errorsByStatus(operation)].map(([status, codes]) => [status, refToProblems(codes)]));
