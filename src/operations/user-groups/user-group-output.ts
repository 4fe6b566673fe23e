import type { UserGroupRow } from "@/core/users/user-group";
import { toVersioned } from "../to-output";
import type { UserGroup } from "./schema";

/** A user group as the API shows it. */
export function userGroupOutput(row: UserGroupRow): UserGroup {
  return { ...toVersioned(row), name: row.name, userCount: row.userCount };
}
