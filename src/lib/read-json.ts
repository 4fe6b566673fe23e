/** What came as a body: JSON, nothing at all, or why it cannot be used. */
export type JsonBody =
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "empty"; readonly value: undefined }
  | { readonly kind: "too_large" }
  | { readonly kind: "malformed" };

/** Reads a request's body as JSON, counting bytes as they come; it must say that it is JSON and be UTF-8. */
export async function readJson(request: Request, maxBytes: number): Promise<JsonBody> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return { kind: "too_large" };
    chunks.push(chunk);
  }
  if (bytes === 0) return { kind: "empty", value: undefined };
  if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) return { kind: "malformed" };
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
    return { kind: "json", value: JSON.parse(text) };
  } catch {
    return { kind: "malformed" };
  }
}
