import type { Client, Dispatcher, Pool } from "undici";
import { AppError, isAppError } from "@/core/errors";
import type { BodySlices, UpstreamRequest } from "@/protocols/protocol";
import { decodeReply } from "./decode-reply";
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

type State = {
  readonly ask: ExchangeAsk;
  readonly sink: UpstreamSink;
  /** The sink, or the decoder in front of it. */
  target: Pick<UpstreamSink, "onChunk" | "onEnd" | "onError">;
  control: UpstreamCall;
  controller: Dispatcher.DispatchController | null;
  /** Chunks of this turn. */
  gathered: Uint8Array[];
  /** Nothing more is told. */
  isOver: boolean;
  /** The first byte of a reply has come. */
  isAnswered: boolean;
  hasHead: boolean;
  isResent: boolean;
};

/** Bodies of several slices up to this size are joined: one write is cheaper than an iteration. */
const JOIN_BYTES = 256 * 1024;
const ABORTED = new Error("aborted");

/** Prepares a request; nothing is sent before `start`. */
export function upstreamExchange(ask: ExchangeAsk, sink: UpstreamSink): UpstreamExchange {
  const control: UpstreamCall = {
    pause: () => state.controller?.pause(),
    resume: () => state.controller?.resume(),
    abort() {
      state.isOver = true;
      state.controller?.abort(ABORTED);
    },
  };
  const state: State = {
    ask,
    sink,
    target: sink,
    control,
    controller: null,
    gathered: [],
    isOver: false,
    isAnswered: false,
    hasHead: false,
    isResent: false,
  };
  return {
    call: {
      pause: () => state.control.pause(),
      resume: () => state.control.resume(),
      abort: () => state.control.abort(),
    },
    start() {
      if (!state.isOver) dispatch(state, ask.origin.pool);
    },
    fail: (error) => fail(state, error),
  };
}

function dispatch(state: State, dispatcher: Dispatcher): void {
  const { origin, request, options, path } = state.ask;
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
    {
      onRequestStart(controller) {
        state.controller = controller;
        if (state.isOver) controller.abort(ABORTED);
      },
      onResponseStarted() {
        state.isAnswered = true;
      },
      onResponseStart: (_controller, status, headers) => takeHead(state, status, headers),
      onResponseData: (_controller, chunk) => gather(state, chunk),
      onResponseEnd: () => takeEnd(state),
      onResponseError: (_controller, error) => takeError(state, error),
    },
  );
}

function takeHead(state: State, status: number, headers: Dispatcher.ResponseData["headers"]): void {
  if (status < 200 || state.isOver) return;
  state.hasHead = true;
  const coding = headers["content-encoding"];
  const decoder = coding === undefined ? null : decodeReply(String(coding), state.control, state.sink);
  if (decoder === null) {
    state.sink.onHead(status, headers);
    return;
  }
  state.target = decoder.sink;
  state.control = decoder.call;
  state.sink.onHead(status, { ...headers, "content-encoding": undefined, "content-length": undefined });
}

/** What comes in one turn goes on as one chunk: an upstream's many small writes cost one pass and one write. */
function gather(state: State, chunk: Uint8Array): void {
  if (state.isOver) return;
  if (state.gathered.length === 0) queueMicrotask(() => deliver(state));
  state.gathered.push(chunk);
}

function deliver(state: State): void {
  if (!state.isOver && state.gathered.length > 0) state.target.onChunk(takeGathered(state));
}

function takeGathered(state: State): Uint8Array {
  const { gathered } = state;
  state.gathered = [];
  return gathered.length === 1 && gathered[0] !== undefined ? gathered[0] : Buffer.concat(gathered);
}

function takeEnd(state: State): void {
  if (state.isOver) return;
  state.isOver = true;
  state.target.onEnd(state.gathered.length === 0 ? null : takeGathered(state));
}

/** A kept connection that its peer had closed meanwhile: the request is sent once more on a fresh one (channels-and-rates.md C9). */
function takeError(state: State, error: Error): void {
  const { origin } = state.ask;
  if (state.isOver || state.isAnswered || state.isResent || !origin.isStale(error)) {
    fail(state, error);
    return;
  }
  state.isResent = true;
  const client = origin.freshClient();
  dispatch(state, client);
  client.close(() => {}); // when this request has ended
}

function fail(state: State, error: unknown): void {
  deliver(state);
  if (state.isOver) return;
  state.isOver = true;
  state.target.onError(failureOf(error, state.hasHead));
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
