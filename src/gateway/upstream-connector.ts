import type { LookupFunction, Socket } from "node:net";
import { buildConnector } from "undici";
import { type Endpoint, forbidden, type UpstreamResolver } from "./upstream-resolver";

/** How a pool opens its connections. */
export type Connector = {
  readonly connect: buildConnector.connector;
  /** True when the error ended a connection that had already carried a reply: the request may be sent again on a fresh one (channels-and-rates.md C9). */
  isStale(error: Error): boolean;
};

/**
 * The one way out (reliability-and-security.md 8): HTTP/1.1 only, literals judged before the connection since no look-up happens for them,
 * names by our own look-up, and the connected peer once more.
 * @param connectMs for look-up, connection and TLS together
 */
export function upstreamConnector(ask: {
  readonly endpoint: Endpoint;
  readonly resolver: UpstreamResolver;
  readonly connectMs: number;
}): Connector {
  const { endpoint, resolver, connectMs } = ask;
  const stale = new WeakSet<Error>();
  const open = buildConnector({ allowH2: false, timeout: connectMs, lookup: judgedLookup(endpoint, resolver) });
  return {
    connect(options, callback) {
      const literal = resolver.literalRefusal(endpoint);
      if (literal !== null) return callback(forbidden(endpoint, literal), null);
      open(options, (error, socket) => {
        if (error !== null) return callback(error, null);
        const refused = resolver.refusal(endpoint, socket.remoteAddress ?? "");
        if (refused !== null) {
          socket.destroy();
          return callback(forbidden(endpoint, refused), null);
        }
        markStale(socket, stale);
        callback(null, socket);
      });
    },
    isStale: (error) => stale.has(error) || bytesReadOf(error) > 0,
  };
}

/** Our listener runs before the client's own, so that it finds the error marked. */
function markStale(socket: Socket, stale: WeakSet<Error>): void {
  socket.on("error", (error) => {
    if (socket.bytesRead > 0) stale.add(error);
  });
}

/** A closed connection is told by an error of undici with a description of its socket. */
function bytesReadOf(error: Error): number {
  const socket: unknown = "socket" in error ? error.socket : null;
  return typeof socket === "object" && socket !== null && "bytesRead" in socket ? Number(socket.bytesRead) : 0;
}

function judgedLookup(endpoint: Endpoint, resolver: UpstreamResolver): LookupFunction {
  return (_name, options, callback) => {
    resolver.judge(endpoint).then(
      ({ addresses }) => {
        const [first] = addresses;
        if (first === undefined) return callback(new Error("no address"), "", 0);
        if (options.all === true) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: Error) => callback(error, "", 0),
    );
  };
}
