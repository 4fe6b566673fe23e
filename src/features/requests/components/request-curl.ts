import type { OwnRequestItem } from "@/operations/requests/schema";

type Asked = Pick<OwnRequestItem, "operation" | "protocol" | "model" | "stream">;

/** How an operation is asked: the path behind the origin, further headers, and the body as JSON or as a form. */
type Recipe = {
  readonly path: string;
  readonly headers?: readonly string[];
  readonly body?: Readonly<Record<string, unknown>>;
  /** Fields of a form; `@name` is a file. */
  readonly form?: Readonly<Record<string, string>>;
};

const BEARER = ['-H "Authorization: Bearer $SLUICE_KEY"'];
const ANTHROPIC = ['-H "x-api-key: $SLUICE_KEY"', '-H "anthropic-version: 2023-06-01"'];
const GOOGLE = ['-H "x-goog-api-key: $SLUICE_KEY"'];
const HELLO = "Hello";
const messages = [{ role: "user", content: HELLO }];
const contents = [{ role: "user", parts: [{ text: HELLO }] }];

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * A `curl` command that asks the same model of the same endpoint. The secret is read from `SLUICE_KEY`, for no page knows it; bodies are not
 * kept, so a short one stands in, and a file beside the caller for one that was sent.
 */
export function requestCurl(request: Asked, baseUrl: string): string {
  const { path, headers = BEARER, body, form } = recipeOf(request);
  const head = [`curl ${isPlain(path) ? `${baseUrl}${path}` : quoted(`${baseUrl}${path}`)}`, ...headers];
  if (form !== undefined) {
    const fields = Object.entries({ ...modelOf(request), ...form });
    return commandOf([...head, ...fields.map(([name, value]) => `-F ${quoted(`${name}=${value}`)}`)]);
  }
  if (body === undefined) return commandOf(head);
  return commandOf([...head, '-H "Content-Type: application/json"', `-d ${quoted(JSON.stringify(body))}`]);
}

/** Operations that several protocols have under one name, as the less common of them ask them. */
const OF_PROTOCOL: Readonly<Record<string, (request: Asked) => Recipe>> = {
  "gemini embedding": (request) => geminiOf(request, "embedContent", { content: { parts: [{ text: HELLO }] } }),
  "gemini count_tokens": (request) => geminiOf(request, "countTokens", { contents }),
  "openai-responses count_tokens": (request) => ({
    path: "/v1/responses/input_tokens",
    body: { ...modelOf(request), input: HELLO },
  }),
};

function recipeOf(request: Asked): Recipe {
  return OF_PROTOCOL[`${request.protocol} ${request.operation}`]?.(request) ?? commonRecipe(request);
}

function commonRecipe(request: Asked): Recipe {
  const model = modelOf(request);
  const stream = request.stream ? { stream: true } : {};
  switch (request.operation) {
    case "models":
      return { path: "/v1/models" };
    case "usage":
      return { path: "/v1/usage" };
    case "message":
      return { path: "/v1/messages", headers: ANTHROPIC, body: { ...model, ...stream, max_tokens: 64, messages } };
    case "completion":
      return { path: "/v1/completions", body: { ...model, ...stream, prompt: HELLO } };
    case "response":
      return { path: "/v1/responses", body: { ...model, ...stream, input: HELLO } };
    case "response_compact":
      return { path: "/v1/responses/compact", body: { ...model, input: messages } };
    case "response_object":
      return { path: "/v1/responses/RESPONSE_ID" };
    case "moderation":
      return { path: "/v1/moderations", body: { ...model, input: HELLO } };
    case "image":
      return { path: "/v1/images/generations", body: { ...model, ...stream, prompt: "A lighthouse" } };
    case "speech":
      return speechOf(request);
    case "transcription":
      return {
        path: "/v1/audio/transcriptions",
        form: { ...(request.stream ? { stream: "true" } : {}), file: "@audio.mp3" },
      };
    case "embedding":
      return { path: "/v1/embeddings", body: { ...model, input: HELLO } };
    case "generate":
      return geminiOf(request, request.stream ? "streamGenerateContent?alt=sse" : "generateContent", { contents });
    case "count_tokens":
      return { path: "/v1/messages/count_tokens", headers: ANTHROPIC, body: { ...model, messages } };
    default:
      return { path: "/v1/chat/completions", body: { ...model, ...stream, messages } };
  }
}

function speechOf(request: Asked): Recipe {
  const format = request.stream ? { stream_format: "sse" } : {};
  return { path: "/v1/audio/speech", body: { ...modelOf(request), ...format, input: HELLO, voice: "alloy" } };
}

/** The model stands in the path, where only what would end a segment is escaped. */
function geminiOf({ model }: Asked, method: string, body: Recipe["body"] & object): Recipe {
  return { path: `/v1beta/models/${encodeURIComponent(model ?? "MODEL")}:${method}`, headers: GOOGLE, body };
}

function modelOf({ model }: Asked): { readonly model?: string } {
  return model === null ? {} : { model };
}

/** True for a path that a shell takes as it is. */
function isPlain(path: string): boolean {
  return /^[\w/.:-]+$/.test(path);
}

function commandOf(parts: readonly string[]): string {
  return parts.join(" \\\n  ");
}
