/** What a refusal tells in the shape of RFC 9457: a stable code with parameters, the request to name, and wrong fields. */
export type ProblemParts = {
  readonly status: number;
  readonly code: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly requestId: string;
  readonly fields?: readonly unknown[];
  /** Of a conflict: what is there now; undefined: not told. */
  readonly current?: unknown;
};

/** A refusal as application/problem+json, never cached. A parameter `retryAfterSeconds` becomes the header too. */
export function problemResponse(parts: ProblemParts, headers: Readonly<Record<string, string>> = {}): Response {
  const { status, code, params, requestId, fields = [], current } = parts;
  const { retryAfterSeconds } = params;
  const body = {
    type: `urn:sluice:error:${code}`,
    title: code,
    status,
    code,
    params,
    requestId,
    ...(fields.length === 0 ? {} : { fields }),
    ...(current === undefined ? {} : { current }),
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/problem+json",
      ...PRIVATE_HEADERS,
      ...(typeof retryAfterSeconds === "number" ? { "retry-after": String(retryAfterSeconds) } : {}),
      ...headers,
    },
  });
}

/** Headers of every reply that holds somebody's data (SEC36). */
export const PRIVATE_HEADERS = {
  "cache-control": "private, no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
} as const;
