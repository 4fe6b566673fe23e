import type { LimitUnit, LimitWindow, Page, Versioned } from "../vocabulary";
import type { BoostState } from "./boost-state";
import type { BoostRow } from "./limit";

/** A boost with what lists show of it. */
export type StoredBoost = Versioned &
  BoostRow & {
    readonly userName: string;
    /** null: global. */
    readonly modelGroupName: string | null;
    readonly note: string | null;
    /** Name of who granted it. */
    readonly createdBy: string;
  };

/** Columns of a new boost. */
export type BoostValues = Omit<BoostRow, "id" | "endedAt"> & Pick<StoredBoost, "note" | "createdBy" | "managedBy">;

/** Filters of boosts; absent = any. */
export type BoostFilter = {
  readonly userId?: number;
  /** null: global. */
  readonly modelGroupId?: number | null;
  readonly unit?: LimitUnit;
  readonly window?: LimitWindow;
  /** How the boost stands at `at` (epoch ms). */
  readonly standing?: { readonly state: BoostState; readonly at: number };
};

/** Port: see its methods. Boosts are ended, never deleted (quota.md section 1). */
export type BoostStore = {
  /** The newest grant first; `nextCursor` is the id of the last row of a page that is not the last, and `after` continues behind it. */
  list(filter: BoostFilter, page: { limit: number; after: number | null }): Promise<Page<StoredBoost>>;
  /** All boosts, for the provisioning file. */
  listAll(): Promise<readonly StoredBoost[]>;
  /** Boosts of one cell of a user that begin at that instant, oldest grant first. */
  findAlike(
    boost: Pick<BoostRow, "userId" | "modelGroupId" | "unit" | "window" | "validFrom">,
  ): Promise<readonly StoredBoost[]>;
  find(id: number): Promise<StoredBoost | null>;
  insert(values: readonly BoostValues[]): Promise<readonly StoredBoost[]>;
  /** Throws version_conflict when `version` is stale, not_found. */
  update(
    id: number,
    patch: Partial<Pick<StoredBoost, "validTo" | "endedAt" | "note" | "managedBy">>,
    version: number,
  ): Promise<StoredBoost>;
};
