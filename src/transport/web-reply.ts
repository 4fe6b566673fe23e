import type { GatewayReply } from "@/protocols/exchange";

/** The reply as a writer, and the response it becomes. */
export type WebReply = { readonly reply: GatewayReply; readonly response: Promise<Response> };

/** The host's own business. */
const HOST_HEADERS = new Set(["connection", "keep-alive", "transfer-encoding"]);
const BUFFER_BYTES = 64 * 1024;

type Head = { readonly status: number; readonly headers: Headers };

/**
 * The reply of one web request. The response is made with the first bytes: a whole one when they are all of it, else a stream. The client
 * is gone when its stream is cancelled; the request's own signal is asked too, and the request is held meanwhile, because its signal falls
 * silent once the request is collected (reliability-and-security.md N1).
 */
export function webReply(request: Request): WebReply {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const listeners = new Set<() => void>();
  let head: Head | null = null;
  let stream: ReadableStreamDefaultController<Uint8Array> | null = null;
  let isEnded = false;
  let isGone = false;
  let wake = () => {};
  const leave = () => {
    if (isEnded || isGone) return;
    isGone = true;
    wake();
    resolve(new Response(null, { status: 499 })); // nobody hears it; the host waits for an end
    for (const listener of listeners) listener();
    listeners.clear();
  };
  request.signal.addEventListener("abort", leave, { once: true });
  const open = ({ status, headers }: Head) => {
    const body = new ReadableStream<Uint8Array>(
      {
        start(controller) {
          stream = controller;
        },
        pull: () => wake(),
        cancel: leave,
      },
      { highWaterMark: BUFFER_BYTES, size: (chunk) => chunk.length },
    );
    resolve(new Response(body, { status, headers }));
  };
  const reply: GatewayReply = {
    get isStarted() {
      return head !== null;
    },
    get isClosed() {
      return isGone;
    },
    start(status, headers) {
      head = { status, headers: headersOf(headers) };
    },
    write(chunk) {
      if (isGone || head === null) return true;
      if (stream === null) open(head);
      stream?.enqueue(chunk);
      return (stream?.desiredSize ?? 1) > 0;
    },
    drained() {
      if (isGone || (stream?.desiredSize ?? 1) > 0) return Promise.resolve();
      return new Promise((go) => {
        wake = go;
      });
    },
    end(chunk) {
      if (isGone || isEnded || head === null) return;
      isEnded = true;
      request.signal.removeEventListener("abort", leave);
      if (stream === null) return resolve(wholeResponse(head, chunk, request.method));
      if (chunk !== undefined) stream.enqueue(chunk);
      stream.close();
    },
    destroy() {
      const broken = new Error("reply broken off");
      if (stream !== null) stream.error(broken);
      else reject(broken);
      leave();
    },
    onClosed(listener) {
      if (isGone) listener();
      else listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return { reply, response: promise };
}

function headersOf(headers: Readonly<Record<string, string>>): Headers {
  const kept = new Headers();
  for (const name in headers) {
    if (!HOST_HEADERS.has(name)) kept.set(name, headers[name] ?? "");
  }
  return kept;
}

function wholeResponse({ status, headers }: Head, chunk: Uint8Array | undefined, method: string): Response {
  const hasBody = chunk !== undefined && method !== "HEAD" && status !== 204 && status !== 304;
  return new Response(hasBody ? (chunk as Uint8Array<ArrayBuffer>) : null, { status, headers });
}
