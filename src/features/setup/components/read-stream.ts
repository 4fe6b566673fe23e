/** What one event of a stream says: text to append, tokens counted so far, or an error in the stream. */
export type StreamNews = {
  readonly text?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly error?: string;
};

type Json = { readonly [key: string]: unknown };

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null;
const child = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined);
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const count = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return null; // "[DONE]" and the like
  }
}

/** Reads the data of one event in the OpenAI Chat or the Anthropic Messages format. */
export function readNews(data: string): StreamNews {
  const event = parse(data);
  const choices = child(event, "choices");
  const usage = child(event, "usage") ?? child(child(event, "message"), "usage");
  const delta = Array.isArray(choices) ? child(choices[0], "delta") : child(event, "delta");
  const failure = child(event, "error");
  const news = {
    text: text(child(delta, "content")) ?? text(child(delta, "text")),
    inputTokens: count(child(usage, "prompt_tokens")) ?? count(child(usage, "input_tokens")),
    outputTokens: count(child(usage, "completion_tokens")) ?? count(child(usage, "output_tokens")),
    error: failure === undefined || failure === null ? undefined : (text(child(failure, "message")) ?? data),
  };
  return Object.fromEntries(Object.entries(news).filter(([, value]) => value !== undefined));
}

/** The data of each server-sent event of a body, in order, whatever the network made of its pieces. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks(body)) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split(/\r?\n/);
    rest = lines.pop() ?? "";
    yield* lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trim());
  }
  if (rest.startsWith("data:")) yield rest.slice(5).trim();
}

/** Not every browser iterates a stream by itself. */
async function* chunks(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value;
  } finally {
    reader.releaseLock();
  }
}
