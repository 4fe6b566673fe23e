import type { LimitRow } from "./limit";

/** What a cell of a limit says. */
export type LimitValues = Pick<LimitRow, "unit" | "window" | "state" | "amount" | "mode" | "enforcement">;
/** Who owns a row: the provisioning file, or nobody in particular. */
type Owned = { readonly managedBy: "file" | null };

/** The writes that turn the stored rows of one subject and target into the wanted ones. */
export type LimitChanges = {
  readonly insert: readonly (LimitValues & Owned)[];
  readonly update: readonly (LimitValues & Owned & { readonly id: number })[];
  /** Ids. */
  readonly remove: readonly number[];
};

/**
 * Compares the rows of one subject and target with the cells wanted: a cell that stays keeps its row, one that changes keeps its id, so that
 * a changed amount keeps the window going (quota.md Q20), and one that is not wanted loses its row. A cell that the file wants is the
 * file's from then on; what a person wants leaves the owner as it was.
 */
export function limitChanges(
  stored: readonly (LimitValues & Owned & { readonly id: number })[],
  wanted: readonly (LimitValues & Owned)[],
): LimitChanges {
  const rows = new Map(stored.map((row) => [cellOf(row), row]));
  const insert: (LimitValues & Owned)[] = [];
  const update: (LimitValues & Owned & { id: number })[] = [];
  for (const { unit, window, state, amount, mode, enforcement, managedBy } of wanted) {
    const values = { unit, window, state, amount, mode, enforcement };
    const row = rows.get(cellOf(values));
    rows.delete(cellOf(values));
    if (row === undefined) insert.push({ ...values, managedBy });
    else if (!isSame(row, values) || (managedBy ?? row.managedBy) !== row.managedBy)
      update.push({ ...values, id: row.id, managedBy: managedBy ?? row.managedBy });
  }
  return { insert, update, remove: [...rows.values()].map(({ id }) => id) };
}

/** True when there is nothing to write. */
export function isUnchanged({ insert, update, remove }: LimitChanges): boolean {
  return insert.length + update.length + remove.length === 0;
}

function cellOf({ unit, window }: LimitValues): string {
  return `${unit}:${window}`;
}

function isSame(row: LimitValues, values: LimitValues): boolean {
  return (["state", "amount", "mode", "enforcement"] as const).every((name) => row[name] === values[name]);
}
