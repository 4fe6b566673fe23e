import type { PriceRow } from "./price";
import { replacesEver } from "./select-price-row";

/*
 * What an import of the packaged catalogue adds to the stored one (protocols-and-pricing.md 7.2). Rows are never edited: where the package says
 * another price than the rows in force do, the model gets new rows, from the date that the package gives, else from the time of the import. They
 * are added together, for the latest instant counts before everything else: a new base price alone would stand in for an older context tier.
 * Pure; a second import of the same package adds nothing. What the package no longer names stays as it is.
 */

/** A row that is not stored yet. */
export type NewPriceRow = Omit<PriceRow, "id">;

/** What is compared. */
export type ImportAsk = {
  readonly packaged: readonly PriceRow[];
  /** Catalogue rows of earlier imports. */
  readonly stored: readonly PriceRow[];
  /** Epoch ms. */
  readonly now: number;
};

/** Rows to add, and how many models have some. */
export type ImportPlan = { readonly added: readonly NewPriceRow[]; readonly changedModels: number };

/** Plans an import. */
export function planImport({ packaged, stored, now }: ImportAsk): ImportPlan {
  const known = Map.groupBy(stored, modelOf);
  const added: NewPriceRow[] = [];
  let changedModels = 0;
  for (const [model, rows] of Map.groupBy(packaged, modelOf)) {
    const fresh = addedTo(known.get(model) ?? [], rows, now);
    if (fresh.length > 0) changedModels++;
    added.push(...fresh);
  }
  return { added, changedModels };
}

function modelOf({ provider, model }: PriceRow): string {
  return `${provider} ${model}`;
}

function addedTo(stored: readonly PriceRow[], packaged: readonly PriceRow[], now: number): readonly NewPriceRow[] {
  if (stored.length === 0) return packaged.map(({ id: _, ...row }) => row);
  const added: NewPriceRow[] = [];
  let timeline = stored;
  const later = [...stored, ...packaged].map((row) => row.effectiveFrom).filter((from) => from > now);
  for (const at of [...new Set([now, ...later])].sort((a, b) => a - b)) {
    const wanted = inForce(packaged, at);
    const found = inForce(timeline, at);
    if (isSame(wanted, found)) continue;
    const effectiveFrom = at > now ? at : (dateOf(wanted, found) ?? now);
    const fresh = wanted.map(({ id: _, ...row }): NewPriceRow => ({ ...row, effectiveFrom }));
    added.push(...fresh);
    timeline = [...timeline, ...fresh.map((row) => ({ ...row, id: Number.MAX_SAFE_INTEGER }))];
  }
  return added;
}

/** The rows that may price a call at an instant, whatever its size and the time of day. */
function inForce(rows: readonly PriceRow[], at: number): readonly PriceRow[] {
  const begun = rows.filter((row) => row.effectiveFrom <= at);
  return begun.filter((row) => !begun.some((other) => replacesEver(other, row)));
}

function isSame(a: readonly PriceRow[], b: readonly PriceRow[]): boolean {
  return textOf(a) === textOf(b);
}

/** What rows say, whatever their order, ids and dates. */
function textOf(rows: readonly PriceRow[]): string {
  const texts = rows.map(({ serviceTier, minInputTokens, dailyUtcFrom, dailyUtcTo, components }) => {
    const prices = Object.entries(components).map(([name, pico]) => `${name} ${pico}`);
    return [serviceTier, minInputTokens, dailyUtcFrom, dailyUtcTo, ...prices.sort()].join();
  });
  return texts.sort().join(";");
}

/** The date that the package gives to a price, if that is after all that is in force; null: none. */
function dateOf(wanted: readonly PriceRow[], found: readonly PriceRow[]): number | null {
  const [date, ...others] = new Set(wanted.map((row) => row.effectiveFrom));
  if (date === undefined || others.length > 0 || date === 0) return null;
  return found.every((row) => row.effectiveFrom < date) ? date : null;
}
