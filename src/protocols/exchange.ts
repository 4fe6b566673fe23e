/** One HTTP request as the engine sees it, whatever host it came by. */
export type GatewayRequest = {
  readonly method: string;
  /** Path without the query, as received. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Header names in lower case; repeated headers joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly remoteAddress: string;
  /** Reads and decodes the body; called after authentication. Throws body_too_large, body_timeout, unsupported_encoding, body_decode_failed. */
  readBody(): Promise<Uint8Array>;
};

/** The answer as a writer. */
export type GatewayReply = {
  /** Head written: errors now travel inside the stream. */
  readonly isStarted: boolean;
  /** Heartbeats have written a stream's head, though the reply has not started: an error must be an event. */
  readonly isBeating?: boolean;
  /** Client gone: writes are dropped, the relay keeps reading for usage. */
  readonly isClosed: boolean;
  start(status: number, headers: Readonly<Record<string, string>>): void;
  /** False: await drained() before the next chunk. */
  write(chunk: Uint8Array): boolean;
  /** Resolves when writing may go on; also when the client is gone. */
  drained(): Promise<void>;
  end(chunk?: Uint8Array): void;
  /** Breaks the connection, so that a reply that could not be finished never looks complete. */
  destroy(): void;
  /** Runs `listener` once when the client leaves before the reply has ended; at once if it already has. Returns an unsubscribe. */
  onClosed(listener: () => void): () => void;
};
