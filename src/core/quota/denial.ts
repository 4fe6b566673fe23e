import type {
  DenialReason,
  Enforcement,
  LimitAxis,
  LimitMode,
  LimitSubject,
  LimitUnit,
  LimitWindow,
} from "../vocabulary";

/** Codes of the reasons (protocols-and-pricing.md 3.1). */
export const DENIAL_CODES = {
  exhausted: "limit_exceeded",
  too_large: "limit_too_small",
  contended: "limit_contended",
  blocked: "model_group_blocked",
  unavailable: "limits_unavailable",
} as const satisfies Record<DenialReason, string>;

/**
 * Why a limit refused a request (quota.md Q61): one value for the body on the wire, the `denials` row and the decision record. Flat and plain,
 * so that it travels as the parameters of an AppError. Amounts are nano-USD or counts; instants epoch ms.
 */
export type Denial = {
  readonly reason: DenialReason;
  readonly code: (typeof DENIAL_CODES)[DenialReason];
  readonly axis: LimitAxis;
  /** Whose row won. */
  readonly subjectType: LimitSubject;
  readonly targetType: "group" | "global";
  /** Name of the model group, `global` without one. */
  readonly target: string;
  readonly unit: LimitUnit;
  readonly window: LimitWindow;
  /** null for `total`. */
  readonly mode: LimitMode | null;
  readonly enforcement: Enforcement;
  readonly limitId: number;
  /** With the boosts in force; null for a block. */
  readonly cap: number | null;
  readonly boost: number;
  readonly used: number | null;
  readonly held: number | null;
  /** What the request needed: its worst case in `strict`, else its expected amount. */
  readonly estimate: number | null;
  readonly left: number | null;
  /** Output tokens that would fit, 1 and above; null when none would, or in another unit than usd and tokens. */
  readonly affordableOutputTokens: number | null;
  readonly resetsAt: number | null;
  /** Until the request may pass, over all limits that refused it; null: no use waiting. */
  readonly retryAfterMs: number | null;
};
