import type { Actor, Permission } from "./operation";
import { PERMISSIONS } from "./references";

const OWN: readonly Permission[] = ["me:read", "me:write"];

/** What an actor may do: admins, the file and the system everything, users what is their own, everyone else nothing. */
export function permissionsOf(actor: Actor): readonly Permission[] {
  switch (actor.kind) {
    case "account":
      return actor.role === "admin" ? PERMISSIONS : OWN;
    case "file":
    case "system":
      return PERMISSIONS.filter((permission) => !OWN.includes(permission));
    case "setup":
      return ["setup"];
    case "anonymous":
      return [];
  }
}
