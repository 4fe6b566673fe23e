import { Client, type Dispatcher, Pool } from "undici";
import { AppError, isAppError } from "@/core/errors";
import type { BodySlices, UpstreamRequest } from "@/protocols/protocol";
import { decodeReply } from "./decode-reply";
import type { UpstreamCall, UpstreamClient, UpstreamOptions, UpstreamSink } from "./gateway-deps";
import { type Connector, upstreamConnector } from "./upstream-connector";
import { endpointOf, type UpstreamResolver } from "./upstream-resolver";

/** Bodies of several slices up to this size are joined: one write is cheaper than an iteration. */
const JOIN_BYTES = 256 * 1024;
const CLIENT_OPTIONS = {
  pipelining: 1,
  allowH2: false,
  keepAliveTimeout: 30_000,
  keepAliveMaxTimeout: 30_000,
  maxHeaderSize: 64 * 1024,
} as const;

/** Connections to one origin with one connect time-out. `isPrivate` is null until its addresses are known. */
type Origin = { readonly url: string; readonly pool: Pool; readonly connector: Connector; isPrivate: boolean | null };

/**
 * The upstream client of the process: undici pools of its own, never the global dispatcher (reliability-and-security.md N5, N6).
 * HTTP/1.1, no pipelining, 1,024 sockets an origin.
 */
export function upstreamClient(options: { readonly resolver: UpstreamResolver }): UpstreamClient {
  const origins = new Map<string, Origin>();
  const originOf = (url: string, connectMs: number): Origin => {
    const key = `${connectMs} ${url}`;
    const known = origins.get(key);
    if (known !== undefined) return known;
    const endpoint = endpointOf(url);
    if (endpoint === null) throw new AppError("upstream_unreachable", { cause: "url" });
    const connector = upstreamConnector({ endpoint, connectMs, resolver: options.resolver });
    const pool = new Pool(url, { ...CLIENT_OPTIONS, connections: 1024, connect: connector.connect });
    const made: Origin = { url, pool, connector, isPrivate: null };
    origins.set(key, made);
    return made;
  };
  /** The hop is told to private hosts only, so the addresses come before the first head. */
  const locate = async (origin: Origin): Promise<void> => {
    const endpoint = endpointOf(origin.url);
    if (endpoint !== null) origin.isPrivate = (await options.resolver.judge(endpoint)).isPrivate;
  };
  return {
    send(request, sendOptions, sink) {
      const slash = request.url.indexOf("/", request.url.indexOf("://") + 3);
      const origin = originOf(request.url.slice(0, slash), sendOptions.timeouts.connectMs);
      const exchange = upstreamExchange(
        { origin, request, options: sendOptions, path: request.url.slice(slash) },
        sink,
      );
      if (origin.isPrivate !== null) exchange.start();
      else locate(origin).then(exchange.start, exchange.fail);
      return exchange.call;
    },
    async close() {
      await Promise.all([...origins.values()].map(({ pool }) => pool.destroy()));
      origins.clear();
    },
  };
}

type Ask = {
  readonly origin: Origin;
  readonly request: UpstreamRequest;
  readonly options: UpstreamOptions;
  readonly path: string;
};

/** One request on its way. `fail` reports an error from before the dispatch. */
type UpstreamExchange = { readonly call: UpstreamCall; start(): void; fail(error: unknown): void };

function upstreamExchange(ask: Ask, sink: UpstreamSink): UpstreamExchange {
  const { origin, request, options } = ask;
  let controller: Dispatcher.DispatchController | null = null;
  let isOver = false;
  let isAnswered = false;
  let isResent = false;
  let hasHead = false;
  let target: Pick<UpstreamSink, "onChunk" | "onEnd" | "onError"> = sink;
  const raw: UpstreamCall = {
    pause: () => controller?.pause(),
    resume: () => controller?.resume(),
    abort() {
      isOver = true;
      controller?.abort(ABORTED);
    },
  };
  let control = raw;
  const fail = (error: unknown) => {
    if (isOver) return;
    isOver = true;
    target.onError(failureOf(error, hasHead));
  };
  const dispatch = (dispatcher: Dispatcher) =>
    dispatcher.dispatch(
      {
        path: ask.path,
        method: request.method,
        headers: headersFor(request, origin, options.hop),
        body: bodyOf(request.body, request.contentLength) as Buffer | null,
        headersTimeout: options.timeouts.firstByteMs,
        bodyTimeout: options.timeouts.idleMs,
      },
      handler,
    );
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started;
      if (isOver) started.abort(ABORTED);
    },
    onResponseStarted() {
      isAnswered = true;
    },
    onResponseStart(_controller, status, headers) {
      if (status < 200 || isOver) return;
      hasHead = true;
      const coding = headers["content-encoding"];
      const decoder = coding === undefined ? null : decodeReply(String(coding), raw, sink);
      if (decoder === null) return sink.onHead(status, headers);
      target = decoder.sink;
      control = decoder.call;
      sink.onHead(status, { ...headers, "content-encoding": undefined, "content-length": undefined });
    },
    onResponseData(_controller, chunk) {
      if (!isOver) target.onChunk(chunk);
    },
    onResponseEnd() {
      if (isOver) return;
      isOver = true;
      target.onEnd();
    },
    onResponseError(_controller, error) {
      if (isOver || isAnswered || isResent || !origin.connector.isStale(error)) return fail(error);
      isResent = true;
      const fresh = new Client(origin.url, { ...CLIENT_OPTIONS, connect: origin.connector.connect });
      dispatch(fresh);
      fresh.close(() => {});
    },
  };
  return {
    call: { pause: () => control.pause(), resume: () => control.resume(), abort: () => control.abort() },
    start: () => void (isOver || dispatch(origin.pool)),
    fail,
  };
}

const ABORTED = new Error("aborted");

function headersFor(request: UpstreamRequest, origin: Origin, hop: number): Record<string, string> {
  return origin.isPrivate === true ? { ...request.headers, "x-sluice-hop": String(hop) } : request.headers;
}

/** The body as undici takes it: one buffer, or slices that are sent one after the other with back-pressure (protocols-and-pricing.md T4). */
function bodyOf(slices: BodySlices, length: number): Uint8Array | Iterable<Uint8Array> | null {
  const [first] = slices;
  if (first === undefined) return null;
  if (slices.length === 1) return first;
  return length <= JOIN_BYTES ? Buffer.concat(slices, length) : slices;
}

const TIMEOUTS = new Set(["UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT", "ETIMEDOUT"]);

/** What an error of the connection means; one without a code is a fault of ours. */
function failureOf(error: unknown, hasHead: boolean): AppError {
  if (isAppError(error)) {
    return error.code === "base_url_forbidden"
      ? new AppError("upstream_unreachable", { cause: "forbidden" }, { cause: error })
      : error;
  }
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : null;
  if (code === null) return new AppError("internal_error", {}, { cause: error });
  if (TIMEOUTS.has(code)) return new AppError("upstream_timeout", { cause: code }, { cause: error });
  return new AppError(hasHead ? "upstream_truncated" : "upstream_unreachable", { cause: code }, { cause: error });
}
