import type { IncomingMessage } from "node:http";
import type { Ask } from "./wire";

/** What a request asks for: its JSON body or the text fields of its multipart one; a Gemini model stands in the path. */
export function readAsk(request: IncomingMessage, body: Buffer): Ask {
  const { pathname: path, searchParams: query } = new URL(request.url ?? "/", "http://upstream.test");
  const fields: Record<string, unknown> = { ...readFields(request, body), method: request.method };
  const [, inPath] = /\/models\/([^:]+):/.exec(decodeURIComponent(path)) ?? [];
  const options = fields.stream_options as { include_usage?: boolean } | null | undefined;
  return {
    path,
    query,
    fields,
    model: inPath ?? String(fields.model ?? ""),
    stream: isStream(path, fields),
    includeUsage: options?.include_usage === true,
    inputTokens: Math.ceil(body.length / 4),
  };
}

function isStream(path: string, fields: Readonly<Record<string, unknown>>): boolean {
  if (path.endsWith(":streamGenerateContent") || fields.stream_format === "sse") return true;
  return fields.stream === true || fields.stream === "true";
}

function readFields(request: IncomingMessage, body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  const [, boundary] = /boundary="?([^";]+)/.exec(request.headers["content-type"] ?? "") ?? [];
  if (boundary === undefined) return JSON.parse(body.toString()) as Record<string, unknown>;
  const fields: Record<string, unknown> = {};
  for (const part of body.toString().split(`--${boundary}`)) {
    const [head = "", ...text] = part.split("\r\n\r\n");
    const [, name] = /name="([^"]+)"/.exec(head) ?? [];
    if (name !== undefined && !/filename=/.test(head)) fields[name] = text.join("\r\n\r\n").replace(/\r\n$/, "");
  }
  return fields;
}
