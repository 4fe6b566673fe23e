import type { LimitAxis, LimitUnit, LimitWindow } from "../vocabulary";
import type { LimitRow } from "./limit";
import type { LimitValues } from "./limit-changes";
import type { LimitPlace } from "./limit-store";
import type { QuotaItem } from "./read-quotas";

/** What a new limit does that its writer may not expect (dashboard.md 6.5). */
export type LimitWarning = {
  /**
   * `shadowed`: another row or the user's own cap decides · `already_above`: what was used reaches the cap, so requests are refused from now
   * on · `leaves_global`: requests of the model group no longer count in the global limits of the axis.
   */
  readonly code: "shadowed" | "already_above" | "leaves_global";
  /** null: the whole target. */
  readonly unit: LimitUnit | null;
  readonly window: LimitWindow | null;
  /** The row that decides instead. */
  readonly by: LimitRow | null;
};

/** The rows of one subject and target as they would be. */
export type LimitDraft = { readonly place: LimitPlace; readonly wanted: readonly LimitValues[] };

/** A user before and after a change. */
export type DraftedUser = { readonly stored: readonly LimitRow[]; readonly items: readonly QuotaItem[] };

/** The rows of a caller with those of the draft in place of the stored ones; a row that stays keeps its id. */
export function withDraft(rows: readonly LimitRow[], { place, wanted }: LimitDraft): readonly LimitRow[] {
  const isHere = (row: LimitRow) =>
    row.subjectType === place.subjectType &&
    row.subjectId === place.subjectId &&
    row.modelGroupId === place.modelGroupId;
  const here = rows.filter(isHere);
  const drafted = wanted.map(({ unit, window, state, amount, mode, enforcement }): LimitRow => {
    const known = here.find((row) => row.unit === unit && row.window === window);
    const { id, stateVersion } = known ?? { id: 0, stateVersion: 0 };
    return { ...place, id, stateVersion, unit, window, state, amount, mode, enforcement };
  });
  return [...rows.filter((row) => !isHere(row)), ...drafted];
}

/** Items of the draft's axis and target. */
export function draftedItems({ place }: LimitDraft, items: readonly QuotaItem[]): readonly QuotaItem[] {
  const axis = axisOf(place);
  return items.filter(({ cell }) => cell.axis === axis && cell.modelGroupId === place.modelGroupId);
}

/** Warnings about a draft as one user would meet it. */
export function limitWarnings(draft: LimitDraft, user: DraftedUser): readonly LimitWarning[] {
  const own = draftedItems(draft, user.items);
  const warnings = draft.wanted.flatMap(({ unit, window }): LimitWarning[] => {
    const item = own.find(({ cell }) => cell.unit === unit && cell.window === window);
    if (item === undefined) return [];
    const by = shadowOf(draft.place, item, user.items);
    if (by !== null) return [{ code: "shadowed", unit, window, by }];
    const isAbove = item.cap !== null && item.used !== null && item.used >= item.cap;
    return isAbove ? [{ code: "already_above", unit, window, by: null }] : [];
  });
  return leavesGlobal(draft, user)
    ? [...warnings, { code: "leaves_global", unit: null, window: null, by: null }]
    : warnings;
}

function shadowOf(place: LimitPlace, { cell, cap }: QuotaItem, items: readonly QuotaItem[]): LimitRow | null {
  const { winner, modelGroupId, unit, window } = cell;
  if (winner.subjectType !== place.subjectType || winner.subjectId !== place.subjectId) return winner;
  if (place.subjectType !== "key" || cap === null) return null;
  const users = items.find(
    (item) =>
      item.cell.axis === "user" &&
      item.cell.modelGroupId === modelGroupId &&
      item.cell.unit === unit &&
      item.cell.window === window,
  );
  return users !== undefined && users.cap !== null && cap > users.cap ? users.cell.winner : null;
}

/** The draft makes the first row of its axis for a model group, and there are global limits to leave (quota.md Q8). */
function leavesGlobal({ place, wanted }: LimitDraft, { stored, items }: DraftedUser): boolean {
  if (place.modelGroupId === null || wanted.length === 0) return false;
  const axis = axisOf(place);
  const hadRow = stored.some((row) => axisOf(row) === axis && row.modelGroupId === place.modelGroupId);
  return (
    !hadRow &&
    items.some(({ cell }) => cell.axis === axis && cell.modelGroupId === place.modelGroupId) &&
    items.some(({ cell }) => cell.axis === axis && cell.modelGroupId === null)
  );
}

function axisOf({ subjectType }: Pick<LimitRow, "subjectType">): LimitAxis {
  return subjectType === "key" ? "key" : "user";
}
