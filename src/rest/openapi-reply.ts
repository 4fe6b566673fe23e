import { createHash } from "node:crypto";
import type { OpenApiDocument } from "./openapi-document";

/**
 * Replies with the OpenAPI document, written once: it holds nothing of anybody, so that it may be kept, and asked for again by its ETag.
 * @param read gives the document, the same each time
 */
export function createOpenApiReply(read: () => Promise<OpenApiDocument>): (request: Request) => Promise<Response> {
  let written: Promise<{ readonly text: string; readonly etag: string }> | null = null;
  return async ({ headers }) => {
    written ??= read().then(withTag);
    const { text, etag } = await written;
    const common = { etag, "cache-control": "public, no-cache", "x-content-type-options": "nosniff" };
    if (isKnown(headers.get("if-none-match"), etag)) return new Response(null, { status: 304, headers: common });
    return new Response(text, { headers: { ...common, "content-type": "application/json; charset=utf-8" } });
  };
}

function withTag(document: OpenApiDocument) {
  const text = JSON.stringify(document);
  return { text, etag: `"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"` };
}

/** True when a client has it already; a proxy that compresses makes the tag a weak one. */
function isKnown(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  return ifNoneMatch.split(",").some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag);
}
