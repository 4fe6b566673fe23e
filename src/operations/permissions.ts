import type { Actor, Scope } from "./operation";
import { PERMISSIONS, type Permission } from "./references";

const OWN: readonly Permission[] = ["me:read", "me:write"];
/** What no access token may do: what is a person's own, what is done once, and making more of its kind. */
const NEVER_BY_TOKEN: readonly Permission[] = [...OWN, "setup", "access-tokens:read", "access-tokens:write"];

/**
 * What an actor may do: admins, the file and the system everything, users what is their own, a sign-in with a key may read that, an access
 * token what its scopes say of what its owner may, everyone else nothing.
 */
export function permissionsOf(actor: Actor): readonly Permission[] {
  switch (actor.kind) {
    case "account":
      return actor.role === "admin" ? PERMISSIONS : OWN;
    case "token":
      return actor.role === "admin"
        ? PERMISSIONS.filter((permission) => isInScope(permission, actor.scopes ?? []))
        : [];
    case "key":
      return ["me:read"];
    case "file":
    case "system":
      return PERMISSIONS.filter((permission) => !OWN.includes(permission));
    case "setup":
      return ["setup"];
    case "anonymous":
      return [];
  }
}

/** False for what no access token may do, whatever its scopes. */
export const isOpenToTokens = (permission: Permission): boolean => !NEVER_BY_TOKEN.includes(permission);

/** True when scopes say more than others do. */
export const isWiderScope = (scopes: readonly Scope[], than: readonly Scope[]): boolean =>
  PERMISSIONS.some((permission) => isInScope(permission, scopes) && !isInScope(permission, than));

/** True when one of the scopes covers the permission; writing an area includes reading it. */
function isInScope(permission: Permission, scopes: readonly Scope[]): boolean {
  if (!isOpenToTokens(permission)) return false;
  const [area, verb] = permission.split(":");
  const covering = verb === "read" ? ["read", "write", permission, `${area}:write`] : ["write", permission];
  return scopes.some((scope) => covering.includes(scope));
}
