import type { OperationName, ProtocolId } from "@/core/vocabulary";

type Line = {
  /** Canonical path after normalisation. `{model}` stands for a model id, which may hold slashes and colons; `{id}` for one segment. */
  readonly path: string;
  readonly operation: OperationName;
};

/** M, metered: no upstream request without a hold; one settlement (protocols-and-pricing.md 1.3 N1). */
export type MeteredRoute = Line & { readonly class: "M"; readonly method: "POST"; readonly protocol: ProtocolId };

/** R, rate only: a block and the rates decide; nothing is held and nothing charged. */
export type RateOnlyRoute = Line & {
  readonly class: "R";
  readonly method: "GET" | "POST" | "DELETE";
  readonly protocol: ProtocolId;
};

/** L, local: answered here, nothing goes upstream. */
export type LocalRoute = Line & {
  readonly class: "L";
  readonly method: "GET";
  /** null: chosen by headers (the models list, usage). */
  readonly protocol: ProtocolId | null;
};

/** A route whose calls go to an upstream. */
export type ForwardedRoute = MeteredRoute | RateOnlyRoute;

/** One row of the only route table; a path that is not in it is 404 `endpoint_not_supported`. */
export type Route = ForwardedRoute | LocalRoute;

/** What a path names besides its route: a model, or the id of a stored response. */
export type PathNames = { readonly model: string | null; readonly responseId: string | null };

type Row = readonly [path: string, operation: OperationName];

function metered(protocol: ProtocolId, rows: readonly Row[]): readonly MeteredRoute[] {
  return rows.map(([path, operation]) => ({ class: "M", method: "POST", path, operation, protocol }));
}

function rateOnly(
  protocol: ProtocolId,
  rows: readonly (readonly [RateOnlyRoute["method"], ...Row])[],
): readonly RateOnlyRoute[] {
  return rows.map(([method, path, operation]) => ({ class: "R", method, path, operation, protocol }));
}

function local(protocol: ProtocolId | null, rows: readonly Row[]): readonly LocalRoute[] {
  return rows.map(([path, operation]) => ({ class: "L", method: "GET", path, operation, protocol }));
}

/** Both versions are equal for Gemini, and the same one is used upstream (protocols-and-pricing.md 1.1). */
function geminiRoutes(version: "v1" | "v1beta"): readonly Route[] {
  const model = `/${version}/models/{model}`;
  return [
    ...metered("gemini", [
      [`${model}:generateContent`, "generate"],
      [`${model}:streamGenerateContent`, "generate"],
      [`${model}:embedContent`, "embedding"],
      [`${model}:batchEmbedContents`, "embedding"],
    ]),
    ...rateOnly("gemini", [["POST", `${model}:countTokens`, "count_tokens"]]),
  ];
}

/** The routes (protocols-and-pricing.md 1.2). */
export const ROUTES: readonly Route[] = [
  ...metered("openai-chat", [
    ["/v1/chat/completions", "chat"],
    ["/v1/completions", "completion"],
    ["/v1/embeddings", "embedding"],
    ["/v1/images/generations", "image"],
    ["/v1/images/edits", "image"],
    ["/v1/images/variations", "image"],
    ["/v1/audio/speech", "speech"],
    ["/v1/audio/transcriptions", "transcription"],
    ["/v1/audio/translations", "transcription"],
  ]),
  ...metered("openai-responses", [
    ["/v1/responses", "response"],
    ["/v1/responses/compact", "response_compact"],
  ]),
  ...metered("anthropic-messages", [["/v1/messages", "message"]]),
  ...geminiRoutes("v1"),
  ...geminiRoutes("v1beta"),
  ...rateOnly("anthropic-messages", [["POST", "/v1/messages/count_tokens", "count_tokens"]]),
  ...rateOnly("openai-chat", [["POST", "/v1/moderations", "moderation"]]),
  ...rateOnly("openai-responses", [
    ["POST", "/v1/responses/input_tokens", "count_tokens"],
    ["GET", "/v1/responses/{id}", "response_object"],
    ["DELETE", "/v1/responses/{id}", "response_object"],
    ["POST", "/v1/responses/{id}/cancel", "response_object"],
    ["GET", "/v1/responses/{id}/input_items", "response_object"],
  ]),
  ...local(null, [
    ["/v1/models", "models"],
    ["/v1/models/{model}", "models"],
    ["/v1/usage", "usage"],
  ]),
  ...local("gemini", [
    ["/v1beta/models", "models"],
    ["/v1beta/models/{model}", "models"],
  ]),
];
