import { createHash } from "node:crypto";
import type { LimitAxis, LimitMode } from "../vocabulary";
import type { LimitRow } from "./limit";
import { type LimitCell, type LimitedCaller, type LimitRules, rankOfCell, targetKey } from "./limit-cell";

/** The limits of one axis over all targets; depends on configuration alone, not on time. */
export type AxisLimits = {
  readonly axis: LimitAxis;
  /** Id of the user or key. */
  readonly subjectId: number;
  /** Cells by target (0 = global), each list in the order of quota.md Q13. A target without a row is absent. */
  readonly byTarget: ReadonlyMap<number, readonly LimitCell[]>;
  /** One text per capped cell: what its counter depends on besides amounts and boosts (quota.md Q50). */
  readonly definitions: readonly string[];
  /** Digest of the definitions; "" without a capped cell. */
  readonly fingerprint: string;
};

/** All limits of a caller, merged. */
export type MergedLimits = {
  readonly caller: LimitedCaller;
  readonly rules: LimitRules;
  readonly user: AxisLimits;
  readonly key: AxisLimits;
  /** A row with an amount is not counted now, because another row or a switch outweighs it; once it counts again, it must be filled. */
  readonly hasDormantCap: boolean;
};

/**
 * Merges the rows of a caller (quota.md Q6, Q7): per axis, target, unit and window the personal block, else the maximum in the order
 * block < amount < unlimited; ties go to the personal row, then to the group with the lowest id. Pure; made once per auth snapshot.
 */
export function mergeLimits(caller: LimitedCaller, rules: LimitRules): MergedLimits {
  const counts = ({ modelGroupId }: LimitRow) => rules.modelGroupLimits || modelGroupId === null;
  const rows = caller.limits.filter(counts);
  const user = rows.filter(({ subjectType }) => subjectType !== "key");
  const key = rows.filter(({ subjectType }) => subjectType === "key");
  const merged = { user: axisLimits("user", user, { caller, rules }), key: axisLimits("key", key, { caller, rules }) };
  const capped = [merged.user, merged.key].flatMap(({ byTarget }) =>
    [...byTarget.values()].flat().filter(({ state }) => state === "limit"),
  );
  const counted = new Set(capped.flatMap(({ sources }) => sources.map(({ id }) => id)));
  const hasDormantCap = caller.limits.some(({ id, state }) => state === "limit" && !counted.has(id));
  return { caller, rules, ...merged, hasDormantCap };
}

type Merging = { readonly caller: LimitedCaller; readonly rules: LimitRules };

function axisLimits(axis: LimitAxis, rows: readonly LimitRow[], merging: Merging): AxisLimits {
  const groups = new Map<string, LimitRow[]>();
  for (const row of rows) {
    const cell = `${targetKey(row.modelGroupId)}:${row.unit}:${row.window}`;
    const found = groups.get(cell);
    if (found === undefined) groups.set(cell, [row]);
    else found.push(row);
  }
  const cells = [...groups.values()].map((sources) => mergeCell(axis, sources, merging));
  const byTarget = new Map<number, LimitCell[]>();
  for (const cell of cells.sort((a, b) => rankOfCell(a) - rankOfCell(b))) {
    const target = targetKey(cell.modelGroupId);
    const found = byTarget.get(target);
    if (found === undefined) byTarget.set(target, [cell]);
    else found.push(cell);
  }
  const definitions = cells.flatMap(({ definition }) => (definition === "" ? [] : [definition])).sort();
  return {
    axis,
    subjectId: axis === "user" ? merging.caller.userId : merging.caller.keyId,
    byTarget,
    definitions,
    fingerprint: definitions.length === 0 ? "" : digest(definitions.join("\n")),
  };
}

function mergeCell(axis: LimitAxis, rows: readonly LimitRow[], { caller, rules }: Merging): LimitCell {
  const sources = [...rows].sort(byPrecedence);
  const [winner, runnerUp = null] = sources as [LimitRow, ...LimitRow[]];
  const { modelGroupId, unit, window } = winner;
  const restart = caller.restarts.find(
    (row) => row.axis === axis && row.modelGroupId === modelGroupId && row.unit === unit,
  );
  const cell = {
    axis,
    subjectId: axis === "user" ? caller.userId : caller.keyId,
    modelGroupId,
    unit,
    window,
    state: winner.state,
    amount: winner.state === "limit" ? winner.amount : null,
    mode: modeOf(winner, rules),
    enforcement: winner.enforcement ?? rules.enforcement,
    winner,
    runnerUp,
    sources,
    restartedAt: window === "total" ? (restart?.restartedAt ?? 0) : 0,
  };
  return { ...cell, definition: cell.state === "limit" ? definitionOf(cell, { caller, rules }) : "" };
}

function byPrecedence(a: LimitRow, b: LimitRow): number {
  const isPersonalBlock = (row: LimitRow) => (row.subjectType === "user" && row.state === "block" ? 1 : 0);
  const personal = (row: LimitRow) => (row.subjectType === "user_group" ? 0 : 1);
  return (
    isPersonalBlock(b) - isPersonalBlock(a) ||
    weightOf(b) - weightOf(a) ||
    personal(b) - personal(a) ||
    a.subjectId - b.subjectId
  );
}

/** Order of quota.md Q7: block < amount < unlimited. */
function weightOf({ state, amount }: LimitRow): number {
  if (state === "block") return 0;
  return state === "unlimited" ? Number.POSITIVE_INFINITY : (amount ?? 0);
}

function modeOf({ window, mode }: LimitRow, rules: LimitRules): LimitMode | null {
  return window === "total" ? null : (mode ?? rules.windowModes[window]);
}

/**
 * Changes whenever the counter may have missed usage: another window, or rows that came, went or changed their state. Amounts, boosts and
 * enforcement are no part of it.
 */
function definitionOf(cell: Omit<LimitCell, "definition">, { caller, rules }: Merging): string {
  const joined = new Map(caller.userGroups.map(({ id, joinedVersion }) => [id, joinedVersion]));
  const identities = cell.sources.map(({ id, stateVersion, subjectType, subjectId }) =>
    subjectType === "user_group" ? `${id}.${stateVersion}.${joined.get(subjectId) ?? 0}` : `${id}.${stateVersion}`,
  );
  const calendar =
    cell.mode === "calendar"
      ? `${rules.timeZone} ${rules.dailyReset} ${cell.window === "weekly" ? rules.weekStart : ""}`
      : "";
  const window = `${cell.window}:${cell.mode ?? cell.restartedAt}`;
  return `${targetKey(cell.modelGroupId)}:${cell.unit}:${window}|${calendar}|${identities.sort().join(",")}`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}
