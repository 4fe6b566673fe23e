import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ChannelSnapshot } from "@/core/channels/channel";
import type { OperationName } from "@/core/vocabulary";
import { anthropicMessages } from "@/protocols/anthropic-messages/adapter";
import { gemini } from "@/protocols/gemini/adapter";
import { openaiChat } from "@/protocols/openai-chat/adapter";
import { openaiResponses } from "@/protocols/openai-responses/adapter";
import type { Call, Protocol, ReplyReading } from "@/protocols/protocol";

/** A protocol whose recorded replies lie in `src/protocols/<id>/__fixtures__`: `*.sse` are streams, `*.json` whole bodies, requests apart. */
export type RecordedProtocol = {
  readonly id: string;
  readonly protocol: Protocol;
  /** Tells the events that only we asked for; null: nothing is ever taken out of its streams (T8). */
  readonly isInjected: ((event: string) => boolean) | null;
};

/** Every protocol with recorded replies. */
export const RECORDED: readonly RecordedProtocol[] = [
  {
    id: openaiChat.id,
    protocol: openaiChat,
    isInjected: (event) => /"choices":\[\],"usage":\{/.test(event),
  },
  { id: openaiResponses.id, protocol: openaiResponses, isInjected: null },
  { id: anthropicMessages.id, protocol: anthropicMessages, isInjected: null },
  { id: gemini.id, protocol: gemini, isInjected: null },
];

/** One recorded reply. */
export type Recorded = RecordedProtocol & {
  readonly name: string;
  readonly bytes: Buffer;
  readonly contentType: string;
};

const PROTOCOLS_FOLDER = fileURLToPath(new URL("../src/protocols", import.meta.url));
const EVENT_STREAM = "text/event-stream; charset=utf-8";

/** Ids of the folders that hold recorded streams, to find a protocol that was left out above. */
export function foldersWithStreams(): readonly string[] {
  return readdirSync(PROTOCOLS_FOLDER).filter((id) => namesOf(id).some((name) => name.endsWith(".sse")));
}

function namesOf(id: string): readonly string[] {
  const folder = `${PROTOCOLS_FOLDER}/${id}/__fixtures__`;
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** The bytes of a fixture. */
export function fixtureOf({ id }: { readonly id: string }, name: string): Buffer {
  return readFileSync(`${PROTOCOLS_FOLDER}/${id}/__fixtures__/${name}`);
}

/** The recorded replies of all protocols with one ending: `sse` or `json`. */
export function recordedReplies(ending: "sse" | "json"): readonly Recorded[] {
  return RECORDED.flatMap((given) =>
    namesOf(given.id)
      .filter((name) => name.endsWith(`.${ending}`) && !name.endsWith("request.json"))
      .map((name) => ({
        ...given,
        name,
        bytes: fixtureOf(given, name),
        contentType: ending === "sse" ? EVENT_STREAM : "application/json",
      })),
  );
}

/** What came out of a reader, as text of one byte each, and what it learnt. */
export type Relayed = { readonly out: string; readonly reading: ReplyReading; readonly first: string };

/** Relays chunks through the reader of a protocol; an event stream unless told. */
export function relay(
  protocol: Protocol,
  chunks: readonly Uint8Array[],
  how: { readonly strips?: boolean; readonly contentType?: string; readonly operation?: OperationName } = {},
): Relayed {
  const reader = protocol.createReader({
    contentType: how.contentType ?? EVENT_STREAM,
    status: 200,
    call: { operation: how.operation ?? "chat" } as Call,
    injectedUsage: how.strips ?? false,
    channel: { inputIncludesCache: false } as ChannelSnapshot,
  });
  const out = chunks.map((chunk) => Buffer.from(reader.push(chunk)));
  out.push(Buffer.from(reader.end()));
  return { out: latin(Buffer.concat(out)), reading: reader.read(), first: reader.firstEvent() };
}

/** One byte a character. */
export const latin = (bytes: Buffer): string => bytes.toString("latin1");

/** Two chunks. */
export const cutAt = (bytes: Buffer, at: number): readonly Buffer[] => [bytes.subarray(0, at), bytes.subarray(at)];

/** A chunk for each byte. */
export const byteByByte = (bytes: Buffer): readonly Buffer[] => Array.from(bytes, (byte) => Buffer.from([byte]));

/** Chunks between positions, which are taken modulo the length. */
export function cutAtAll(bytes: Buffer, positions: readonly number[]): readonly Buffer[] {
  const edges = [0, ...positions.map((at) => at % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
}

/** The events of a stream, each with the line ends behind it. */
export function eventsOf(stream: string): readonly string[] {
  return stream.split(/(?<=\n\n|\r\n\r\n|\r\r)/);
}

/** The same stream as other upstreams might frame it (T6): by what was done to it. All of them must be read alike. */
export function framingsOf(bytes: Buffer): Readonly<Record<string, Buffer>> {
  const lines = latin(bytes).replace(/\r\n?/g, "\n");
  const events = eventsOf(lines);
  const between = (text: string) => events.join(text);
  const framings: Record<string, string> = {
    LF: lines,
    CRLF: lines.replaceAll("\n", "\r\n"),
    CR: lines.replaceAll("\n", "\r"),
    "no event lines": lines.replace(/^event:.*\n/gm, ""),
    "comments between events": between(": keep-alive\n\n"),
    "a bad event behind each": between('data: {"usage":{"prompt_tokens":7,"input_tokens":7,"output_tok\n\n'),
    "no space behind colons": lines.replace(/^(data|event): /gm, "$1:"),
    "no blank line at the end": lines.replace(/\n+$/, ""),
  };
  return Object.fromEntries(Object.entries(framings).map(([name, text]) => [name, Buffer.from(text, "latin1")]));
}
