import type { ListPage, LocaleId, MaxConcurrent, NamePosition, PageAsk, Role, Versioned } from "../vocabulary";

/** A user: whom limits are for, and the owner of keys. */
export type UserRow = Versioned & {
  readonly name: string;
  readonly email: string | null;
  readonly role: Role;
  readonly enabled: boolean;
  readonly locale: LocaleId | null;
  readonly timeZone: string | null;
  /** Canonical CIDRs from which the user's keys may call, and from which not. */
  readonly ipAllow: readonly string[];
  readonly ipDeny: readonly string[];
  /** How many requests may run at once. */
  readonly maxConcurrent: MaxConcurrent;
  /** True when the user can sign in with a password. */
  readonly hasAccount: boolean;
};
/** Writable columns of a user; new ones have no list of addresses unless told. */
export type UserValues = Pick<UserRow, "name" | "email" | "role" | "enabled" | "locale" | "timeZone" | "managedBy"> &
  Partial<Pick<UserRow, "ipAllow" | "ipDeny">> & {
    /** Absent: inherit. */
    readonly maxConcurrent?: MaxConcurrent;
  };

/** Port: see its methods. */
export type UserStore = {
  list(filter: { q?: string; enabled?: boolean }): Promise<readonly UserRow[]>;
  /** A page of the same list. */
  page(filter: { q?: string; enabled?: boolean }, ask: PageAsk<NamePosition>): Promise<ListPage<UserRow>>;
  find(id: number): Promise<UserRow | null>;
  findByName(name: string): Promise<UserRow | null>;
  /** Throws name_taken, email_taken. */
  insert(values: UserValues): Promise<UserRow>;
  /** Throws version_conflict when `version` is given and stale, name_taken, email_taken, not_found. */
  update(id: number, patch: Partial<UserValues>, version?: number): Promise<UserRow>;
  delete(id: number): Promise<boolean>;
  /** Enabled users with role admin that can sign in. */
  countAdmins(): Promise<number>;
};
