import type { LimitAxis, LimitUnit, LimitWindow } from "../vocabulary";
import { wireAmount } from "./limit-amount";
import type { LimitCell } from "./limit-cell";

/**
 * Where one limit stands as a reply tells it (quota.md Q63): the line of the reserve, with the request's own hold once it was admitted.
 * Amounts are nano-USD or counts.
 */
export type LimitStanding = {
  readonly limitId: number;
  readonly axis: LimitAxis;
  readonly unit: LimitUnit;
  readonly window: LimitWindow;
  /** With the boosts in force, 1 and above. */
  readonly cap: number;
  /** Settled. */
  readonly used: number;
  readonly held: number;
  /** Epoch ms; null: never. */
  readonly resetsAt: number | null;
  /** What its item in `x-sluice-limits` begins with, as `limitItem` makes it. */
  readonly item: string;
};

/** The part of an item of `x-sluice-limits` that stays as it is from request to request (protocols-and-pricing.md 2.4). */
export function limitItem({ axis, modelGroupId, unit, window }: LimitItemCell, cap: number): string {
  const target = modelGroupId === null ? "global" : "group";
  return `${axis};s=${target};w=${window};u=${unit};cap=${wireAmount(unit, cap)};rem=`;
}

type LimitItemCell = Pick<LimitCell, "axis" | "modelGroupId" | "unit" | "window">;

/** What may still be spent, 0 and above. */
export function remainingOf({ cap, used, held }: LimitStanding): number {
  return Math.max(0, cap - used - held);
}

/** How far a limit is used, 1 = all of it; to compare with. */
export function usedShareOf({ cap, used, held }: LimitStanding): number {
  return (used + held) / cap;
}

const SCALE = 10_000;
/** Below this, times the scale, an integer is exact. */
const MAX_EXACT = Math.floor(Number.MAX_SAFE_INTEGER / SCALE);

/** The utilisation of protocols-and-pricing.md 2.4 in ten-thousandths, rounded down exactly, 0 and above. */
export function utilisationOf({ cap, used, held }: LimitStanding): number {
  const spent = used + held;
  if (spent <= 0) return 0;
  if (spent <= MAX_EXACT) return Math.floor((spent * SCALE) / cap);
  return Number(((BigInt(used) + BigInt(held)) * BigInt(SCALE)) / BigInt(cap));
}
