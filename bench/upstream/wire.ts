import type { Script } from "./script";

/** What the upstream read of a request. */
export type Ask = {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly model: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** A quarter of the body's bytes. */
  readonly inputTokens: number;
  /** Members of the JSON body, or text fields of the multipart one. */
  readonly fields: Readonly<Record<string, unknown>>;
};

/** Token counts of one reply. Cached and cache-written tokens are part of the input, reasoning of the output. */
export type Counts = {
  readonly input: number;
  readonly cached: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
};

/** A call of a tool; `input` is JSON. */
type ToolCall = { readonly name: string; readonly input: string };

/** What one reply says. */
export type Answer = {
  readonly ask: Ask;
  readonly id: string;
  /** The text, or with a tool its input, as a stream cuts it. */
  readonly pieces: readonly string[];
  readonly tool: ToolCall | null;
  readonly counts: Counts | null;
};

/** A reply that is no stream. */
export type Plain = { readonly contentType: string; readonly body: string | Uint8Array };

/** The events of one stream, in order: before the pieces, one per piece, after them; or an error in their place. */
export type Events = {
  readonly contentType: string;
  head(): string;
  piece(text: string): string;
  tail(hasEnd: boolean): string;
  error(type: string, isBare: boolean): string;
};

/** One vendor's wire format, as the scripted upstream speaks it. */
export type Wire = {
  reply(answer: Answer): Plain;
  /** null: the endpoint has no stream and answers plainly. */
  events: ((answer: Answer) => Events) | null;
  error(status: number, type: string): string;
};

/** Epoch seconds of every reply. */
export const CREATED = 1_795_262_400;
export const JSON_TYPE = "application/json";
export const SSE_TYPE = "text/event-stream; charset=utf-8";

export const json = (value: unknown): Plain => ({ contentType: JSON_TYPE, body: JSON.stringify(value) });
export const sse = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
export const named = (event: string, value: unknown) => `event: ${event}\ndata: ${JSON.stringify(value)}\n\n`;

const WORDS = "The gateway counted every token of this answer and charged it once, to the nano-dollar.";

/** The text of a reply, or the input of its tool, in pieces. */
export function piecesOf(script: Script): readonly string[] {
  const own = script.text === "" ? WORDS : script.text;
  const text = script.tool === "" ? own : script.toolInput;
  const size = Math.max(1, Math.ceil(text.length / script.chunks));
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += size) pieces.push(text.slice(at, at + size));
  while (script.tool === "" && pieces.length < script.chunks) pieces.push(".");
  return pieces;
}
