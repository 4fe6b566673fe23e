import { expect, test } from "vitest";
import { OPERATIONS } from "@/operations/registry";
import { openApiDocument } from "./openapi-document";

const document = openApiDocument({ operations: OPERATIONS, examples: {}, version: "1.2.3" });
const paths = document.paths as Record<
  string,
  Record<string, { operationId: string; summary: string; tags: string[] }>
>;

test("every operation is in the document, once", () => {
  const found = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { operationId }]) => `${operationId}: ${method.toUpperCase()} ${path}`),
  );
  expect(found.sort()).toEqual(OPERATIONS.map(({ name, method, path }) => `${name}: ${method} ${path}`).sort());
});
