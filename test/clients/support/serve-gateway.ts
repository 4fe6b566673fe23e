import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as WebStream } from "node:stream/web";
import type { Gateway } from "@/gateway/gateway-deps";
import { type Clock, systemClock } from "@/lib/clock";
import { nodeAdapter } from "@/transport/node-adapter";
import { type WebHandler, webAdapter } from "@/transport/web-adapter";

/** The two ways in: node:http, and the Request and Response of App Router handlers. */
export const HOST_NAMES = ["node", "web"] as const;
export type HostName = (typeof HOST_NAMES)[number];

/** One request as the gateway's host saw it, and its reply. */
export type Visit = {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  status: number;
  replyHeaders: Readonly<Record<string, unknown>>;
  reply: string;
  /** Resolves when the reply is over, or its client has gone. */
  readonly closed: Promise<unknown>;
};

/** A gateway that listens on loopback. */
export type ServedGateway = {
  readonly url: string;
  readonly visits: readonly Visit[];
  close(): Promise<void>;
};

/** Opens one gateway to clients over HTTP. `onReply` is told of each reply whose last byte was written. */
export async function serveGateway(
  gateway: Gateway,
  host: HostName,
  onReply: (visit: Visit) => void,
): Promise<ServedGateway> {
  const options = { clock: systemClock as Clock, bodyLimit: 1 << 20, bodyBudget: 1 << 24, clientStallMs: 5_000 };
  const listener: RequestListener =
    host === "node" ? nodeAdapter(gateway, options) : fromWeb(webAdapter(gateway, options));
  const visits: Visit[] = [];
  const server = createServer((request, response) => {
    const visit = watch(request, response);
    visits.push(visit);
    response.once("finish", () => onReply(visit));
    void listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    visits,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Keeps what is written to a response. */
function watch(request: IncomingMessage, response: ServerResponse): Visit {
  const { method = "", url = "", headers } = request;
  const visit: Visit = {
    method,
    url,
    headers,
    status: 0,
    replyHeaders: {},
    reply: "",
    closed: once(response, "close"),
  };
  const keep = (chunk: unknown) => {
    if (typeof chunk === "string" || chunk instanceof Uint8Array) visit.reply += Buffer.from(chunk).toString();
    Object.assign(visit, { status: response.statusCode, replyHeaders: response.getHeaders() });
  };
  for (const name of ["write", "end"] as const) {
    const own = response[name].bind(response) as (...parts: unknown[]) => never;
    response[name] = (...parts: unknown[]) => {
      keep(parts[0]);
      return own(...parts);
    };
  }
  const writeHead = response.writeHead.bind(response) as (...parts: unknown[]) => ServerResponse;
  response.writeHead = (status: number, ...parts: unknown[]) => {
    const given = parts.at(-1);
    if (typeof given === "object" && given !== null && !Array.isArray(given))
      for (const [name, value] of Object.entries(given)) response.setHeader(name, value as string);
    return writeHead(status, ...parts);
  };
  return visit;
}

/** What a host does whose handlers speak Request and Response: it turns one into the other. */
function fromWeb(handler: WebHandler): RequestListener {
  return async (request, response) => {
    const gone = new AbortController();
    response.once("close", () => {
      if (!response.writableEnded) gone.abort();
    });
    const hasBody = request.method !== "GET" && request.method !== "HEAD";
    const reply = await handler(
      new Request(`http://gateway.test${request.url}`, {
        method: request.method ?? "GET",
        headers: Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]),
        signal: gone.signal,
        ...(hasBody ? { body: Readable.toWeb(request) as ReadableStream<Uint8Array>, duplex: "half" } : {}),
      }),
    );
    response.writeHead(reply.status, Object.fromEntries(reply.headers));
    if (reply.body === null) response.end();
    else await pipeline(Readable.fromWeb(reply.body as WebStream), response).catch(() => {});
  };
}
