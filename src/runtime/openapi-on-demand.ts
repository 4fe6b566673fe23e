import { OPERATIONS } from "@/operations/registry";
import type { OpenApiDocument } from "@/rest/openapi-document";

/** The OpenAPI document, made and kept with its first use: what it is made of is loaded by no process that nobody asks for it. */
export function openApiOnDemand(version: string): () => Promise<OpenApiDocument> {
  let made: Promise<OpenApiDocument> | null = null;
  return () => {
    // A failed load is tried again with the next ask.
    made ??= make(version).catch((error: unknown) => {
      made = null;
      throw error;
    });
    return made;
  };
}

async function make(version: string): Promise<OpenApiDocument> {
  const [{ openApiDocument }, { EXAMPLES }] = await Promise.all([
    import("@/rest/openapi-document"),
    import("@/operations/examples"),
  ]);
  return openApiDocument({ operations: OPERATIONS, examples: EXAMPLES, version });
}
