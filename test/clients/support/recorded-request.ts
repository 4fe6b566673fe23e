import { readFileSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { zstdCompressSync } from "node:zlib";

/** A request as a command-line client sends it, filled with words of our own. */
export type RecordedRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

type Recording = Omit<RecordedRequest, "body"> & { readonly bodyBytes: number; readonly body: unknown };

const UUID = "01a1fc67-df2b-7e81-87a2-17d79e7bdf44";
const WORDS = "function words of the tool say how it is called and what it answers ";
/** Named by the connection, not by the client. */
const CONNECTION = new Set(["host", "connection", "content-length"]);

/**
 * The requests in `test/clients/fixtures/<client>.json`: method, path, headers and shape of the body as recorded, of the recorded size to the byte. There
 * ids are `<uuid>`, the credential is `<credential>`, long texts are `<text:LENGTH>` and ends of arrays `<N more>`.
 */
export function recordedRequests(client: string, key: string): readonly RecordedRequest[] {
  const text = readFileSync(new URL(`../fixtures/${client}.json`, import.meta.url), "utf8");
  return (JSON.parse(text) as readonly Recording[]).map((recording) => ({
    method: recording.method,
    path: recording.path,
    headers: Object.fromEntries(
      Object.entries(recording.headers)
        .filter(([name]) => !CONNECTION.has(name))
        .map(([name, value]) => [name, fillHeader(name, value, key)]),
    ),
    body: recording.body === null ? Buffer.alloc(0) : bodyOf(recording),
  }));
}

function fillHeader(name: string, value: string, key: string): string {
  const credential = name === "authorization" ? `Bearer ${key}` : key;
  return value.replaceAll("<uuid>", UUID).replace("<credential>", credential);
}

/** The filled body; its longest text takes up what is missing to the recorded size. */
function bodyOf({ body, bodyBytes }: Recording): Buffer {
  const filled = fill(body);
  const text = JSON.stringify(filled.value);
  const missing = bodyBytes - Buffer.byteLength(text);
  const longest = wordsOf(filled.longest);
  if (missing < -longest.length) throw new Error(`the recording is ${-missing} bytes too long`);
  const grown = text.replace(JSON.stringify(longest), () => JSON.stringify(wordsOf(longest.length + missing)));
  return Buffer.from(grown);
}

function wordsOf(length: number): string {
  return WORDS.repeat(Math.ceil(length / WORDS.length)).slice(0, length);
}

type Filled = { readonly value: unknown; readonly longest: number };

function fill(value: unknown): Filled {
  if (typeof value === "string") return fillText(value);
  if (typeof value !== "object" || value === null) return { value, longest: 0 };
  if (Array.isArray(value)) return gather(fillArray(value), (values) => values);
  const names = Object.keys(value);
  return gather(Object.values(value).map(fill), (values) =>
    Object.fromEntries(names.map((name, index) => [name, values[index]])),
  );
}

function gather(parts: readonly Filled[], build: (values: readonly unknown[]) => unknown): Filled {
  return {
    value: build(parts.map(({ value }) => value)),
    longest: Math.max(0, ...parts.map(({ longest }) => longest)),
  };
}

function fillText(text: string): Filled {
  const [, length] = /^<text:(\d+)>$/.exec(text) ?? [];
  if (length === undefined) return { value: text.replaceAll("<uuid>", UUID), longest: 0 };
  return { value: wordsOf(Number(length)), longest: Number(length) };
}

/** What was cut off is like the last element that is there, told apart by its name. */
function fillArray(elements: readonly unknown[]): readonly Filled[] {
  const [, more] = /^<(\d+) more>$/.exec(String(elements.at(-1))) ?? [];
  if (more === undefined) return elements.map(fill);
  const kept = elements.slice(0, -1);
  const further = Array.from({ length: Number(more) }, (_, index) => likeBefore(kept.at(-1), index));
  return [...kept, ...further].map(fill);
}

function likeBefore(element: unknown, index: number): unknown {
  if (typeof element === "string") return `${element}_${index}`;
  const { name } = element as { readonly name?: string };
  return name === undefined ? element : { ...(element as object), name: `${name}_${index}` };
}

/** The same request with its body coded as Codex codes it. */
export function withZstd(given: RecordedRequest): RecordedRequest {
  return { ...given, headers: { ...given.headers, "content-encoding": "zstd" }, body: zstdCompressSync(given.body) };
}

/** A reply in full. */
export type PlainReply = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string };

/** Sends a recorded request as it is, without what `fetch` would add. */
export function sendRecorded(url: string, given: RecordedRequest): Promise<PlainReply> {
  return new Promise((resolve, reject) => {
    const { method, headers, body } = given;
    const length = method === "HEAD" ? {} : { "content-length": String(body.length) };
    const sent = request(`${url}${given.path}`, { method, headers: { ...headers, ...length } }, (reply) => {
      let text = "";
      reply.setEncoding("utf8");
      reply.on("data", (chunk: string) => {
        text += chunk;
      });
      reply.on("end", () => resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text }));
      reply.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
