import type { IncomingMessage, ServerResponse } from "node:http";
import type { GatewayReply } from "@/protocols/exchange";
import type { AdapterOptions } from "./adapter-options";
import type { NodeIncoming } from "./node-request";

/** Both halves of one exchange of node:http. */
export type NodePair = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly incoming: NodeIncoming;
};

/** After an early reply the rest of an upload is read past for this long, so that the client gets to read the reply. */
const LINGER_MS = 1_000;

/** The engine reads these two as plain properties: accessors are dear to make for every request. */
type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The reply of node:http as a writer. Head and first bytes leave in one write. */
export function nodeReply({ request, response, incoming }: NodePair, options: AdapterOptions): GatewayReply {
  let listeners: readonly (() => void)[] = [];
  let cancelStall: (() => void) | null = null;
  response.on("close", () => {
    cancelStall?.();
    incoming.release();
    if (response.writableFinished) return;
    reply.isClosed = true;
    for (const listener of listeners) listener();
    listeners = [];
  });
  response.on("error", ignore);
  const reply: Writable<GatewayReply> = {
    isStarted: false,
    isClosed: false,
    start(status, headers) {
      if (!reply.isClosed) {
        if (incoming.mustClose()) response.setHeader("connection", "close");
        response.writeHead(status, headers);
      }
      reply.isStarted = true;
    },
    write: (chunk) => reply.isClosed || response.write(chunk),
    drained: () => drained(response),
    end(chunk) {
      if (reply.isClosed) return;
      if (incoming.mustClose()) return linger({ request, response, incoming }, chunk, options);
      response.end(chunk);
      if (response.writableLength > 0)
        cancelStall = options.clock.after(options.clientStallMs, () => response.destroy());
    },
    destroy: () => void response.destroy(),
    onClosed(listener) {
      if (reply.isClosed) {
        listener();
        return ignore;
      }
      listeners = [...listeners, listener];
      return () => {
        listeners = listeners.filter((each) => each !== listener);
      };
    },
  };
  return reply;
}

function ignore(): void {}

/** Waits for `drain` or for the client to leave, whichever comes first (reliability-and-security.md N2). */
function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed || !response.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve) => {
    const go = () => {
      response.off("drain", go).off("close", go);
      resolve();
    };
    response.on("drain", go).on("close", go);
  });
}

/** Sends a whole reply while the client still uploads: closing at once would reset the connection before the client has read it. */
function linger({ request, response }: NodePair, chunk: Uint8Array | undefined, { clock }: AdapterOptions): void {
  if (chunk !== undefined) response.write(chunk);
  else response.flushHeaders();
  const close = () => {
    cancel();
    response.end();
  };
  const cancel = clock.after(LINGER_MS, close);
  request.once("end", close).once("close", close).resume();
}
