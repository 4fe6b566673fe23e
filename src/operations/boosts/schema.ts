import { z } from "zod";
import { LIMIT_UNITS, LIMIT_WINDOWS } from "@/core/vocabulary";
import {
  amountText,
  because,
  boostStateField,
  byId,
  idField,
  instant,
  instantOrLocalField,
  listOf,
  orDefault,
  strict,
  targetField,
  text,
  unitField,
  versionedShape,
  versionField,
  whole,
  windowField,
  withFittingAmount,
} from "../references";

/** What a boost adds, and when; shared by form, REST and the provisioning file. */
export const boostFields = {
  window: windowField,
  unit: unitField,
  /** Decimal USD, or a whole number. */
  amount: amountText,
  /** An instant, or a local time of the system zone; half-open up to `to`. */
  to: instantOrLocalField,
  note: orDefault(text(500).nullable(), null),
};

/** Input of `boosts.grant`: the same boost for each user. */
export const GrantBoostInput = withFittingAmount(
  strict({
    users: z
      .array(idField, because("invalid"))
      .min(1, "required")
      .max(500, "too_long")
      .refine((ids) => new Set(ids).size === ids.length, "duplicate"),
    target: targetField,
    /** Absent: now. */
    from: instantOrLocalField.nullish(),
    ...boostFields,
  }),
);
/** See the schema. */
export type GrantBoostInput = z.output<typeof GrantBoostInput>;

/** Input of the provisioning file's way in: one boost, known by its start. */
export const ImportBoostInput = withFittingAmount(
  strict({ userId: idField, target: targetField, from: instantOrLocalField, ...boostFields }),
);

/** Input of `boosts.extend`: a new end, which lies ahead. */
export const ExtendBoostInput = strict({ id: idField, version: versionField, to: instantOrLocalField });
/** Input of `boosts.end`. */
export const EndBoostInput = byId;

/** Input of `boosts.list`, the newest grant first. A cursor belongs to its filters (`cursor_mismatch`). */
export const ListBoostsInput = strict({
  userId: idField.optional(),
  target: targetField.optional(),
  unit: unitField.optional(),
  window: windowField.optional(),
  state: boostStateField.optional(),
  cursor: text(1000).optional(),
  limit: orDefault(whole(1, 200), 50),
});

/** A boost. */
export const Boost = z
  .object({
    ...versionedShape,
    userId: z.int(),
    userName: z.string(),
    target: z.union([z.literal("global"), z.int()]),
    /** null: global. */
    targetName: z.string().nullable(),
    unit: z.enum(LIMIT_UNITS),
    window: z.enum(LIMIT_WINDOWS),
    amount: z.string(),
    from: instant,
    to: instant,
    /** An end by hand; null: none. */
    endedAt: instant.nullable(),
    state: z.enum(["scheduled", "active", "ended"]),
    note: z.string().nullable(),
    createdBy: z.string(),
  })
  .meta({ id: "Boost" });
/** See the schema. */
export type Boost = z.infer<typeof Boost>;
/** Output of `boosts.list`. */
export const BoostList = listOf(Boost).meta({ id: "BoostList" });
/** See the schema. */
export type BoostList = z.infer<typeof BoostList>;
/** Output of `boosts.grant`, in the order of the users. */
export const GrantedBoosts = z.object({ items: z.array(Boost) }).meta({ id: "GrantedBoosts" });
/** See the schema. */
export type GrantedBoosts = z.infer<typeof GrantedBoosts>;
