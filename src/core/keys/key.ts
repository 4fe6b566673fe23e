import type { ListPage, MaxConcurrent, PageAsk, Versioned } from "../vocabulary";
import type { IpLists } from "./address-rules";

/** A key without its secret. During a rotation `previous` is the older secret and when it ends. */
export type KeyRow = Versioned &
  IpLists & {
    readonly userId: number;
    readonly userName: string;
    readonly name: string;
    readonly prefix: string;
    readonly lastFour: string;
    readonly enabled: boolean;
    readonly expiresAt: number | null;
    readonly models: readonly string[] | null;
    /** How many requests may run at once. */
    readonly maxConcurrent: MaxConcurrent;
    readonly lastUsedAt: number | null;
    readonly previous: { readonly prefix: string; readonly lastFour: string; readonly expiresAt: number } | null;
  };
/** Writable columns of a key; new ones have no list of addresses unless told. */
export type KeyValues = Pick<KeyRow, "userId" | "name" | "enabled" | "expiresAt" | "models" | "managedBy"> &
  Partial<IpLists> & {
    /** Absent: inherit. */
    readonly maxConcurrent?: MaxConcurrent;
  };
/** What is stored of a secret. `digest` is SHA-256 as 64 hex digits. */
export type KeySecretValues = { readonly digest: string; readonly prefix: string; readonly lastFour: string };

/** A position in the list of keys. */
export type KeyPosition = Pick<KeyRow, "userName" | "name" | "id">;

/** Filters of the list of keys; absent: any. */
export type KeyFilter = {
  readonly id?: number;
  readonly userId?: number;
  /** Matched in the names of key and user and in the prefix. */
  readonly q?: string;
  readonly enabled?: boolean;
};

/** Port: see its methods. */
export type KeyStore = {
  list(filter: KeyFilter): Promise<readonly KeyRow[]>;
  /** A page of the same list. */
  page(filter: KeyFilter, ask: PageAsk<KeyPosition>): Promise<ListPage<KeyRow>>;
  find(id: number): Promise<KeyRow | null>;
  findByName(userId: number, name: string): Promise<KeyRow | null>;
  /** Throws name_taken (one name per user). */
  insert(values: KeyValues, secret: KeySecretValues): Promise<KeyRow>;
  update(id: number, patch: Partial<Omit<KeyValues, "userId">>, version?: number): Promise<KeyRow>;
  /** Makes `secret` the current one; the old one works until `overlapUntil` (epoch ms), at once dead when null. */
  rotate(id: number, secret: KeySecretValues, overlapUntil: number | null): Promise<KeyRow>;
  /** Digest of the current secret, to tell whether a provisioning file changes it. */
  currentDigest(id: number): Promise<string | null>;
  delete(id: number): Promise<boolean>;
};
