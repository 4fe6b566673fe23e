import { OpenAPIHono } from "@hono/zod-openapi";
import type { Operation } from "@/operations/operation";
import type { ExamplesOf } from "@/operations/operation-example";
import type { OperationTypes } from "@/operations/registry";
import { createJsonSchemas } from "./json-schemas";
import { API_DESCRIPTION, TAGS } from "./openapi-text";
import { operationPath, tagOf } from "./operation-path";
import { PROBLEM, problemResponses } from "./problem-responses";

/** An OpenAPI 3.1 document as plain JSON. */
export type OpenApiDocument = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;

/** What the document tells of. */
export type DocumentAsk = {
  readonly operations: readonly Operation[];
  readonly examples: Partial<ExamplesOf<keyof OperationTypes>>;
  /** Of the program. */
  readonly version: string;
};

/**
 * The OpenAPI 3.1 document of `/api/v1`, derived from the operations. Their schemas are zod's own JSON Schemas: the generator of the Hono
 * package knows neither recursion by name nor the difference of what goes in and what comes out.
 */
export function openApiDocument({ operations, examples, version }: DocumentAsk): OpenApiDocument {
  const app = new OpenAPIHono();
  const { openAPIRegistry: registry } = app;
  const schemas = createJsonSchemas();
  for (const { output } of operations) schemas.of(output, "reply"); // replies name schemas first
  const paths = operations.map((operation) =>
    operationPath({ operation, example: examples[operation.name as keyof OperationTypes], schemas }),
  );
  for (const [name, scheme] of Object.entries(SECURITY)) registry.registerComponent("securitySchemes", name, scheme);
  for (const [name, header] of Object.entries(HEADERS)) registry.registerComponent("headers", name, header);
  for (const [name, response] of problemResponses(operations)) registry.registerComponent("responses", name, response);
  registry.registerComponent("parameters", "IdempotencyKey", IDEMPOTENCY_KEY);
  for (const [name, schema] of [...schemas.named(), ["Problem", PROBLEM] as const].sort(([a], [b]) => (a < b ? -1 : 1)))
    registry.registerComponent("schemas", name, schema);
  for (const path of paths) registry.registerPath(path);
  const used = new Set(operations.map(tagOf));
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Sluice admin API",
      version,
      description: API_DESCRIPTION,
      license: { name: "MIT", url: "https://spdx.org/licenses/MIT.html" },
    },
    servers: [{ url: "/api/v1", description: "This gateway." }],
    tags: [...used].map((name) => ({ name, description: TAGS[name] ?? "" })),
  });
}

const SECURITY = {
  accessToken: {
    type: "http",
    scheme: "bearer",
    description: "An access token, `at-sluice-...`; its scopes say what it may do.",
  },
  keySession: {
    type: "apiKey",
    in: "cookie",
    name: "sluice.key_session_token",
    description: "The cookie of a sign-in with a key, which may read what is its own.",
  },
  session: {
    type: "apiKey",
    in: "cookie",
    name: "sluice.session_token",
    description:
      "The cookie of a dashboard sign-in, over https `__Host-sluice.session_token`. Calls that change something need the same origin.",
  },
} as const;

const HEADERS = {
  RequestId: { description: "Names this call in logs.", schema: { type: "string" } },
  ConfigVersion: {
    description: "Version of the configuration after the write; every replica follows within a second.",
    schema: { type: "string", pattern: "^\\d+$" },
  },
  Challenge: { description: "How to come in.", schema: { type: "string", const: "Bearer" } },
  RateLimit: { description: "Calls per minute that this caller has.", schema: { type: "string", pattern: "^\\d+$" } },
  RateLimitRemaining: {
    description: "How many of them are left just now.",
    schema: { type: "string", pattern: "^\\d+$" },
  },
  RateLimitReset: {
    description: "Seconds until nothing counts any more.",
    schema: { type: "string", pattern: "^\\d+$" },
  },
  IdempotencyReplayed: {
    description: "Told when the reply is that of an earlier call with the same `Idempotency-Key`.",
    schema: { type: "string", const: "true" },
  },
  RetryAfter: { description: "Seconds until a call may pass.", schema: { type: "string", pattern: "^\\d+$" } },
} as const;

const IDEMPOTENCY_KEY = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description:
    "The same key with the same input within 24 hours answers as the first call did and changes nothing more.",
  schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[\\x20-\\x7e]+$" },
  example: "7b0f7f0e-5d0b-4f0c-9a51-6a3c0f6f1d11",
} as const;
