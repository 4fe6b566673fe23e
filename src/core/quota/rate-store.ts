import type { Page, RateMetric, RateSubject, Versioned } from "../vocabulary";
import type { RateChanges } from "./rate-changes";
import type { RateRow } from "./rate-row";

/** Whom rates are for: all rates of a subject are read and written together. */
export type RatePlace = Pick<RateRow, "subjectType" | "userId" | "userGroupId" | "keyId">;

/** A rate with what lists show of it. */
export type StoredRate = Versioned &
  RateRow & {
    /** Names of the user and the user group of the subject; null where it has none. */
    readonly userName: string | null;
    readonly userGroupName: string | null;
    /** `user/key` */
    readonly keyName: string | null;
    readonly modelGroupName: string | null;
  };

/** Filters of rates; absent = any. */
export type RateFilter = {
  readonly subjectType?: RateSubject;
  readonly userId?: number;
  readonly userGroupId?: number;
  readonly keyId?: number;
  readonly metric?: RateMetric;
};

/** Port: see its methods. */
export type RateStore = {
  /** By id; `after` continues behind the row of that id. */
  list(filter: RateFilter, page: { limit: number; after: number | null }): Promise<Page<StoredRate>>;
  /** All rates, for the provisioning file. */
  listAll(): Promise<readonly StoredRate[]>;
  /** The rates of one subject, by id. */
  listAt(place: RatePlace): Promise<readonly StoredRate[]>;
  /** The name of a subject, `user@group` for an override; null: one that it names does not exist. */
  nameOf(place: RatePlace): Promise<string | null>;
  /** Writes all changes of one subject. */
  write(place: RatePlace, changes: RateChanges): Promise<void>;
  /** Removes every override of a user or of a user group and tells what was there. */
  clearOverrides(of: { readonly userId: number } | { readonly userGroupId: number }): Promise<readonly StoredRate[]>;
};
