import { isDeepStrictEqual } from "node:util";
import { AppError } from "@/core/errors";
import type { Actor } from "./operation";

type Given<Patch> = { [Name in keyof Patch]?: Exclude<Patch[Name], undefined> };

/** A row as an update finds it, and the version the caller saw. */
export type UpdateBase<Row> = { readonly row: Row; readonly version: number; readonly actor: Actor };

/**
 * The fields of a patch that differ from the row, null when none does: then there is nothing to write and nothing to audit.
 * What the provisioning file writes belongs to it from then on. Throws version_conflict when the caller saw another version.
 */
export function changesOf<
  Row extends { readonly version: number; readonly managedBy: "file" | null },
  Patch extends object,
>({ row, version, actor }: UpdateBase<Row>, patch: Patch): (Given<Patch> & { managedBy?: "file" }) | null {
  if (row.version !== version) throw new AppError("version_conflict", { version: row.version });
  const wanted = actor.via === "file" ? { ...patch, managedBy: "file" } : patch;
  const stored = new Map<string, unknown>(Object.entries(row));
  const changes = Object.entries(wanted).filter(
    ([name, value]) => value !== undefined && !isDeepStrictEqual(value, stored.get(name)),
  );
  return changes.length === 0 ? null : (Object.fromEntries(changes) as Given<Patch> & { managedBy?: "file" });
}
