import { z } from "zod";
import {
  ENFORCEMENTS,
  LIMIT_AXES,
  LIMIT_MODES,
  LIMIT_STATES,
  LIMIT_SUBJECTS,
  LIMIT_UNITS,
  LIMIT_WINDOWS,
} from "@/core/vocabulary";
import { byId, idField, instant, orDefault, strict, text, unitField, whole, windowField } from "../references";

/** Input of `users.limits`: with a key, its limits too. */
export const UserQuotasInput = strict({ id: idField, keyId: idField.optional() });
/** Input of `me.quotas`: with one of the actor's keys, its limits too. */
export const OwnQuotasInput = strict({ keyId: idField.optional() });
/** Input of `users.rebuildCounters`. */
export const RebuildCountersInput = byId;

/** Input of `quotas.matrix`: users by id. A cursor belongs to its filters (`cursor_mismatch`). */
export const QuotaMatrixInput = strict({
  unit: orDefault(unitField, "usd"),
  window: orDefault(windowField, "daily"),
  q: text(200).optional(),
  cursor: text(1000).optional(),
  limit: orDefault(whole(1, 200), 50),
});

const target = z.union([z.literal("global"), z.int()]);
const amounts = {
  /** Decimal USD, or a whole number; null unless the state is `limit`. With the boosts in force. */
  cap: z.string().nullable(),
  /** Part of the cap that boosts add. */
  boost: z.string(),
  /** Settled. */
  used: z.string().nullable(),
  /** Estimates of the requests that run; null also when the counters cannot be read. */
  held: z.string().nullable(),
  left: z.string().nullable(),
};

/** A row that says something of a limit. */
const QuotaSource = z.object({
  limitId: z.int(),
  kind: z.enum(LIMIT_SUBJECTS),
  /** Of the user, user group or key. */
  id: z.int(),
  /** Of a user group; null: the user's or the key's own row. */
  name: z.string().nullable(),
  state: z.enum(LIMIT_STATES),
  amount: z.string().nullable(),
});

const QuotaBoost = z.object({ id: z.int(), amount: z.string(), to: instant });

const cell = {
  axis: z.enum(LIMIT_AXES),
  unit: z.enum(LIMIT_UNITS),
  window: z.enum(LIMIT_WINDOWS),
  state: z.enum(LIMIT_STATES),
  /** null for `total`. */
  mode: z.enum(LIMIT_MODES).nullable(),
  enforcement: z.enum(ENFORCEMENTS),
  ...amounts,
  resetsAt: instant.nullable(),
  /** The row that decides. */
  source: QuotaSource,
  boosts: z.array(QuotaBoost),
};

/** One limit as its user may know it. */
export const QuotaWindow = z.object(cell).meta({ id: "QuotaWindow" });
/** See the schema. */
export type QuotaWindow = z.infer<typeof QuotaWindow>;

const reading = {
  asOf: instant,
  zone: z.string(),
  /** `ledger`: the counters cannot be read, and what runs just now is unknown. */
  source: z.enum(["counters", "ledger"]),
};

/** Output of `me.quotas`: one card per model group that has limits of its own, then everything else. */
export const OwnQuotas = z
  .object({
    ...reading,
    rates: z.array(z.never()),
    cards: z.array(
      z.object({
        target,
        /** null: everything else. */
        targetName: z.string().nullable(),
        models: z.array(z.string()),
        windows: z.array(QuotaWindow),
      }),
    ),
  })
  .meta({ id: "OwnQuotas" });
/** See the schema. */
export type OwnQuotas = z.infer<typeof OwnQuotas>;

/** One limit with every row that speaks of it. */
export const QuotaCell = z
  .object({
    ...cell,
    target,
    targetName: z.string().nullable(),
    /** All rows, the deciding one first. */
    sources: z.array(QuotaSource),
  })
  .meta({ id: "QuotaCell" });
/** See the schema. */
export type QuotaCell = z.infer<typeof QuotaCell>;

/** Output of `users.limits`. */
export const UserQuotas = z
  .object({
    ...reading,
    userId: z.int(),
    keyId: z.int().nullable(),
    cells: z.array(QuotaCell),
  })
  .meta({ id: "UserQuotas" });
/** See the schema. */
export type UserQuotas = z.infer<typeof UserQuotas>;

/** Output of `quotas.matrix`: for a listed user an absent cell means no limit from anywhere. */
export const QuotaMatrix = z
  .object({
    asOf: instant,
    zone: z.string(),
    targets: z.array(z.object({ target, name: z.string().nullable() })),
    subjects: z.array(z.object({ id: z.int(), name: z.string(), source: z.enum(["counters", "ledger"]) })),
    cells: z.array(z.object({ userId: z.int(), ...QuotaCell.shape })),
    nextCursor: z.string().nullable(),
    total: z.object({ value: z.int(), capped: z.boolean() }),
  })
  .meta({ id: "QuotaMatrix" });
/** See the schema. */
export type QuotaMatrix = z.infer<typeof QuotaMatrix>;

/** Output of `users.rebuildCounters`: by how much a counter differed from the ledger at most, in nano-USD or its unit. */
export const RebuiltCounters = z.object({ userId: z.int(), drift: z.number() }).meta({ id: "RebuiltCounters" });
