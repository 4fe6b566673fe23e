import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { PLAIN_SCRIPT, parseScript, SCRIPT_HEADER, type Script } from "./script";
import { type Ask, type Counts, chatWire, messagesWire, piecesOf, type Wire } from "./wire";

/** One request as the upstream saw it: the truth that ledgers are compared with. */
export type Served = {
  readonly path: string;
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

const MODELS = ["gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5", "claude-haiku-4-5"];

/** Starts an upstream on 127.0.0.1 that speaks OpenAI Chat and Anthropic Messages. `keepLog: false` for benchmarks. */
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
  const path = (request.url ?? "").split("?")[0] ?? "";
  const body = await readBody(request);
  if (request.method === "GET" && path === "/v1/models") {
    if (request.headers.authorization === undefined && request.headers["x-api-key"] === undefined)
      return sendJson(response, 401, chatWire.error(401, "invalid_api_key"));
    const data = MODELS.map((id) => ({ id, object: "model", created: 1_795_262_400, owned_by: "scripted" }));
    return sendJson(response, 200, JSON.stringify({ object: "list", data }));
  }
  const wire = path === "/v1/chat/completions" ? chatWire : path === "/v1/messages" ? messagesWire : null;
  if (wire === null) return sendJson(response, 404, chatWire.error(404, "not_found"));
  const script = desk.scriptOf(request);
  const ask = readAsk(body);
  const pieces = piecesOf(script);
  const counts = countsOf(script, ask, pieces.join(""));
  const entry: Served = {
    path,
    model: ask.model,
    stream: ask.stream,
    headers: request.headers,
    body,
    status: script.status,
    counts,
    isComplete: false,
  };
  desk.log(entry, response);
  if (script.delayMs > 0) await sleep(script.delayMs);
  await reply({ response, wire, script, ask, pieces, counts, entry });
}

type Reply = {
  readonly response: ServerResponse;
  readonly wire: Wire;
  readonly script: Script;
  readonly ask: Ask;
  readonly pieces: readonly string[];
  readonly counts: Counts | null;
  readonly entry: Served;
};

async function reply(job: Reply): Promise<void> {
  const { response, wire, script, ask, pieces, counts, entry } = job;
  if (script.fault === "hang") return;
  if (script.fault === "reset") return void response.destroy();
  if (script.status >= 400) {
    sendJson(response, script.status, wire.error(script.status, script.errorType));
  } else if (ask.stream) {
    if (!(await stream(job))) return;
  } else {
    sendJson(response, script.status, wire.body(ask, pieces.join(""), counts));
  }
  entry.isComplete = true;
}

/** Sends the events; false when the script broke the stream off. */
async function stream({ response, wire, script, ask, pieces, counts }: Reply): Promise<boolean> {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "x-request-id": "up_scripted" });
  if (script.fault === "error-first") {
    response.end(wire.errorEvent(script.errorType));
    return true;
  }
  response.write(wire.head(ask, counts));
  for (const [index, piece] of pieces.entries()) {
    if (script.intervalMs > 0) await sleep(script.intervalMs);
    if (response.destroyed) return false;
    response.write(wire.piece(ask, piece));
    if (script.fault === "stall") return false;
    if (script.fault === "cut" && index === Math.floor(pieces.length / 2)) {
      await sleep(5);
      response.destroy();
      return false;
    }
  }
  response.end(
    script.fault === "error-mid"
      ? wire.errorEvent(script.errorType)
      : wire.tail(ask, counts, script.fault !== "no-end"),
  );
  return true;
}

function sendJson(response: ServerResponse, status: number, body: string): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": bytes.length,
    "x-request-id": "up_scripted",
  });
  response.end(bytes);
}

function countsOf(script: Script, ask: Ask, text: string): Counts | null {
  if (script.fault === "no-usage") return null;
  return {
    input: script.inputTokens >= 0 ? script.inputTokens : ask.inputTokens,
    cached: script.cachedTokens,
    output: script.outputTokens >= 0 ? script.outputTokens : Math.ceil(text.length / 4),
  };
}

function readAsk(body: string): Ask {
  const parsed = JSON.parse(body) as { model?: string; stream?: boolean; stream_options?: { include_usage?: boolean } };
  return {
    model: parsed.model ?? "",
    stream: parsed.stream === true,
    includeUsage: parsed.stream_options?.include_usage === true,
    inputTokens: Math.ceil(body.length / 4),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
