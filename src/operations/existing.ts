import { AppError } from "@/core/errors";
import type { Actor } from "./operation";

/** The row, or `not_found` when there is none. */
export function existing<Row>(row: Row | null): Row {
  if (row === null) throw new AppError("not_found");
  return row;
}

/** The user behind the actor; `forbidden` when there is none. */
export function ownUserId(actor: Actor): number {
  if (actor.userId === null) throw new AppError("forbidden", { permission: "me:read" });
  return actor.userId;
}

/** Whether something of one's own is in an actor's sight: a sign-in with a key sees what belongs to that key, everyone else every key's. */
export function isOwnKey({ keyId }: Actor, id: number | null): boolean {
  return keyId === undefined || keyId === id;
}

/** Who owns what an actor writes: the provisioning file, or nobody in particular. */
export function managedBy(actor: Actor): "file" | null {
  return actor.via === "file" ? "file" : null;
}
