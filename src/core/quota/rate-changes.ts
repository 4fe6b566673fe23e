import type { Versioned } from "../vocabulary";
import { type RateRow, type RateValues, rateKey } from "./rate-row";

type Owned = Pick<Versioned, "managedBy">;

/** What to write so that a subject has the wanted rates. A rate that stays keeps its row, and a bucket with it its state. */
export type RateChanges = {
  readonly insert: readonly (RateValues & Owned)[];
  readonly update: readonly (Pick<RateRow, "id" | "amount" | "burst"> & Owned)[];
  readonly remove: readonly number[];
};

/** The difference between the stored rates of one subject and the wanted ones, of which each says something else. */
export function rateChanges(
  stored: readonly (RateRow & Owned)[],
  wanted: readonly (RateValues & Owned)[],
): RateChanges {
  const known = new Map(stored.map((row) => [rateKey(row), row]));
  const insert: (RateValues & Owned)[] = [];
  const update: RateChanges["update"][number][] = [];
  for (const rate of wanted) {
    const row = known.get(rateKey(rate));
    known.delete(rateKey(rate));
    if (row === undefined) insert.push(rate);
    else if (
      row.amount !== rate.amount ||
      row.burst !== rate.burst ||
      (rate.managedBy === "file" && row.managedBy === null)
    )
      update.push({ id: row.id, amount: rate.amount, burst: rate.burst, managedBy: rate.managedBy });
  }
  return { insert, update, remove: [...known.values()].map(({ id }) => id) };
}
