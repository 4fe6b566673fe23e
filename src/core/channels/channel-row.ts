import type { ListPage, OnDisconnect, OperationName, Overflow, PageAsk, ProtocolId, Versioned } from "../vocabulary";
import type { ChannelBreaker } from "./breaker";
import type { ChannelHeaders, ChannelModel, ChannelTimeouts } from "./channel";
import type { ChannelLimiter } from "./limiter";

/** A channel without its credentials. */
export type ChannelRow = Versioned & {
  readonly name: string;
  readonly protocols: readonly ProtocolId[];
  readonly operations: readonly OperationName[] | null;
  readonly provider: string | null;
  readonly baseUrl: string;
  readonly models: readonly ChannelModel[];
  readonly priority: number;
  /** 0: no new traffic. */
  readonly weight: number;
  readonly costMultiplierPpm: number;
  readonly timeouts: ChannelTimeouts;
  readonly headers: ChannelHeaders;
  readonly usageInStream: "auto" | "never";
  readonly inputIncludesCache: boolean;
  readonly onDisconnect: OnDisconnect | null;
  readonly limiter: ChannelLimiter;
  /** null: the setting `channelOverflow`. */
  readonly overflow: Overflow | null;
  readonly breaker: ChannelBreaker;
  /** The upstream's own budget per minute; null: none known. */
  readonly rpm: number | null;
  readonly tpm: number | null;
  /** Ids of the user groups that may use it; empty: everyone. An id whose group is gone lets nobody in. */
  readonly userGroups: readonly number[];
  readonly enabled: boolean;
};
/** Writable columns of a channel. */
export type ChannelValues = Omit<ChannelRow, keyof Versioned> & Pick<Versioned, "managedBy">;
/** One credential as it is written: an id that is unique in its channel, and the value sealed under `credentialContext`. */
export type SealedCredential = { readonly id: number; readonly enabled: boolean; readonly sealed: string };
/** A stored credential of a channel. */
export type ChannelCredentialRow = SealedCredential & { readonly channelId: number; readonly setAt: number };

/** A position in the list of channels. */
export type ChannelPosition = Pick<ChannelRow, "priority" | "id">;

/** Port: see its methods. */
export type ChannelStore = {
  list(): Promise<readonly ChannelRow[]>;
  /** A page of the same list, by priority, then id. */
  page(ask: PageAsk<ChannelPosition>): Promise<ListPage<ChannelRow>>;
  find(id: number): Promise<ChannelRow | null>;
  findByName(name: string): Promise<ChannelRow | null>;
  insert(values: ChannelValues): Promise<ChannelRow>;
  update(id: number, patch: Partial<ChannelValues>, version?: number): Promise<ChannelRow>;
  /** Replaces the list of a channel; `setAt` of a value that stays the same stays too. */
  setCredentials(id: number, entries: readonly SealedCredential[]): Promise<void>;
  /** Of all channels, or of one; those of a channel in their order. */
  credentials(channelId?: number): Promise<readonly ChannelCredentialRow[]>;
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
