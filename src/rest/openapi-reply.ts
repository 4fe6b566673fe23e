import { createHash } from "node:crypto";
import type { OpenApiDocument } from "./openapi-document";

/** The OpenAPI document as a reply: it holds nothing of anybody, so that it may be kept, and asked for again by its ETag. */
export function openApiReply({ headers }: Request, document: OpenApiDocument): Response {
  const text = JSON.stringify(document);
  const etag = `"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`;
  const common = { etag, "cache-control": "public, no-cache", "x-content-type-options": "nosniff" };
  if (isKnown(headers.get("if-none-match"), etag)) return new Response(null, { status: 304, headers: common });
  return new Response(text, { headers: { ...common, "content-type": "application/json; charset=utf-8" } });
}

/** True when a client has it already; a proxy that compresses makes the tag a weak one. */
function isKnown(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  return ifNoneMatch.split(",").some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag);
}
