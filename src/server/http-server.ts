import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type RouteOwner, routeOwner } from "./route-owner";

/** Time-outs and limits of the listener; all are set explicitly (reliability-and-security.md 3.2). ms and bytes. */
export const SERVER_LIMITS = {
  headersTimeoutMs: 30_000,
  requestTimeoutMs: 120_000,
  keepAliveTimeoutMs: 75_000,
  checkIntervalMs: 5_000,
  maxHeaderBytes: 16 * 1024,
  maxHeaders: 100,
} as const;

/** The owners' own listeners. */
export type Listeners = {
  readonly role: "all" | "gateway" | "console";
  readonly isGatewayPath: (method: string, path: string) => boolean;
  readonly gateway: RequestListener;
  readonly probe: RequestListener;
  /** null in the gateway role. */
  readonly console: RequestListener | null;
  readonly maxConnections: number;
};

/** Makes the one server of the process; it does not listen yet. Upgrades, CONNECT and TRACE are refused. */
export function createHttpServer(listeners: Listeners): Server {
  const server = createServer(
    {
      headersTimeout: SERVER_LIMITS.headersTimeoutMs,
      requestTimeout: SERVER_LIMITS.requestTimeoutMs,
      keepAliveTimeout: SERVER_LIMITS.keepAliveTimeoutMs,
      connectionsCheckingInterval: SERVER_LIMITS.checkIntervalMs,
      maxHeaderSize: SERVER_LIMITS.maxHeaderBytes,
      noDelay: true,
      insecureHTTPParser: false,
    },
    (request, response) => dispatch(request, response, listeners),
  );
  server.maxHeadersCount = SERVER_LIMITS.maxHeaders;
  server.maxConnections = listeners.maxConnections;
  server.on("connect", (_request, socket: Socket) => refuse(socket, 405));
  server.on("clientError", (error: Error & { code?: string }, socket) =>
    refuse(socket as Socket, statusOf(error.code)),
  );
  refuseUpgrades(server);
  return server;
}

function dispatch(request: IncomingMessage, response: ServerResponse, listeners: Listeners): void {
  const path = pathOf(request);
  const method = request.method ?? "GET";
  const owner: RouteOwner =
    method === "TRACE"
      ? "none"
      : routeOwner({ method, path, role: listeners.role, isGatewayPath: listeners.isGatewayPath(method, path) });
  const listener = owner === "none" ? null : listeners[owner];
  if (listener !== null) listener(request, response);
  else response.writeHead(method === "TRACE" ? 405 : 404, { connection: "close", "content-type": "text/plain" }).end();
}

/**
 * Answers 426 to every WebSocket offer on `/v1` (Codex then falls back to HTTP) and closes all others. Next adds a listener of its own at its first
 * page, which would keep sockets open: ours stays the only one (reliability-and-security.md N10).
 */
function refuseUpgrades(server: Server): void {
  const onUpgrade = (request: IncomingMessage, socket: Socket) => {
    const isApi = pathOf(request).startsWith("/v1");
    refuse(socket, isApi ? 426 : 400, isApi ? upgradeBody() : "");
  };
  server.on("upgrade", onUpgrade);
  server.on("newListener", (event: string, listener: unknown) => {
    if (event === "upgrade" && listener !== onUpgrade)
      setImmediate(() => server.removeListener("upgrade", listener as typeof onUpgrade));
  });
}

function upgradeBody(): string {
  const message = "WebSocket is not supported here; use HTTP.";
  return JSON.stringify({
    error: { message, type: "invalid_request_error", param: null, code: "websocket_not_supported" },
  });
}

const REASONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  405: "Method Not Allowed",
  408: "Request Timeout",
  426: "Upgrade Required",
  431: "Request Header Fields Too Large",
};

function statusOf(code: string | undefined): number {
  if (code === "HPE_HEADER_OVERFLOW") return 431;
  return code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400;
}

function refuse(socket: Socket, status: number, body = ""): void {
  if (socket.destroyed || !socket.writable) return void socket.destroy();
  const head = [
    `HTTP/1.1 ${status} ${REASONS[status] ?? "Error"}`,
    "connection: close",
    ...(status === 426 ? ["upgrade: HTTP/1.1", "x-sluice-code: websocket_not_supported"] : []),
    ...(body === "" ? [] : ["content-type: application/json; charset=utf-8"]),
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

/** The path without the query. */
export function pathOf(request: IncomingMessage): string {
  const url = request.url ?? "/";
  const cut = url.indexOf("?");
  return cut < 0 ? url : url.slice(0, cut);
}
