import { hash } from "node:crypto";
import type { RestartRow } from "@/core/quota/limit";
import { formatAmount } from "@/core/quota/limit-amount";
import type { LimitValues } from "@/core/quota/limit-changes";
import type { LimitPlace, StoredLimit } from "@/core/quota/limit-store";
import { LIMIT_UNITS, LIMIT_WINDOWS, type LimitUnit, type LimitWindow } from "@/core/vocabulary";
import { toTarget } from "../limit-target";
import { toIso, toVersioned } from "../to-output";
import type { LimitCell, LimitItem, LimitValue } from "./schema";

/** The rows of one subject and target, and what belongs to them. */
export type LimitCellRows = {
  readonly place: LimitPlace;
  readonly subjectName: string;
  readonly targetName: string | null;
  readonly rows: readonly StoredLimit[];
  readonly restarts: readonly RestartRow[];
};

/** A stored limit as lists show it. */
export function limitItem(row: StoredLimit): LimitItem {
  return {
    ...toVersioned(row),
    kind: row.subjectType,
    subjectId: row.subjectId,
    subjectName: row.subjectName,
    target: toTarget(row.modelGroupId),
    targetName: row.modelGroupName,
    unit: row.unit,
    window: row.window,
    state: row.state,
    amount: row.amount === null ? null : formatAmount(row.amount, row.unit),
    mode: row.mode,
    enforcement: row.enforcement,
  };
}

/** All limits of one subject and target as the API shows them. */
export function limitCell({ place, subjectName, targetName, rows, restarts }: LimitCellRows): LimitCell {
  return {
    kind: place.subjectType,
    id: place.subjectId,
    subjectName,
    target: toTarget(place.modelGroupId),
    targetName,
    version: versionOf(rows),
    managedBy: rows.some((row) => row.managedBy === "file") ? "file" : null,
    values: grid((unit, window) => valueAt(rows, unit, window)),
    restarts: byUnit((unit) => {
      const restart = restarts.find((row) => row.unit === unit && row.modelGroupId === place.modelGroupId);
      return restart === undefined ? null : toIso(restart.restartedAt);
    }),
  };
}

/** The version of the rows of one subject and target: a digest of their ids and versions. */
export function versionOf(rows: readonly Pick<StoredLimit, "id" | "version">[]): string {
  const parts = rows.map(({ id, version }) => `${id}:${version}`).sort();
  return hash("sha256", parts.join(","), "base64url").slice(0, 22);
}

/** What the audit log keeps of the rows: the cells that do not inherit; null without rows. */
export function limitNote(name: string, rows: readonly LimitValues[]) {
  if (rows.length === 0) return null;
  return { name, values: Object.fromEntries(rows.map((row) => [`${row.unit}.${row.window}`, toValue(row)])) };
}

function valueAt(rows: readonly LimitValues[], unit: LimitUnit, window: LimitWindow): LimitValue {
  const row = rows.find((one) => one.unit === unit && one.window === window);
  return row === undefined ? { state: "inherit" } : toValue(row);
}

function toValue({ unit, state, amount, mode, enforcement }: LimitValues): LimitValue {
  if (state !== "limit") return { state };
  return {
    state,
    amount: formatAmount(amount ?? 0, unit),
    ...(mode === null ? {} : { mode }),
    ...(enforcement === null ? {} : { enforcement }),
  };
}

function byUnit<Value>(make: (unit: LimitUnit) => Value): Record<LimitUnit, Value> {
  return Object.fromEntries(LIMIT_UNITS.map((unit) => [unit, make(unit)])) as Record<LimitUnit, Value>;
}

function grid<Value>(make: (unit: LimitUnit, window: LimitWindow) => Value) {
  return byUnit((unit) => {
    const cells = LIMIT_WINDOWS.map((window) => [window, make(unit, window)] as const);
    return Object.fromEntries(cells) as Record<LimitWindow, Value>;
  });
}
