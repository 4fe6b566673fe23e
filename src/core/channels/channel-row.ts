import type { OnDisconnect, OperationName, ProtocolId, Versioned } from "../vocabulary";
import type { ChannelHeaders, ChannelModel, ChannelTimeouts } from "./channel";

/** A channel without its credential. */
export type ChannelRow = Versioned & {
  readonly name: string;
  readonly protocols: readonly ProtocolId[];
  readonly operations: readonly OperationName[] | null;
  readonly provider: string | null;
  readonly baseUrl: string;
  readonly models: readonly ChannelModel[];
  readonly priority: number;
  readonly weight: number;
  readonly costMultiplierPpm: number;
  readonly timeouts: ChannelTimeouts;
  readonly headers: ChannelHeaders;
  readonly usageInStream: "auto" | "never";
  readonly inputIncludesCache: boolean;
  readonly onDisconnect: OnDisconnect | null;
  readonly enabled: boolean;
  /** When the credential was set; null = none. */
  readonly credentialSetAt: number | null;
};
/** Writable columns of a channel. */
export type ChannelValues = Omit<ChannelRow, keyof Versioned | "credentialSetAt"> & Pick<Versioned, "managedBy">;
/** The stored credential of a channel; `sealed` is bound to `channel:<id>`. */
export type ChannelCredentialRow = { readonly channelId: number; readonly sealed: string; readonly setAt: number };

/** Port: see its methods. */
export type ChannelStore = {
  list(): Promise<readonly ChannelRow[]>;
  find(id: number): Promise<ChannelRow | null>;
  findByName(name: string): Promise<ChannelRow | null>;
  insert(values: ChannelValues): Promise<ChannelRow>;
  update(id: number, patch: Partial<ChannelValues>, version?: number): Promise<ChannelRow>;
  setCredential(id: number, sealed: string | null): Promise<void>;
  credentials(): Promise<readonly ChannelCredentialRow[]>;
  delete(id: number): Promise<boolean>;
};

/** Asks an upstream which models it has, to test a channel; never used on the request path. */
export type ChannelProbe = (channel: {
  readonly protocols: readonly ProtocolId[];
  readonly baseUrl: string;
  readonly credential: string | null;
  readonly timeouts: ChannelTimeouts;
  readonly headers: ChannelHeaders;
}) => Promise<
  | { readonly ok: true; readonly latencyMs: number; readonly models: readonly string[] }
  | {
      readonly ok: false;
      readonly cause: "dns" | "refused" | "tls" | "timeout" | "status" | "forbidden";
      readonly status: number | null;
    }
>;
