import { expect } from "vitest";
import type { OperationName, ProtocolId } from "@/core/vocabulary";
import { ROUTES, type Route } from "@/protocols/routes";

/** The model of every call here: its name holds what a path must not be split at. */
export const SHAPED_MODEL = "acme/model:1";
/** The stored response of every call about one. */
export const SHAPED_RESPONSE = "resp_1";

type Body = Readonly<Record<string, unknown>> | FormData;

const TEXT = "hello";
const form = (fields: Readonly<Record<string, string>>): FormData => {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  data.set("file", new Blob([TEXT]), "file.bin");
  return data;
};
const contents = [{ role: "user", parts: [{ text: TEXT }] }];

/** The smallest bodies that each operation of each protocol takes; a new operation has no test without its line. */
const BODIES: Readonly<Record<ProtocolId, Partial<Record<OperationName, (path: string) => Body>>>> = {
  "openai-chat": {
    chat: () => ({ model: SHAPED_MODEL, max_tokens: 5, messages: [] }),
    completion: () => ({ model: SHAPED_MODEL, max_tokens: 5, prompt: TEXT }),
    embedding: () => ({ model: SHAPED_MODEL, input: TEXT }),
    moderation: () => ({ model: SHAPED_MODEL, input: TEXT }),
    image: (path) =>
      path.endsWith("/generations")
        ? { model: SHAPED_MODEL, prompt: TEXT }
        : form({ model: SHAPED_MODEL, prompt: TEXT }),
    speech: () => ({ model: SHAPED_MODEL, input: TEXT, voice: "alloy" }),
    transcription: () => form({ model: SHAPED_MODEL }),
  },
  "openai-responses": {
    response: () => ({ model: SHAPED_MODEL, max_output_tokens: 5, input: TEXT }),
    response_compact: () => ({ model: SHAPED_MODEL, input: TEXT }),
    count_tokens: () => ({ model: SHAPED_MODEL, input: TEXT }),
    response_object: () => ({}),
  },
  "anthropic-messages": {
    message: () => ({ model: SHAPED_MODEL, max_tokens: 5, messages: [] }),
    count_tokens: () => ({ model: SHAPED_MODEL, messages: [] }),
  },
  gemini: {
    generate: () => ({ contents, generationConfig: { maxOutputTokens: 5 } }),
    embedding: (path) =>
      path.endsWith(":batchEmbedContents")
        ? { requests: [{ model: `models/${SHAPED_MODEL}`, content: contents[0] }] }
        : { content: contents[0] },
    count_tokens: () => ({ contents }),
  },
};

/** A body that a route takes, with its content type; null for a route that takes none. Fails for an operation without a line in the table. */
export async function shapedBody({ protocol, operation, method, path }: Route) {
  if (protocol === null || method !== "POST") return null;
  const build = BODIES[protocol][operation];
  if (build === undefined) throw new Error(`test/protocol-shapes.ts has no body for ${operation} of ${protocol}`);
  const body = build(path);
  if (!(body instanceof FormData)) return { contentType: "application/json", bytes: Buffer.from(JSON.stringify(body)) };
  const encoded = new Response(body);
  const contentType = encoded.headers.get("content-type") ?? "";
  return { contentType, bytes: Buffer.from(await encoded.arrayBuffer()) };
}

/** The path of a route with its names filled in. */
export function shapedPath({ path }: Pick<Route, "path">): string {
  return path.replace("{model}", SHAPED_MODEL).replace("{id}", SHAPED_RESPONSE);
}

/** Paths to which a client without a version may POST (protocols-and-pricing.md 1.1). */
const WITHOUT_VERSION = new Set([
  ...["/chat/completions", "/completions", "/responses", "/responses/compact", "/embeddings", "/messages"],
  "/messages/count_tokens",
]);

/** Every way to spell the path of a route that is tolerated (protocols-and-pricing.md 1.1), the canonical one first. */
export function spellingsOf(route: Pick<Route, "path" | "method">): readonly string[] {
  const path = shapedPath(route);
  const [, version = "", rest = ""] = /^\/(v1|v1beta)(\/.*)$/.exec(path) ?? [];
  const isModelCall = route.path.includes("{model}") && route.method === "POST";
  const mayOmit = route.method === "POST" && version === "v1" && (WITHOUT_VERSION.has(rest) || isModelCall);
  const spelled = [
    path,
    `${path}/`,
    `//${version}//${rest}`.replaceAll("/models/", "//models//"),
    `/${version}/${version}${rest}`,
    `/v1beta/v1/${version}${rest}`,
    `${path}?beta=true`,
    path.replace(
      /\/([a-z])([^/]*)$/,
      (_, first: string, tail: string) => `/%${first.charCodeAt(0).toString(16)}${tail}`,
    ),
    ...(mayOmit ? [rest, `${rest}/`, `/${rest}`] : []),
  ];
  if (!route.path.includes("{model}")) return spelled;
  return [
    ...spelled,
    path.replace(SHAPED_MODEL, encodeURIComponent(SHAPED_MODEL)),
    path.replace(SHAPED_MODEL, `models/${SHAPED_MODEL}`),
  ];
}

/** The rows of the route table in a class. */
export function routesOf<C extends Route["class"]>(ofClass: C): readonly Extract<Route, { class: C }>[] {
  return ROUTES.filter((route): route is Extract<Route, { class: C }> => route.class === ofClass);
}

const DETAILS = (code: string) =>
  expect.objectContaining({ code, request_id: expect.stringMatching(/^req_[0-9a-f]{32}$/) });

/** What the body of an error is in the shape of a protocol (protocols-and-pricing.md 3.3). */
export function shapedError(protocol: ProtocolId, code: string, status: number): unknown {
  const message = expect.any(String);
  switch (protocol) {
    case "anthropic-messages":
      return {
        type: "error",
        error: { type: expect.any(String), message, details: DETAILS(code) },
        request_id: expect.stringMatching(/^req_/),
      };
    case "gemini":
      return {
        error: {
          ...{ code: status, message, status: expect.stringMatching(/^[A-Z_]+$/) },
          details: expect.arrayContaining([
            expect.objectContaining({
              "@type": "type.googleapis.com/google.rpc.ErrorInfo",
              ...{ reason: code.toUpperCase(), domain: "sluice" },
            }),
          ]),
        },
      };
    default:
      return {
        error: { message, type: expect.any(String), param: null, code: expect.any(String), details: DETAILS(code) },
      };
  }
}
