import type {
  Enforcement,
  LimitAxis,
  LimitMode,
  LimitState,
  LimitUnit,
  LimitWindow,
  MaxConcurrent,
  WeekDay,
} from "../vocabulary";
import { LIMIT_UNITS, LIMIT_WINDOWS } from "../vocabulary";
import type { BoostRow, GroupMembership, LimitRow, RestartRow } from "./limit";
import type { RateRow, RateSettings } from "./rate-row";

/** Whose limits are resolved: the part of an auth snapshot that they depend on. */
export type LimitedCaller = {
  readonly userId: number;
  readonly keyId: number;
  readonly userGroups: readonly GroupMembership[];
  readonly limits: readonly LimitRow[];
  readonly boosts: readonly BoostRow[];
  readonly restarts: readonly RestartRow[];
  readonly rates: readonly RateRow[];
  readonly maxConcurrent: { readonly user: MaxConcurrent; readonly key: MaxConcurrent };
};

/** The settings that limits depend on. */
export type LimitRules = RateSettings & {
  readonly enforcement: Enforcement;
  readonly windowModes: Readonly<Record<Exclude<LimitWindow, "total">, LimitMode>>;
  /** IANA zone of calendar windows. */
  readonly timeZone: string;
  /** `HH:MM` */
  readonly dailyReset: string;
  readonly weekStart: WeekDay;
  readonly modelGroupLimits: boolean;
};

/** What all rows of one axis say of one target, unit and window, merged (quota.md Q7). No cell: inherit. */
export type LimitCell = {
  readonly axis: LimitAxis;
  /** Id of the user or key, whose counter it is. */
  readonly subjectId: number;
  /** null: global. */
  readonly modelGroupId: number | null;
  readonly unit: LimitUnit;
  readonly window: LimitWindow;
  readonly state: LimitState;
  /** null unless the state is `limit`; without boosts. */
  readonly amount: number | null;
  /** null for `total`. */
  readonly mode: LimitMode | null;
  readonly enforcement: Enforcement;
  /** The row that decides, and the one that would without it. */
  readonly winner: LimitRow;
  readonly runnerUp: LimitRow | null;
  /** Every row of the cell, the deciding one first. */
  readonly sources: readonly LimitRow[];
  /** Start of a `total` window, epoch ms; 0: the beginning. */
  readonly restartedAt: number;
  /** What its counter depends on besides amounts and boosts (quota.md Q50); "" unless the state is `limit`. */
  readonly definition: string;
};

/** Position of a cell among those of its axis and target: total first, usd before tokens before requests (quota.md Q13). */
export function rankOfCell({ unit, window }: Pick<LimitCell, "unit" | "window">): number {
  return LIMIT_WINDOWS.indexOf(window) * LIMIT_UNITS.length + LIMIT_UNITS.indexOf(unit);
}

/** Key of a target in an index: the model group's id, 0 for global. */
export function targetKey(modelGroupId: number | null): number {
  return modelGroupId ?? 0;
}
