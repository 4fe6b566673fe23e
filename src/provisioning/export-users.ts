import type { OperationPorts } from "@/core/ports";
import type { ReferenceNames } from "./reference-names";

/** Users as the file writes them; with `name` also what their passwords are called. */
export async function exportUsers({ userGroups, users }: OperationPorts, name: ReferenceNames | null) {
  const memberships = Map.groupBy(await userGroups.listUsers({}), ({ userId }) => userId);
  return (await users.list({})).map(({ id, hasAccount, ...row }) => ({
    name: row.name,
    email: row.email,
    role: row.role,
    ...(name !== null && hasAccount ? { password: name("USER", [row.name], "PASSWORD") } : {}),
    locale: row.locale,
    timeZone: row.timeZone,
    ipAllow: row.ipAllow,
    ipDeny: row.ipDeny,
    maxConcurrent: row.maxConcurrent,
    enabled: row.enabled,
    groups: (memberships.get(id) ?? []).map(({ userGroupName }) => userGroupName).sort(),
  }));
}

/** Keys as the file writes them; with `name` also what their secrets are called. */
export async function exportKeys({ keys }: OperationPorts, name: ReferenceNames | null) {
  return (await keys.list({})).map((row) => ({
    user: row.userName,
    name: row.name,
    ...(name === null ? {} : { secret: name("KEY", [row.userName, row.name], "SECRET") }),
    expiresAt: row.expiresAt === null ? null : new Date(row.expiresAt).toISOString(),
    models: row.models,
    ipAllow: row.ipAllow,
    ipDeny: row.ipDeny,
    maxConcurrent: row.maxConcurrent,
    enabled: row.enabled,
  }));
}
