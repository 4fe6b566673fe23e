import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { listModels, notFound, wireOf } from "./endpoints";
import { readAsk } from "./read-ask";
import { PLAIN_SCRIPT, parseScript, SCRIPT_HEADER, type Script } from "./script";
import { type Answer, type Ask, type Counts, type Events, JSON_TYPE, type Plain, piecesOf, type Wire } from "./wire";

/** One request as the upstream saw it: the truth that ledgers are compared with. */
export type Served = {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly model: string;
  readonly stream: boolean;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  readonly status: number;
  readonly counts: Counts | null;
  /** The reply was sent to its end. */
  isComplete: boolean;
};

/** A running scripted upstream. */
export type ScriptedUpstream = {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  /** Everything served since the start or the last `forget`. */
  readonly served: readonly Served[];
  /** Most requests for a model at once. */
  most(model: string): number;
  forget(): void;
  /** Scripts the next requests, one each, before any header. */
  next(...scripts: readonly Partial<Script>[]): void;
  /** Connections open now. */
  sockets(): number;
  close(): Promise<void>;
};

/** Starts an upstream on 127.0.0.1 that speaks the interfaces of OpenAI, Anthropic and Gemini. `keepLog: false` for benchmarks. */
export async function startScriptedUpstream(
  options: { port?: number; defaults?: Partial<Script>; keepLog?: boolean } = {},
): Promise<ScriptedUpstream> {
  const served: Served[] = [];
  const loads = new Map<string, { open: number; most: number }>();
  const queue: Partial<Script>[] = [];
  const defaults: Script = { ...PLAIN_SCRIPT, ...options.defaults };
  const scriptOf = (request: IncomingMessage): Script => {
    const header = request.headers[SCRIPT_HEADER];
    const queued = { ...defaults, ...queue.shift() };
    return typeof header === "string" ? parseScript(header, queued) : queued;
  };
  const log = (entry: Served, response: ServerResponse) => {
    if (options.keepLog === false) return;
    served.push(entry);
    const load = loads.get(entry.model) ?? { open: 0, most: 0 };
    loads.set(entry.model, load);
    load.most = Math.max(load.most, ++load.open);
    response.once("close", () => load.open--);
  };
  const server = createServer((request, response) => {
    serve(request, response, { scriptOf, log }).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await listen(server, options.port ?? 0);
  const sockets = new Set<unknown>();
  server.on("connection", (socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  const port = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    served,
    most: (model) => loads.get(model)?.most ?? 0,
    forget() {
      served.length = 0;
    },
    next: (...scripts) => void queue.push(...scripts),
    sockets: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
}

type Desk = { scriptOf(request: IncomingMessage): Script; log(entry: Served, response: ServerResponse): void };

async function serve(request: IncomingMessage, response: ServerResponse, desk: Desk): Promise<void> {
  const { method = "GET", headers } = request;
  const bytes = await readBody(request);
  const ask = readAsk(request, bytes);
  const { path, query, model, stream } = ask;
  if (method === "GET" && /^\/v1(beta)?\/models$/.test(path)) {
    const { status, body } = listModels(headers, query);
    return sendPlain(response, status, { contentType: JSON_TYPE, body });
  }
  const seen = { method, path, query, model, stream, headers, body: bytes.toString("utf8") };
  const wire = wireOf(method, path);
  if (wire === null) {
    desk.log({ ...seen, status: 404, counts: null, isComplete: true }, response);
    return sendPlain(response, 404, { contentType: JSON_TYPE, body: notFound(headers) });
  }
  const script = desk.scriptOf(request);
  const answer = answerOf(script, ask);
  const entry: Served = { ...seen, status: script.status, counts: answer.counts, isComplete: false };
  desk.log(entry, response);
  if (script.delayMs > 0) await sleep(script.delayMs);
  await reply({ response, wire, script, answer, entry });
}

type Reply = {
  readonly response: ServerResponse;
  readonly wire: Wire;
  readonly script: Script;
  readonly answer: Answer;
  readonly entry: Served;
};

async function reply({ response, wire, script, answer, entry }: Reply): Promise<void> {
  if (script.fault === "hang") return;
  if (script.fault === "reset") return void response.destroy();
  if (script.status >= 400) {
    sendPlain(response, script.status, { contentType: JSON_TYPE, body: wire.error(script.status, script.errorType) });
  } else if (answer.ask.stream && wire.events !== null) {
    if (!(await stream(response, script, { events: wire.events(answer), pieces: answer.pieces }))) return;
  } else {
    sendPlain(response, script.status, wire.reply(answer));
  }
  entry.isComplete = true;
}

type Streamed = { readonly events: Events; readonly pieces: readonly string[] };

/** Sends the events; false when the script broke the stream off. */
async function stream(response: ServerResponse, script: Script, { events, pieces }: Streamed): Promise<boolean> {
  response.writeHead(200, { "content-type": events.contentType, "x-request-id": "up_scripted" });
  if (script.fault === "error-first") {
    response.end(events.error(script.errorType, true));
    return true;
  }
  response.write(events.head());
  for (const [index, piece] of pieces.entries()) {
    if (script.intervalMs > 0) await sleep(script.intervalMs);
    if (response.destroyed) return false;
    response.write(events.piece(piece));
    if (script.fault === "stall") return false;
    if (script.fault === "cut" && index === Math.floor(pieces.length / 2)) {
      await sleep(5);
      response.destroy();
      return false;
    }
  }
  const isError = script.fault === "error-mid" || script.fault === "error-bare";
  response.end(
    isError ? events.error(script.errorType, script.fault === "error-bare") : events.tail(script.fault !== "no-end"),
  );
  return true;
}

function sendPlain(response: ServerResponse, status: number, { contentType, body }: Plain): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, {
    "content-type": contentType,
    "content-length": bytes.length,
    "x-request-id": "up_scripted",
  });
  response.end(bytes);
}

function answerOf(script: Script, ask: Ask): Answer {
  const pieces = piecesOf(script);
  const tool = script.tool === "" ? null : { name: script.tool, input: script.toolInput };
  return { ask, id: script.id, pieces, tool, counts: countsOf(script, ask, pieces.join("")) };
}

function countsOf(script: Script, ask: Ask, text: string): Counts | null {
  if (script.fault === "no-usage") return null;
  return {
    input: script.inputTokens >= 0 ? script.inputTokens : ask.inputTokens,
    cached: script.cachedTokens,
    cacheWrite: script.cacheWriteTokens,
    output: script.outputTokens >= 0 ? script.outputTokens : Math.ceil(text.length / 4),
    reasoning: script.reasoningTokens,
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
