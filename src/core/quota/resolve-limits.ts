import type { BoostRow } from "./limit";
import { MAX_COUNT_AMOUNT } from "./limit";
import { type LimitCell, targetKey } from "./limit-cell";
import { limitItem } from "./limit-standing";
import type { AxisLimits, MergedLimits } from "./merge-limits";
import type { BucketKind, BucketRef } from "./quota-store";

/*
 * Which limits apply to a request: one pure function of (limits of the caller, target, instant), used by enforcement, quota cards, matrix,
 * `/v1/usage`, explain and refusals, so that they cannot disagree (quota.md section 2).
 *
 * The two axes are independent and both must pass. On each, a row of any unit, window or state for the request's model group makes that
 * group's cells the only ones that count; without one the global cells count. A block refuses; an unlimited cell is not counted.
 *
 * The result depends on time through window instances and boosts alone and holds until `validUntil`, so the hot path keeps it.
 */

/** The window instance that is current at an instant. */
export type WindowInstance = {
  readonly kind: BucketKind;
  /** As in BucketRef. */
  readonly start: number;
  readonly end: number;
  /** Epoch ms until which this instance is the current one; Infinity unless it is a calendar window. */
  readonly validUntil: number;
};

/** Finds window instances (quota.md section 3). */
export type Windows = {
  instanceAt(cell: Pick<LimitCell, "window" | "mode">, at: number): WindowInstance;
};

/** What a request asks for, as far as limits go. */
export type LimitTarget = {
  /** null: a model without a group. */
  readonly modelGroupId: number | null;
  /** Every price component is 0: usd buckets are left out, blocks still refuse (quota.md Q11). */
  readonly isFree: boolean;
  /** Blocks refuse, and nothing is counted (class R of protocols-and-pricing.md 1.2); absent: false. */
  readonly isRateOnly?: boolean;
};

/** The counter of one capped cell with the cap in force. */
export type ResolvedBucket = BucketRef & {
  readonly cell: LimitCell;
  /** Amount of the winner plus boosts. */
  readonly cap: number;
  readonly boost: number;
  readonly boosts: readonly BoostRow[];
  /** What a stored line of it begins with; core/limit-lines.ts reads it. */
  readonly label: string;
  /** What its item in the limit headers of a reply begins with; see limit-standing.ts. */
  readonly item: string;
};

/** The limits that apply to a request at an instant. */
export type Resolution = {
  /** Every cell that is not inherited, of the applicable target of each axis; user axis first, in the order of quota.md Q13. */
  readonly cells: readonly LimitCell[];
  /** The capped ones, in the same order. */
  readonly buckets: readonly ResolvedBucket[];
  /** The first block; the request is refused by it. */
  readonly blockedBy: LimitCell | null;
  /** Whether the request counts in the global limits of each axis (quota.md Q8). */
  readonly counted: { readonly userGlobal: boolean; readonly keyGlobal: boolean };
  /** Epoch ms up to which nothing of this changes by itself. */
  readonly validUntil: number;
};

const NO_CELLS: readonly LimitCell[] = [];

/** Resolves the limits of a caller for a target at an instant of the store's clock (epoch ms). */
export function resolveLimits(
  limits: MergedLimits & { readonly windows: Windows },
  target: LimitTarget,
  at: number,
): Resolution {
  const user = applicable(limits.user, target.modelGroupId);
  const key = applicable(limits.key, target.modelGroupId);
  const cells = [...user.cells, ...key.cells];
  const capped = target.isRateOnly
    ? NO_CELLS
    : cells.filter(({ state, unit }) => state === "limit" && !(target.isFree && unit === "usd"));
  const resolved = capped.map((cell) => bucketAt(cell, limits, at));
  return {
    cells,
    buckets: resolved.map(({ bucket }) => bucket),
    blockedBy: cells.find(({ state }) => state === "block") ?? null,
    counted: { userGlobal: user.isGlobal, keyGlobal: key.isGlobal },
    validUntil: Math.min(nextBoostEdge(limits.caller.boosts, at), ...resolved.map(({ validUntil }) => validUntil)),
  };
}

/** Every capped cell of both axes over all targets as a bucket: for cards, fill and rebuild. */
export function allBuckets(
  limits: MergedLimits & { readonly windows: Windows },
  at: number,
): readonly ResolvedBucket[] {
  return allCells(limits)
    .filter(({ state }) => state === "limit")
    .map((cell) => bucketAt(cell, limits, at).bucket);
}

/** Every cell of both axes over all targets, user axis first, each target's in the order of quota.md Q13. */
export function allCells({ user, key }: MergedLimits): readonly LimitCell[] {
  return [user, key].flatMap(({ byTarget }) => [...byTarget.values()].flat());
}

function applicable({ byTarget }: AxisLimits, modelGroupId: number | null) {
  const own = modelGroupId === null ? undefined : byTarget.get(targetKey(modelGroupId));
  return { cells: own ?? byTarget.get(targetKey(null)) ?? [], isGlobal: own === undefined };
}

function bucketAt(
  cell: LimitCell,
  { caller, windows }: MergedLimits & { readonly windows: Windows },
  at: number,
): { readonly bucket: ResolvedBucket; readonly validUntil: number } {
  const boosts = cell.axis === "user" ? caller.boosts.filter((boost) => isFor(boost, cell) && isActive(boost, at)) : [];
  const boost = boosts.reduce((sum, { amount }) => Math.min(MAX_COUNT_AMOUNT, sum + amount), 0);
  const cap = Math.min(MAX_COUNT_AMOUNT, (cell.amount ?? 0) + boost);
  const { validUntil, ...instance } =
    cell.window === "total"
      ? { kind: "total" as const, start: cell.restartedAt, end: 0, validUntil: Number.POSITIVE_INFINITY }
      : windows.instanceAt(cell, at);
  const id = bucketId(cell, instance);
  const { winner, enforcement } = cell;
  const source = winner.subjectType === "user_group" ? winner.subjectId : "";
  const label = `${id} ${winner.id} ${source} ${enforcement.slice(0, 2)} ${cap} ${boost === 0 ? "" : boost}`;
  return { bucket: { id, ...instance, cell, cap, boost, boosts, label, item: limitItem(cell, cap) }, validUntil };
}

function bucketId(cell: LimitCell, { kind, start }: Pick<BucketRef, "kind" | "start">): string {
  const subject = `${cell.axis === "user" ? "u" : "k"}${cell.subjectId}`;
  const base = `${subject}:${targetKey(cell.modelGroupId)}:${cell.unit}:${cell.window}`;
  if (kind === "total") return base;
  return kind === "calendar" ? `${base}:${start}` : `${base}:${kind}`;
}

function isFor(boost: BoostRow, cell: LimitCell): boolean {
  return boost.modelGroupId === cell.modelGroupId && boost.unit === cell.unit && boost.window === cell.window;
}

/** Epoch ms at which a boost ends: by plan or by hand. */
export function boostEnd({ validTo, endedAt }: BoostRow): number {
  return endedAt === null ? validTo : Math.min(validTo, endedAt);
}

/** True while a boost raises its cap: from its start until before its end (quota.md Q9). */
export function isActive(boost: BoostRow, at: number): boolean {
  return boost.validFrom <= at && at < boostEnd(boost);
}

function nextBoostEdge(boosts: readonly BoostRow[], at: number): number {
  const edges = boosts.flatMap((boost) => [boost.validFrom, boostEnd(boost)]).filter((edge) => edge > at);
  return Math.min(Number.POSITIVE_INFINITY, ...edges);
}
