import type { GatewayRequest } from "@/protocols/exchange";

/** What a test says about a request; the rest has defaults. `path` may carry a query. */
export type RequestParts = {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown;
  readonly remoteAddress?: string;
};

/** The bytes of a body given as text, bytes or a JSON value. */
function bodyBytes(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  if (body === undefined) return new Uint8Array(0);
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

/** A request as the engine sees it, for tests: `POST /v1/chat/completions` from 127.0.0.1 unless told. */
export function buildRequest(parts: RequestParts = {}): GatewayRequest {
  const [path = "/", query = ""] = (parts.path ?? "/v1/chat/completions").split(/\?(.*)/s);
  const body = bodyBytes(parts.body);
  return {
    method: parts.method ?? "POST",
    path,
    query: new URLSearchParams(query),
    headers: { "content-type": "application/json", ...parts.headers },
    remoteAddress: parts.remoteAddress ?? "127.0.0.1",
    readBody: () => Promise.resolve(body),
  };
}
