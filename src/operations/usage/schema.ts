import { z } from "zod";
import { USAGE_COUNTED, USAGE_DIMENSIONS, USAGE_INTERVALS, USAGE_MEASURES } from "@/core/vocabulary";
import { choice, idField, instant, instantOrLocalField, money, orDefault, strict, text, whole } from "../references";

/** What one's own report can be grouped by: nothing that tells of channels or other people. */
const OWN_DIMENSIONS = ["model", "model_group", "key"] as const;

const asked = {
  /** Inclusive; absent: the start of the day 29 days before `to`. */
  from: instantOrLocalField.optional(),
  /** Exclusive; absent: now. */
  to: instantOrLocalField.optional(),
  /** How long a bucket is, on the wall clock of the system's zone. */
  interval: orDefault(choice(USAGE_INTERVALS), "day"),
  keyId: idField.optional(),
  model: text(200).optional(),
  modelGroupId: idField.optional(),
  /** Usage that counted in the user's Global limits, that a model group split off, or both. */
  counted: orDefault(choice(USAGE_COUNTED), "all"),
  /** What the series are chosen and ordered by. */
  measure: orDefault(choice(USAGE_MEASURES), "cost"),
  /** How many series are told apart; the rest is one. */
  top: orDefault(whole(1, 50), 10),
};

/** Input of `usage.report`. */
export const ReportUsageInput = strict({
  ...asked,
  groupBy: choice(USAGE_DIMENSIONS).optional(),
  userId: idField.optional(),
  /** Today's members. */
  userGroupId: idField.optional(),
  channelId: idField.optional(),
});
/** See the schema. */
export type ReportUsageInput = z.output<typeof ReportUsageInput>;
/** Input of `me.usage`. */
export const ReportOwnUsageInput = strict({ ...asked, groupBy: choice(OWN_DIMENSIONS).optional() });
/** See the schema. */
export type ReportOwnUsageInput = z.output<typeof ReportOwnUsageInput>;

const sums = z.object({
  costUsd: money,
  requests: z.int(),
  /** What a limit in tokens counts. */
  tokens: z.int(),
  inputTokens: z.int(),
  /** The part of the input that was read from a cache. */
  cachedTokens: z.int(),
  outputTokens: z.int(),
  /** Attempts that ended with an error of the upstream. */
  errors: z.int(),
  /** Refused requests; they have no model group and no channel. */
  denied: z.int(),
});
const counted = z.object({
  total: sums,
  /** One per bucket, in their order. */
  points: z.array(sums),
});

/** Usage over time. */
export const UsageReport = z.object({
  /** IANA zone of the buckets. */
  zone: z.string(),
  interval: z.enum(USAGE_INTERVALS),
  from: instant,
  to: instant,
  /** Everything recorded before this instant is in the report. */
  asOf: instant,
  /** The first and the last may be cut by the period. */
  buckets: z.array(z.object({ from: instant, to: instant })),
  /** The greatest first; empty without a grouping. */
  series: z.array(
    counted.extend({
      /** Id of the row, or the name of the model; null: usage without one. */
      id: z.union([z.int(), z.string()]).nullable(),
      /** Null for a deleted row and without an id. */
      name: z.string().nullable(),
    }),
  ),
  /** All other series in one; null when there is none. */
  other: counted.nullable(),
  /** Everything once; by user group a user in two groups is in the series of each. */
  total: counted,
});
/** See the schema. */
export type UsageReport = z.infer<typeof UsageReport>;
