import { AppError } from "@/core/errors";
import type { Role } from "@/core/vocabulary";
import type { Actor } from "../operation";

/**
 * Refuses an access token, what it applies as a file included, when one of the roles in play is an admin's: who makes an admin, or sets an
 * admin's password, could sign in as one (reliability-and-security.md SEC3). Throws admin_needs_sign_in.
 */
export function refuseToken(actor: Actor, ...roles: readonly (Role | undefined)[]): void {
  if (actor.kind === "token" && roles.includes("admin")) throw new AppError("admin_needs_sign_in");
}
