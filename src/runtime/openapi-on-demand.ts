import { OPERATIONS } from "@/operations/registry";
import type { OpenApiDocument } from "@/rest/openapi-document";

/** The OpenAPI document, made and kept with its first use: what it is made of is loaded by no process that nobody asks for it. */
export function openApiOnDemand(version: string): () => Promise<OpenApiDocument> {
  let made: Promise<OpenApiDocument> | null = null;
  return () => {
    made ??= make(version);
    return made;
  };
}

async function make(version: string): Promise<OpenApiDocument> {
  const { openApiDocument } = await import("@/rest/openapi-document");
  return openApiDocument({ operations: OPERATIONS, examples: {}, version });
}
