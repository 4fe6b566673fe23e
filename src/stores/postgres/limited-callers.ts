import { and, eq, inArray, sql } from "drizzle-orm";
import type { LimitedCaller } from "@/core/quota/limit-cell";
import type { Database } from "./client";
import { LIMITED_COLUMNS } from "./limited-columns";
import { keys } from "./schema/keys";
import { users } from "./schema/users";

/** A caller with the config version that its limits were read at. */
export type VersionedCaller = LimitedCaller & { readonly version: number };

/** Reads what the limits of users depend on. */
export type LimitedCallers = {
  /** The user as each of its keys, the oldest first; once with key 0 when it has none; empty for an unknown user. */
  ofUser(userId: number): Promise<readonly VersionedCaller[]>;
  /** Users by id as one of their keys; as key 0, which no limit is for, when `keyId` is null or not theirs. Unknown users are left out. */
  ofUsers(userIds: readonly number[], keyId: number | null): Promise<readonly VersionedCaller[]>;
};

/** Limits of users from one statement each. */
export function limitedCallers({ db }: Pick<Database, "db">): LimitedCallers {
  const columns = { userId: users.id, keyId: sql`coalesce(${keys.id}, 0)`.mapWith(Number), ...LIMITED_COLUMNS };
  return {
    ofUser: (userId) =>
      db
        .select(columns)
        .from(users)
        .leftJoin(keys, eq(keys.userId, users.id))
        .where(eq(users.id, userId))
        .orderBy(keys.id),
    ofUsers: (userIds, keyId) =>
      db
        .select(columns)
        .from(users)
        .leftJoin(keys, and(eq(keys.userId, users.id), eq(keys.id, keyId ?? 0)))
        .where(inArray(users.id, [...userIds]))
        .orderBy(users.id),
  };
}
