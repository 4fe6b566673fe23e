import type { Versioned } from "@/core/vocabulary";

/** An instant as ISO text. */
export function toIso(at: number): string {
  return new Date(at).toISOString();
}

/** An instant as ISO text, or null. */
export function toIsoOrNull(at: number | null): string | null {
  return at === null ? null : toIso(at);
}

/** The common columns of a row with instants as text. */
export function toVersioned(row: Versioned) {
  return {
    id: row.id,
    version: row.version,
    createdAt: toIso(row.createdAt),
    updatedAt: toIso(row.updatedAt),
    managedBy: row.managedBy,
  };
}
