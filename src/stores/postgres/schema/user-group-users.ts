import { index, pgTable, primaryKey } from "drizzle-orm/pg-core";
import { safeBigint } from "./columns";
import { userGroups } from "./user-groups";
import { users } from "./users";

/** Which users are in which groups. Configuration. */
export const userGroupUsers = pgTable(
  "user_group_users",
  {
    userGroupId: safeBigint("user_group_id")
      .notNull()
      .references(() => userGroups.id, { onDelete: "cascade" }),
    userId: safeBigint("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** Config version at which the user joined; stamped by a trigger (quota.md Q50). */
    joinedVersion: safeBigint("joined_version").notNull().default(0),
  },
  (table) => [
    primaryKey({ name: "user_group_users_pkey", columns: [table.userGroupId, table.userId] }),
    index("user_group_users_user").on(table.userId),
  ],
);
