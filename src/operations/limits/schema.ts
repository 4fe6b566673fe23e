import { z } from "zod";
import {
  ENFORCEMENTS,
  LIMIT_MODES,
  LIMIT_STATES,
  LIMIT_SUBJECTS,
  LIMIT_UNITS,
  LIMIT_WINDOWS,
  type LimitUnit,
  type LimitWindow,
} from "@/core/vocabulary";
import {
  amountField,
  because,
  enforcementField,
  idField,
  instant,
  listOf,
  modeField,
  orDefault,
  strict,
  subjectField,
  targetField,
  text,
  unitField,
  versionedShape,
  whole,
  windowField,
} from "../references";

/** What one unit and window says (dashboard.md 7.1). A bare zero or null is meant as a block, which is a state. */
function limitValue(unit: LimitUnit, window: LimitWindow) {
  const mode = window === "total" ? z.never(because("mode_not_applicable")) : modeField(window);
  return z.discriminatedUnion(
    "state",
    [
      strict({ state: z.literal("inherit") }),
      strict({ state: z.literal("unlimited") }),
      strict({ state: z.literal("block") }),
      strict({
        state: z.literal("limit"),
        amount: amountField(unit),
        mode: mode.optional(),
        enforcement: enforcementField.optional(),
      }),
    ],
    {
      error: ({ input }) => {
        if (input === null || input === 0 || input === "0") return "limit_zero_use_block";
        return typeof input === "object" ? "not_a_choice" : "invalid";
      },
    },
  );
}

const windowsOf = (unit: LimitUnit) =>
  strict(
    {
      total: limitValue(unit, "total").optional(),
      monthly: limitValue(unit, "monthly").optional(),
      weekly: limitValue(unit, "weekly").optional(),
      daily: limitValue(unit, "daily").optional(),
      "5h": limitValue(unit, "5h").optional(),
    },
    "window_unknown",
  );

const place = { kind: subjectField, id: idField, target: targetField };

/** Limits of one subject and target by unit and window; an absent one inherits. */
const LimitGridInput = strict(
  {
    usd: windowsOf("usd").optional(),
    tokens: windowsOf("tokens").optional(),
    requests: windowsOf("requests").optional(),
  },
  "unit_unknown",
).meta({ id: "LimitGrid" });

/** Input of `limits.put`: every unit and window of one subject and target at once. `version` is that of `limits.get`. */
export const PutLimitsInput = strict({ ...place, version: text(64), values: LimitGridInput });
/** See the schema. */
export type PutLimitsInput = z.output<typeof PutLimitsInput>;
/** Input of `limits.preview`: the same body; the version is not looked at. */
export const PreviewLimitsInput = strict({ ...place, version: text(64).optional(), values: LimitGridInput });
/** Input of the provisioning file's way in: the named units and windows; the others stay. */
export const ImportLimitsInput = strict({ ...place, values: LimitGridInput });
/** Input of `limits.get`. */
export const GetLimitsInput = strict(place);

/** Input of `limits.list`, by id. A cursor belongs to its filters (`cursor_mismatch`). */
export const ListLimitsInput = strict({
  kind: subjectField.optional(),
  subjectId: idField.optional(),
  target: targetField.optional(),
  unit: unitField.optional(),
  window: windowField.optional(),
  cursor: text(1000).optional(),
  limit: orDefault(whole(1, 200), 50),
});

/** Input of `limits.restartTotal`: a group's usage is that of its users, so it has no total of its own. */
export const RestartTotalInput = strict({
  ...place,
  units: z
    .array(unitField, because("invalid"))
    .min(1, "required")
    .refine((units) => new Set(units).size === units.length, "duplicate"),
  note: orDefault(text(500).nullable(), null),
});

/** What one unit and window says. */
export const LimitValue = z
  .discriminatedUnion("state", [
    z.object({ state: z.literal("inherit") }),
    z.object({ state: z.literal("unlimited") }),
    z.object({ state: z.literal("block") }),
    z.object({
      state: z.literal("limit"),
      /** Decimal USD, or a whole number. */
      amount: z.string(),
      /** Absent: the setting `windowModes`; always absent for `total`. */
      mode: z.enum(LIMIT_MODES).optional(),
      /** Absent: the setting `enforcement`. */
      enforcement: z.enum(ENFORCEMENTS).optional(),
    }),
  ])
  .meta({ id: "LimitValue" });
/** See the schema. */
export type LimitValue = z.infer<typeof LimitValue>;

const target = z.union([z.literal("global"), z.int()]);

/** All limits of one subject and target. */
export const LimitCell = z
  .object({
    kind: z.enum(LIMIT_SUBJECTS),
    id: z.int(),
    /** `user/key` for a key. */
    subjectName: z.string(),
    target,
    /** null: global. */
    targetName: z.string().nullable(),
    /** Opaque; changes with every write. */
    version: z.string(),
    /** `file` when the provisioning file owns one of the rows. */
    managedBy: z.literal("file").nullable(),
    values: z.record(z.enum(LIMIT_UNITS), z.record(z.enum(LIMIT_WINDOWS), LimitValue)),
    /** When `total` was restarted last, by unit; null: never. */
    restarts: z.record(z.enum(LIMIT_UNITS), instant.nullable()),
  })
  .meta({ id: "LimitCell" });
/** See the schema. */
export type LimitCell = z.infer<typeof LimitCell>;

/** One stored limit. */
export const LimitItem = z
  .object({
    ...versionedShape,
    kind: z.enum(LIMIT_SUBJECTS),
    subjectId: z.int(),
    subjectName: z.string(),
    target,
    targetName: z.string().nullable(),
    unit: z.enum(LIMIT_UNITS),
    window: z.enum(LIMIT_WINDOWS),
    state: z.enum(LIMIT_STATES),
    /** null unless the state is `limit`. */
    amount: z.string().nullable(),
    /** null: the setting `windowModes`. */
    mode: z.enum(LIMIT_MODES).nullable(),
    /** null: the setting `enforcement`. */
    enforcement: z.enum(ENFORCEMENTS).nullable(),
  })
  .meta({ id: "LimitItem" });
/** See the schema. */
export type LimitItem = z.infer<typeof LimitItem>;
/** Output of `limits.list`. */
export const LimitList = listOf(LimitItem).meta({ id: "LimitList" });
/** See the schema. */
export type LimitList = z.infer<typeof LimitList>;
/** Output of `limits.restartTotal`. */
export const RestartedTotal = z.object({ restartedAt: instant }).meta({ id: "RestartedTotal" });
/** See the schema. */
export type RestartedTotal = z.infer<typeof RestartedTotal>;

const source = z.object({ kind: z.enum(LIMIT_SUBJECTS), id: z.int() });

/** Output of `limits.preview`: per user what would be in force for the target, and what to be warned of. */
export const LimitPreview = z
  .object({
    asOf: instant,
    subjects: z.array(
      z.object({
        userId: z.int(),
        /** The key that the limits are for; null: they are not for a key. */
        keyId: z.int().nullable(),
        cells: z.array(
          z.object({
            unit: z.enum(LIMIT_UNITS),
            window: z.enum(LIMIT_WINDOWS),
            state: z.enum(LIMIT_STATES),
            mode: z.enum(LIMIT_MODES).nullable(),
            enforcement: z.enum(ENFORCEMENTS),
            /** Without boosts; null unless the state is `limit`. */
            amount: z.string().nullable(),
            /** With boosts. */
            cap: z.string().nullable(),
            boost: z.string(),
            /** By the ledger. */
            used: z.string().nullable(),
            winner: source,
            runnerUp: source.nullable(),
          }),
        ),
        warnings: z.array(
          z.object({
            code: z.enum(["shadowed", "already_above", "leaves_global"]),
            /** null: the whole target. */
            unit: z.enum(LIMIT_UNITS).nullable(),
            window: z.enum(LIMIT_WINDOWS).nullable(),
            /** Whose row decides instead. */
            by: source.nullable(),
          }),
        ),
      }),
    ),
    /** Users that the limits are for; `capped`: not all are listed. */
    total: z.object({ value: z.int(), capped: z.boolean() }),
  })
  .meta({ id: "LimitPreview" });
/** See the schema. */
export type LimitPreview = z.infer<typeof LimitPreview>;
