import { expect, test } from "vitest";
import type { OpenApiDocument } from "./openapi-document";
import { mayChange, readDocument } from "./read-document";

const DOCUMENT: OpenApiDocument = {
  openapi: "3.1.0",
  info: { title: "An API", version: "1.2.3" },
  servers: [{ url: "/api/v1/" }],
  tags: [{ name: "userGroups", description: "Groups." }, { name: "empty" }],
  paths: {
    "/user-groups/{id}": {
      delete: { operationId: "userGroups.delete", tags: ["userGroups"], responses: {} },
      get: {
        ...{ operationId: "userGroups.get", tags: ["userGroups"], summary: "One group.", security: [{ session: [] }] },
        "x-sluice-permission": "user-groups:read",
        parameters: [
          { name: "id", in: "path", required: true, schema: { type: "integer" }, example: 7 },
          { $ref: "#/components/parameters/Once", name: "", in: "" },
          { name: "hidden", in: "cookie" },
        ],
        responses: {
          "200": { content: { "application/json": { schema: { type: "object" }, example: { id: 7 } } } },
          "404": { $ref: "#/components/responses/Missing" },
        },
      },
    },
    "/setup": { post: { operationId: "setup.unlock", tags: ["setup"], security: [], requestBody: { content: {} } } },
  },
  components: {
    parameters: { Once: { name: "Idempotency-Key", in: "header", description: "Once." } },
    responses: { Missing: { description: "Not there.", "x-sluice-codes": ["not_found"] } },
  },
};

test("operations are read by noun, in the order of the tags, with methods in their own order", () => {
  const { nouns, basePath, version } = readDocument(DOCUMENT);
  expect({ basePath, version }).toEqual({ basePath: "/api/v1", version: "1.2.3" });
  expect(nouns.map(({ slug, name, description }) => ({ slug, name, description }))).toEqual([
    { slug: "user-groups", name: "user groups", description: "Groups." },
    { slug: "setup", name: "setup", description: "" },
  ]);
  expect(nouns[0]?.operations.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "GET /api/v1/user-groups/{id}",
    "DELETE /api/v1/user-groups/{id}",
  ]);
});

test("an operation is read with what it refers to: parameters, reply, refusals by code", () => {
  const [operation] = readDocument(DOCUMENT).nouns[0]?.operations ?? [];
  expect(operation).toMatchObject({
    ...{ id: "userGroups.get", summary: "One group.", permission: "user-groups:read", isOpen: false, body: null },
    parameters: [
      { name: "id", in: "path", isRequired: true, example: "7" },
      { name: "Idempotency-Key", in: "header", isRequired: false, description: "Once.", example: "" },
    ],
    ...{ replyStatus: "200", reply: { example: { id: 7 } }, isStream: false },
    refusals: [{ status: "404", description: "Not there.", codes: ["not_found"] }],
  });
});

test("an operation without security is open to everybody", () => {
  expect(readDocument(DOCUMENT).nouns[1]?.operations[0]?.isOpen).toBe(true);
});

test("a call may change something unless it is a GET or asks for a reading permission alone", () => {
  expect(mayChange({ method: "GET", permission: "users:write" })).toBe(false);
  expect(mayChange({ method: "POST", permission: "explain:read" })).toBe(false);
  expect(mayChange({ method: "POST", permission: "users:write" })).toBe(true);
  expect(mayChange({ method: "DELETE", permission: null })).toBe(true);
});
