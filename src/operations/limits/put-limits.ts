import { AppError } from "@/core/errors";
import { parseAmount } from "@/core/quota/limit-amount";
import { isUnchanged, type LimitValues, limitChanges } from "@/core/quota/limit-changes";
import { LIMIT_UNITS, LIMIT_WINDOWS, type LimitUnit, type LimitWindow } from "@/core/vocabulary";
import { managedBy } from "../existing";
import { defineOperation } from "../operation";
import { limitCell, limitNote, versionOf } from "./limit-output";
import { placeLabel, placeTarget, readPlace } from "./limit-place";
import { LimitCell, PutLimitsInput } from "./schema";

/**
 * Replaces the limits of one subject and target: what is not named inherits, and a cell that stays keeps its row and with it its window
 * (quota.md Q20). Of two writers who saw the same version, one is refused.
 */
export const putLimits = defineOperation({
  name: "limits.put",
  method: "PUT",
  path: "/limits/{kind}/{id}/{target}",
  summary: "Replaces the limits of one subject and target; what is not named inherits.",
  permission: "limits:write",
  input: PutLimitsInput,
  output: LimitCell,
  errors: ["version_conflict"],
  async run({ version, values, ...asked }, { ports, actor }) {
    await ports.limits.holdConfig();
    const before = await readPlace(asked, ports);
    const current = versionOf(before.rows);
    if (current !== version) throw new AppError("version_conflict", { version: current });
    const changes = limitChanges(before.rows, wantedRows(values), managedBy(actor));
    if (isUnchanged(changes)) return { output: limitCell(before) };
    await ports.limits.write(before.place, changes);
    const after = { ...before, rows: await ports.limits.listAt(before.place) };
    const label = placeLabel(asked, before);
    return {
      output: limitCell(after),
      audit: {
        target: placeTarget(asked),
        before: limitNote(label, before.rows),
        after: limitNote(label, after.rows),
      },
    };
  },
});

/** The cells that do not inherit. */
function wantedRows(values: PutLimitsInput["values"]): readonly LimitValues[] {
  return LIMIT_UNITS.flatMap((unit) => LIMIT_WINDOWS.flatMap((window) => rowOf(unit, window, values[unit]?.[window])));
}

type GivenValue = NonNullable<NonNullable<PutLimitsInput["values"][LimitUnit]>[LimitWindow]>;

function rowOf(unit: LimitUnit, window: LimitWindow, value: GivenValue | undefined): LimitValues[] {
  if (value === undefined || value.state === "inherit") return [];
  if (value.state !== "limit")
    return [{ unit, window, state: value.state, amount: null, mode: null, enforcement: null }];
  const amount = parseAmount(value.amount, unit);
  if (typeof amount === "string") throw new AppError("internal_error");
  return [{ unit, window, state: "limit", amount, mode: value.mode ?? null, enforcement: value.enforcement ?? null }];
}
