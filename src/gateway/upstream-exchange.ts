import type { Client, Dispatcher, Pool } from "undici";
import { AppError, isAppError } from "@/core/errors";
import type { BodySlices, UpstreamRequest } from "@/protocols/protocol";
import { decodeReply, type ReplyDecoder } from "./decode-reply";
import type { UpstreamCall, UpstreamOptions, UpstreamSink } from "./gateway-deps";

/** Connections to one origin with one connect time-out. */
export type Origin = {
  readonly url: string;
  readonly pool: Pool;
  /** Null until its addresses are known. */
  isPrivate: boolean | null;
  isStale(error: Error): boolean;
  /** A client with a connection of its own. */
  freshClient(): Client;
};

/** One request on its way. `fail` reports an error from before the dispatch. */
export type UpstreamExchange = { readonly call: UpstreamCall; start(): void; fail(error: unknown): void };

/** What is sent, where and how. */
export type ExchangeAsk = {
  readonly origin: Origin;
  readonly request: UpstreamRequest;
  readonly options: UpstreamOptions;
  readonly path: string;
};

/** Bodies of several slices up to this size are joined: one write is cheaper than an iteration. */
const JOIN_BYTES = 256 * 1024;
const ABORTED = new Error("aborted");

/** Prepares a request; nothing is sent before `start`. */
export function upstreamExchange(ask: ExchangeAsk, sink: UpstreamSink): UpstreamExchange {
  return new Exchange(ask, sink);
}

/**
 * One object is the call, the client's handler and the state of both: made of closures, as a value of this house usually is, it is twenty
 * objects for every request.
 */
class Exchange implements UpstreamExchange, UpstreamCall, Dispatcher.DispatchHandler {
  readonly #ask: ExchangeAsk;
  readonly #sink: UpstreamSink;
  /** The decoder in front of the sink, when the reply is coded. */
  #decoder: ReplyDecoder | null = null;
  #controller: Dispatcher.DispatchController | null = null;
  /** Chunks of this turn. */
  #gathered: Uint8Array[] = [];
  /** Nothing more is told. */
  #isOver = false;
  /** The first byte of a reply has come. */
  #isAnswered = false;
  #hasHead = false;
  #isResent = false;

  constructor(ask: ExchangeAsk, sink: UpstreamSink) {
    this.#ask = ask;
    this.#sink = sink;
  }

  get call(): UpstreamCall {
    return this;
  }

  start(): void {
    if (!this.#isOver) this.#dispatch(this.#ask.origin.pool);
  }

  pause(): void {
    if (this.#decoder === null) this.#controller?.pause();
    else this.#decoder.call.pause();
  }

  resume(): void {
    if (this.#decoder === null) this.#controller?.resume();
    else this.#decoder.call.resume();
  }

  abort(): void {
    if (this.#decoder === null) this.#stop();
    else this.#decoder.call.abort();
  }

  /** Reports an error, with what came before it. */
  fail(error: unknown): void {
    this.#deliver();
    if (this.#isOver) return;
    this.#isOver = true;
    this.#target.onError(failureOf(error, this.#hasHead));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isOver) controller.abort(ABORTED);
  }

  onResponseStarted(): void {
    this.#isAnswered = true;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Dispatcher.ResponseData["headers"],
  ): void {
    if (status < 200 || this.#isOver) return;
    this.#hasHead = true;
    const coding = headers["content-encoding"];
    if (coding !== undefined) this.#decoder = decodeReply(String(coding), this.#codedSide(), this.#sink);
    if (this.#decoder === null) this.#sink.onHead(status, headers);
    else this.#sink.onHead(status, { ...headers, "content-encoding": undefined, "content-length": undefined });
  }

  /** What comes in one turn goes on as one chunk: an upstream's many small writes cost one pass and one write. */
  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.#isOver) return;
    if (this.#gathered.length === 0) queueMicrotask(() => this.#deliver());
    this.#gathered.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#target.onEnd(this.#gathered.length === 0 ? null : this.#takeGathered());
  }

  /** A kept connection that its peer had closed meanwhile: the request is sent once more on a fresh one (channels-and-rates.md C9). */
  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const { origin } = this.#ask;
    if (this.#isOver || this.#isAnswered || this.#isResent || !origin.isStale(error)) {
      this.fail(error);
      return;
    }
    this.#isResent = true;
    const client = origin.freshClient();
    this.#dispatch(client);
    client.close(() => {}); // when this request has ended
  }

  get #target(): Pick<UpstreamSink, "onChunk" | "onEnd" | "onError"> {
    return this.#decoder === null ? this.#sink : this.#decoder.sink;
  }

  #codedSide(): UpstreamCall {
    return {
      pause: () => this.#controller?.pause(),
      resume: () => this.#controller?.resume(),
      abort: () => this.#stop(),
    };
  }

  #dispatch(dispatcher: Dispatcher): void {
    const { origin, request, options, path } = this.#ask;
    dispatcher.dispatch(
      {
        path,
        method: request.method,
        headers:
          origin.isPrivate === true ? { ...request.headers, "x-sluice-hop": String(options.hop) } : request.headers,
        body: bodyOf(request.body, request.contentLength) as Buffer | null,
        headersTimeout: options.timeouts.firstByteMs,
        bodyTimeout: options.timeouts.idleMs,
      },
      this,
    );
  }

  #stop(): void {
    this.#isOver = true;
    this.#controller?.abort(ABORTED);
  }

  #deliver(): void {
    if (!this.#isOver && this.#gathered.length > 0) this.#target.onChunk(this.#takeGathered());
  }

  #takeGathered(): Uint8Array {
    const gathered = this.#gathered;
    this.#gathered = [];
    return gathered.length === 1 && gathered[0] !== undefined ? gathered[0] : Buffer.concat(gathered);
  }
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
