import type { UserGroupRow } from "@/core/users/user-group";
import { formatMultiplier } from "@/lib/money";
import { toVersioned } from "../to-output";
import type { UserGroup } from "./schema";

/** A user group as the API shows it. */
export function userGroupOutput(row: UserGroupRow): UserGroup {
  const { name, userCount, costMultiplierPpm } = row;
  const costMultiplier = costMultiplierPpm === null ? null : formatMultiplier(costMultiplierPpm);
  return { ...toVersioned(row), name, userCount, costMultiplier };
}
