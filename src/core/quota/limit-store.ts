import type { LimitAxis, LimitSubject, LimitUnit, LimitWindow, Page, Versioned } from "../vocabulary";
import type { LimitRow, RestartRow } from "./limit";
import type { LimitChanges } from "./limit-changes";

/** Whom a limit is for and what it aims at: all its units and windows are read and written together. */
export type LimitPlace = Pick<LimitRow, "subjectType" | "subjectId" | "modelGroupId">;

/** A limit with what lists show of it. */
export type StoredLimit = Versioned &
  LimitRow & {
    /** Name of the user or user group; `user/key` for a key. */
    readonly subjectName: string;
    /** null: global. */
    readonly modelGroupName: string | null;
  };

/** Filters of limits; absent = any. */
export type LimitFilter = {
  readonly subjectType?: LimitSubject;
  readonly subjectId?: number;
  /** null: global. */
  readonly modelGroupId?: number | null;
  readonly unit?: LimitUnit;
  readonly window?: LimitWindow;
};

/** A manual restart of `total` windows (quota.md Q17). */
export type RestartValues = {
  readonly axis: LimitAxis;
  readonly subjectId: number;
  readonly modelGroupId: number | null;
  readonly units: readonly LimitUnit[];
  /** Epoch ms. */
  readonly restartedAt: number;
  /** Name of who did it. */
  readonly by: string;
  readonly note: string | null;
};

/** Port: see its methods. */
export type LimitStore = {
  /** By id; `nextCursor` is the id of the last row of a page that is not the last, and `after` continues behind it. */
  list(filter: LimitFilter, page: { limit: number; after: number | null }): Promise<Page<StoredLimit>>;
  /** All limits, for the provisioning file. */
  listAll(): Promise<readonly StoredLimit[]>;
  /** The rows of one subject and target. */
  listAt(place: LimitPlace): Promise<readonly StoredLimit[]>;
  /** Names of subject and target; null for one that does not exist (a global target needs no name). */
  namesOf(place: LimitPlace): Promise<{ readonly subject: string | null; readonly modelGroup: string | null }>;
  /** Inside a transaction: no other transaction changes configuration until this one ends, so that what is read next stays true. */
  holdConfig(): Promise<void>;
  /** Writes all changes of one subject and target. */
  write(place: LimitPlace, changes: LimitChanges): Promise<void>;
  insertRestart(values: RestartValues): Promise<void>;
  /** The newest restart of each cell of a subject. */
  listRestarts(subject: { readonly axis: LimitAxis; readonly subjectId: number }): Promise<readonly RestartRow[]>;
};
