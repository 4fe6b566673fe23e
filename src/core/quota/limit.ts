import type {
  Enforcement,
  LimitAxis,
  LimitMode,
  LimitState,
  LimitSubject,
  LimitUnit,
  LimitWindow,
} from "../vocabulary";

/** The largest amount of a limit or boost in nano-USD: $9,007,199 (quota.md Q2). */
export const MAX_USD_AMOUNT = 9_007_199_000_000_000;
/** The largest amount in tokens or requests, and the largest cap with its boosts: 2^53 - 1. */
export const MAX_COUNT_AMOUNT = Number.MAX_SAFE_INTEGER;

/** One stored limit: what it counts, for whom and over what (quota.md section 1). */
export type LimitRow = {
  readonly id: number;
  readonly subjectType: LimitSubject;
  /** Id of the user, user group or key. */
  readonly subjectId: number;
  /** null: global, all other models. */
  readonly modelGroupId: number | null;
  readonly unit: LimitUnit;
  readonly window: LimitWindow;
  readonly state: LimitState;
  /** nano-USD or a count, 1 and above; null unless the state is `limit`. */
  readonly amount: number | null;
  /** null: the setting `windowModes`; always null for `total`. */
  readonly mode: LimitMode | null;
  /** null: the setting `enforcement`. */
  readonly enforcement: Enforcement | null;
  /** Config version at which state or mode changed last (quota.md Q4). */
  readonly stateVersion: number;
};

/** A dated addition on top of a user-axis cap. Half-open: in force from `validFrom` until before the earlier of its two ends. */
export type BoostRow = {
  readonly id: number;
  readonly userId: number;
  readonly modelGroupId: number | null;
  readonly unit: LimitUnit;
  readonly window: LimitWindow;
  /** nano-USD or a count, 1 and above. */
  readonly amount: number;
  /** Epoch ms. */
  readonly validFrom: number;
  readonly validTo: number;
  /** Epoch ms of an end by hand; null: none. */
  readonly endedAt: number | null;
};

/** The newest manual restart of a `total` window (quota.md Q17). */
export type RestartRow = {
  readonly axis: LimitAxis;
  /** Id of the user or key. */
  readonly subjectId: number;
  readonly modelGroupId: number | null;
  readonly unit: LimitUnit;
  /** Epoch ms. */
  readonly restartedAt: number;
};

/** A user group as the limits and the costs of one of its users see it. */
export type GroupMembership = {
  readonly id: number;
  readonly name: string;
  /** Config version at which the user joined. */
  readonly joinedVersion: number;
  /** Cost multiplier in millionths, 0..100,000,000; null: none. */
  readonly costMultiplierPpm: number | null;
};

/** A set of models that limits aim at; a model belongs to at most one. */
export type ModelGroup = {
  readonly id: number;
  readonly name: string;
  /** `[a-z0-9-]`, for headers. */
  readonly slug: string;
};

/** A model's name as model groups compare it: trimmed, NFC, lower case (quota.md section 1). */
export function normaliseModel(model: string): string {
  return model.trim().normalize("NFC").toLowerCase();
}
