import { AppError } from "@/core/errors";
import { parseAmount } from "@/core/quota/limit-amount";
import { isUnchanged, type LimitValues, limitChanges } from "@/core/quota/limit-changes";
import { LIMIT_UNITS, LIMIT_WINDOWS, type LimitUnit, type LimitWindow } from "@/core/vocabulary";
import { managedBy } from "../existing";
import type { OperationContext, OperationResult } from "../operation";
import { type LimitCellRows, limitCell, limitNote } from "./limit-output";
import { type AskedPlace, placeLabel, placeTarget } from "./limit-place";
import type { LimitCell, PutLimitsInput } from "./schema";

type Grid = PutLimitsInput["values"];
type GivenValue = NonNullable<NonNullable<Grid[LimitUnit]>[LimitWindow]>;
type WantedRow = LimitValues & { readonly managedBy: "file" | null };

/** The cells of a grid that do not inherit, owned by who writes them. */
export function wantedRows(grid: Grid, { actor }: OperationContext): readonly WantedRow[] {
  return cellsOf(grid).flatMap(({ unit, window, value }) => {
    const row = toRow(unit, window, value);
    return row === null ? [] : [{ ...row, managedBy: managedBy(actor) }];
  });
}

/** Every cell that a grid names, those that inherit too. */
export function cellsOf(grid: Grid) {
  return LIMIT_UNITS.flatMap((unit) =>
    LIMIT_WINDOWS.flatMap((window) => {
      const value = grid[unit]?.[window];
      return value === undefined ? [] : [{ unit, window, value }];
    }),
  );
}

/** Brings the rows of one subject and target to the wanted ones; without a difference nothing is written and nothing audited. */
export async function writeLimits(
  asked: AskedPlace,
  { before, wanted }: { readonly before: LimitCellRows; readonly wanted: readonly WantedRow[] },
  { ports }: OperationContext,
): Promise<OperationResult<LimitCell>> {
  const changes = limitChanges(before.rows, wanted);
  if (isUnchanged(changes)) return { output: limitCell(before) };
  await ports.limits.write(before.place, changes);
  const after = { ...before, rows: await ports.limits.listAt(before.place) };
  const label = placeLabel(asked, before);
  return {
    output: limitCell(after),
    audit: { target: placeTarget(asked), before: limitNote(label, before.rows), after: limitNote(label, after.rows) },
  };
}

function toRow(unit: LimitUnit, window: LimitWindow, value: GivenValue): LimitValues | null {
  const open = { unit, window, amount: null, mode: null, enforcement: null };
  if (value.state === "inherit") return null;
  if (value.state !== "limit") return { ...open, state: value.state };
  const amount = parseAmount(value.amount, unit);
  if (typeof amount === "string") throw new AppError("internal_error");
  return { ...open, state: "limit", amount, mode: value.mode ?? null, enforcement: value.enforcement ?? null };
}
