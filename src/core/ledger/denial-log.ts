import type { Page } from "../vocabulary";
import type { RequestCursor } from "./request-log";

/** Filters of refused requests; absent = any. */
export type DenialFilter = {
  readonly userId?: number;
  readonly keyId?: number;
  readonly model?: string;
  readonly code?: string;
  /** Epoch ms, inclusive / exclusive. */
  readonly from?: number;
  readonly to?: number;
};

/** A request that was refused before it was admitted, with what its refusal said. */
export type DenialRow = {
  readonly id: string;
  readonly at: number;
  readonly userId: number | null;
  readonly userName: string | null;
  readonly keyId: number | null;
  readonly keyName: string | null;
  readonly keyPrefix: string | null;
  readonly protocol: string;
  readonly operation: string | null;
  readonly model: string | null;
  readonly status: number;
  readonly code: string;
  /** For a limit: its denial (quota.md Q61). */
  readonly params: Readonly<Record<string, unknown>>;
};

/** Port: see its methods. */
export type DenialStore = {
  /** The newest first; a page that is not the last has a `nextCursor`, and `after` continues behind its last row. */
  list(filter: DenialFilter, page: { limit: number; after: RequestCursor | null }): Promise<Page<DenialRow>>;
  /** By id, 32 hex digits. */
  find(id: string): Promise<DenialRow | null>;
};
