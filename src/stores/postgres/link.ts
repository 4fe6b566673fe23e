import { createConnection, type Socket } from "node:net";
import postgres from "postgres";

/** One connection: a driver client of its own, so that its socket can be destroyed when an answer does not come (N14). */
export type Link = {
  readonly client: postgres.Sql;
  /** True once its socket failed or closed: what runs on it is lost, and nothing may be sent any more. */
  isBroken(): boolean;
  /** Destroys the socket; a transaction in progress is rolled back by the server. */
  destroy(): void;
  /** Says goodbye and closes; at most `timeoutMs`. */
  end(timeoutMs: number): Promise<void>;
};

export type LinkOptions = {
  readonly connectMs: number;
  readonly onNotify?: (channel: string, payload: string) => void;
  /** The connection ended, whoever ended it. */
  readonly onLost?: () => void;
};

/** What the driver hands to a socket factory; its own types leave it out. */
type SocketTarget = {
  readonly path: string | false;
  readonly host: readonly string[];
  readonly port: readonly number[];
};

const asIs = (value: unknown) => value;
const TEXT_TYPES = [1184, 1082, 1083, 1114, 1182, 1185, 1115, 1231];
const JSON_TYPES = [114, 3802];

/** Instants and JSON travel as text: the column types convert them. */
function leaveTextAlone(client: postgres.Sql): void {
  for (const type of TEXT_TYPES) {
    client.options.parsers[type] = asIs;
    client.options.serializers[type] = asIs;
  }
  for (const type of JSON_TYPES) client.options.serializers[type] = asIs;
}

/** A driver client for at most one connection that nothing has opened yet. Statements are unnamed, so that poolers can share it. */
export function plainClient(url: string, options: LinkOptions & { socket?: (target: SocketTarget) => Socket }) {
  const settings = {
    max: 1,
    prepare: false,
    fetch_types: false,
    idle_timeout: options.socket === undefined ? 10 : 0, // s; a pool decides itself what it keeps
    max_lifetime: null,
    connect_timeout: Math.ceil(options.connectMs / 1000),
    backoff: () => 0.25,
    connection: { application_name: "sluice" },
    onnotice: () => {},
    ...(options.socket === undefined ? {} : { socket: options.socket }),
    ...(options.onNotify === undefined ? {} : { onnotify: options.onNotify }),
  };
  const client = postgres(url, settings);
  leaveTextAlone(client);
  return client;
}

/** A link to the server of `url`; it connects with its first statement, within `connectMs`. */
export function openLink(url: string, options: LinkOptions): Link {
  let socket: Socket | null = null;
  let broken = false;
  const client = plainClient(url, {
    ...options,
    socket(target) {
      const [host = "localhost"] = target.host;
      const [port = 5432] = target.port;
      const opened = target.path ? createConnection(target.path) : createConnection(port, host);
      // A batch is longer than one packet: without this its last one waits 40 ms for an acknowledgement.
      opened.setNoDelay(true);
      // Ours run before the driver's: whoever hears of the failure finds the link broken. The host name serves TLS.
      opened.once("error", () => {
        broken = true;
      });
      opened.once("close", () => {
        broken = true;
        options.onLost?.();
      });
      socket = Object.assign(opened, { host });
      return opened;
    },
  });
  return {
    client,
    isBroken: () => broken,
    destroy() {
      broken = true;
      socket?.destroy();
    },
    end: (timeoutMs) => client.end({ timeout: timeoutMs / 1000 }),
  };
}
