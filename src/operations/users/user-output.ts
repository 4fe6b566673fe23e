import type { UserRow } from "@/core/users/user";
import { toVersioned } from "../to-output";
import type { User } from "./schema";

/** A user as the API shows it. */
export function userOutput(row: UserRow): User {
  return {
    ...toVersioned(row),
    name: row.name,
    email: row.email,
    role: row.role,
    enabled: row.enabled,
    locale: row.locale,
    timeZone: row.timeZone,
    ipAllow: [...row.ipAllow],
    ipDeny: [...row.ipDeny],
    maxConcurrent: row.maxConcurrent,
    hasAccount: row.hasAccount,
  };
}
