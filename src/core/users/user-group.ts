import type { ListPage, NamePosition, PageAsk, Versioned } from "../vocabulary";

/** A group of users; its limits are per user (quota.md section 1). */
export type UserGroupRow = Versioned & {
  readonly name: string;
  readonly userCount: number;
  /** What its users' costs are multiplied by, in millionths, 0..100,000,000; null: none (protocols-and-pricing.md 7.1). */
  readonly costMultiplierPpm: number | null;
};
/** Writable columns of a user group. */
export type UserGroupValues = Pick<UserGroupRow, "name" | "managedBy" | "costMultiplierPpm">;
/** One user in one group. */
export type GroupUserRow = {
  readonly userGroupId: number;
  readonly userGroupName: string;
  readonly userId: number;
  readonly userName: string;
  readonly email: string | null;
};

/** Port: see its methods. */
export type UserGroupStore = {
  /** By name. */
  list(filter: { q?: string }): Promise<readonly UserGroupRow[]>;
  /** A page of the same list. */
  page(filter: { q?: string }, ask: PageAsk<NamePosition>): Promise<ListPage<UserGroupRow>>;
  find(id: number): Promise<UserGroupRow | null>;
  findByName(name: string): Promise<UserGroupRow | null>;
  /** Throws name_taken. */
  insert(values: UserGroupValues): Promise<UserGroupRow>;
  /** Throws version_conflict when `version` is given and stale, name_taken, not_found. */
  update(id: number, patch: Partial<UserGroupValues>, version?: number): Promise<UserGroupRow>;
  /** Who is in which group: of one group, of one user, or all; by names of group and user. */
  listUsers(filter: { userGroupId?: number; userId?: number }): Promise<readonly GroupUserRow[]>;
  /** Adds users; those who are in it stay as they are. Returns who was added, and ids that are no user's. Throws not_found. */
  addUsers(
    id: number,
    userIds: readonly number[],
  ): Promise<{ readonly added: readonly number[]; readonly unknown: readonly number[] }>;
  /** Returns who was removed; users who are not in the group are passed over. */
  removeUsers(id: number, userIds: readonly number[]): Promise<readonly number[]>;
  /** Removes the group with its limits; how many of them ended, and how many users were in it. null: no such group. */
  delete(id: number): Promise<{ readonly limits: number; readonly users: number } | null>;
};
