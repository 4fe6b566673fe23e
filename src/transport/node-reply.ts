import type { IncomingMessage, ServerResponse } from "node:http";
import type { GatewayReply } from "@/protocols/exchange";
import type { AdapterOptions } from "./adapter-options";
import type { NodeRequest } from "./node-request";

/** Both halves of one exchange of node:http. */
export type NodePair = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly incoming: NodeRequest;
};

/** After an early reply the rest of an upload is read past for this long, so that the client gets to read the reply. */
const LINGER_MS = 1_000;

/** The reply of node:http as a writer. Head and first bytes leave in one write. */
export function nodeReply(pair: NodePair, options: AdapterOptions): GatewayReply {
  return new NodeReply(pair, options);
}

/** A class, and plain properties: ten closures and two accessors for every request cost more than what they do. */
class NodeReply implements GatewayReply {
  isStarted = false;
  isClosed = false;
  readonly #pair: NodePair;
  readonly #options: AdapterOptions;
  #listeners: readonly (() => void)[] = NO_LISTENERS;
  #cancelStall: (() => void) | null = null;

  constructor(pair: NodePair, options: AdapterOptions) {
    this.#pair = pair;
    this.#options = options;
    pair.response.on("close", () => this.#takeClose());
    pair.response.on("error", ignore);
  }

  start(status: number, headers: Readonly<Record<string, string>>): void {
    if (!this.isClosed) {
      const { response, incoming } = this.#pair;
      if (incoming.mustClose()) response.setHeader("connection", "close");
      response.writeHead(status, headers);
    }
    this.isStarted = true;
  }

  write(chunk: Uint8Array): boolean {
    return this.isClosed || this.#pair.response.write(chunk);
  }

  drained(): Promise<void> {
    return drained(this.#pair.response);
  }

  end(chunk?: Uint8Array): void {
    if (this.isClosed) return;
    const { response, incoming } = this.#pair;
    if (incoming.mustClose()) {
      linger(this.#pair, chunk, this.#options);
      return;
    }
    response.end(chunk);
    if (response.writableLength > 0)
      this.#cancelStall = this.#options.clock.after(this.#options.clientStallMs, () => response.destroy());
  }

  destroy(): void {
    this.#pair.response.destroy();
  }

  onClosed(listener: () => void): () => void {
    if (this.isClosed) {
      listener();
      return ignore;
    }
    this.#listeners = this.#listeners.length === 0 ? [listener] : [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((one) => one !== listener);
    };
  }

  #takeClose(): void {
    this.#cancelStall?.();
    const { response, incoming } = this.#pair;
    incoming.release();
    if (response.writableFinished) return;
    this.isClosed = true;
    const listeners = this.#listeners;
    this.#listeners = NO_LISTENERS;
    for (const listener of listeners) listener();
  }
}

const NO_LISTENERS: readonly (() => void)[] = [];

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
