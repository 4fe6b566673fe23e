import { AppError } from "@/core/errors";
import type { Actor } from "./operation";

/** The row, or `not_found` when there is none. */
export function existing<Row>(row: Row | null): Row {
  if (row === null) throw new AppError("not_found");
  return row;
}

/** The user behind the actor; `forbidden` when there is none. */
export function ownUserId(actor: Actor): number {
  if (actor.userId === null) throw new AppError("forbidden");
  return actor.userId;
}

/** Who owns what an actor writes: the provisioning file, or nobody in particular. */
export function managedBy(actor: Actor): "file" | null {
  return actor.via === "file" ? "file" : null;
}
