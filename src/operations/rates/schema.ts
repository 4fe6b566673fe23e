import { z } from "zod";
import { MAX_RATE, RATE_METRICS, RATE_SUBJECTS, type RateMetric } from "@/core/vocabulary";
import {
  because,
  choice,
  idField,
  instant,
  listOf,
  modelName,
  orDefault,
  requestCount,
  strict,
  text,
  versionedShape,
  whole,
} from "../references";

/** Codes of an amount that is out of range. */
const OUT_OF_RANGE = {
  rpm: "rpm_out_of_range",
  total: "total_out_of_range",
  successful: "successful_out_of_range",
} as const satisfies Record<RateMetric, string>;

/** What a rate counts. */
export const metricField = choice(RATE_METRICS, "metric_unknown");

const targetField = z.union(
  [z.literal("all"), strict({ modelGroupId: idField }), strict({ model: modelName })],
  because("target_unknown"),
);

function rateValue(metric: RateMetric) {
  return z.discriminatedUnion(
    "state",
    [
      strict({ state: z.literal("inherit") }),
      strict({ state: z.literal("unlimited") }),
      strict({ state: z.literal("limit"), amount: requestCount(OUT_OF_RANGE[metric]) }),
    ],
    {
      error: ({ input }) => {
        if (input === null || input === 0 || input === "0") return "limit_zero_use_block";
        return typeof input === "object" ? "not_a_choice" : "invalid";
      },
    },
  );
}

function ruleOf<Metric extends RateMetric>(metric: Metric) {
  return strict({
    metric: z.literal(metric),
    target: targetField,
    value: rateValue(metric),
    /** Set: a bucket that holds this many at most and refills evenly; absent or null: a sliding window (R6). */
    burst: whole(1, MAX_RATE, "burst_out_of_range").nullish(),
  }).superRefine(({ value, burst }, context) => {
    if (burst == null) return;
    const fault = (message: string, params?: object) =>
      context.addIssue({ code: "custom", message, path: ["burst"], ...(params === undefined ? {} : { params }) });
    if (metric === "successful" || value.state !== "limit") fault("burst_not_applicable");
    else if (burst > value.amount) fault("burst_out_of_range", { min: 1, max: value.amount });
  });
}

/** One rule of a subject: what it counts, over which models, and how many. */
export const rateRule = z.discriminatedUnion("metric", [ruleOf("rpm"), ruleOf("total"), ruleOf("successful")], {
  error: ({ input }) => (typeof input === "object" && input !== null ? "metric_unknown" : "invalid"),
});
/** See the schema. */
export type RateRule = z.output<typeof rateRule>;

/** Whom rates are for: everyone has the id 0; with `userGroupId` the user's overrides in that group. */
const place = {
  kind: choice(["everyone", "user", "user_group", "key"], "subject_unknown"),
  id: whole(0, Number.MAX_SAFE_INTEGER),
  userGroupId: idField.optional(),
};

const rules = z.array(rateRule, because("invalid")).max(1_000, "too_long");

/** Input of `rates.get`. */
export const GetRatesInput = strict(place);
/** Input of `rates.put`: every rule of the subject; what is not named inherits. `version` is that of `rates.get`. */
export const PutRatesInput = strict({ ...place, version: text(64), rules });
/** Input of the provisioning file's way in: the named rules; the others stay. */
export const ImportRatesInput = strict({ ...place, rules });
/** Input of `rates.list`, by id. A cursor belongs to its filters (`cursor_mismatch`). */
export const ListRatesInput = strict({
  kind: choice(RATE_SUBJECTS, "subject_unknown").optional(),
  userId: idField.optional(),
  userGroupId: idField.optional(),
  keyId: idField.optional(),
  metric: metricField.optional(),
  cursor: text(1000).optional(),
  limit: orDefault(whole(1, 200), 50),
});
/** Input of `rates.clearUserOverrides` and `rates.clearGroupOverrides`: the user or the user group. */
export const ClearOverridesInput = strict({ id: idField });

const target = z.union([z.literal("all"), z.object({ modelGroupId: z.int() }), z.object({ model: z.string() })]);
const value = z.discriminatedUnion("state", [
  z.object({ state: z.literal("unlimited") }),
  z.object({ state: z.literal("limit"), amount: z.int() }),
]);
const rule = { metric: z.enum(RATE_METRICS), target, value, burst: z.int().nullable() };

/** All rates of one subject. */
export const SubjectRates = z
  .object({
    kind: z.enum(["everyone", "user", "user_group", "key"]),
    id: z.int(),
    /** Set for overrides of a user in that group. */
    userGroupId: z.int().nullable(),
    /** `user/key` for a key, `user@group` for overrides. */
    subjectName: z.string(),
    /** Opaque; changes with every write. */
    version: z.string(),
    managedBy: z.literal("file").nullable(),
    rules: z.array(z.object(rule)),
  })
  .meta({ id: "SubjectRates" });
/** See the schema. */
export type SubjectRates = z.infer<typeof SubjectRates>;

/** One stored rate. */
export const RateItem = z
  .object({
    ...versionedShape,
    kind: z.enum(RATE_SUBJECTS),
    userId: z.int().nullable(),
    userGroupId: z.int().nullable(),
    keyId: z.int().nullable(),
    userName: z.string().nullable(),
    userGroupName: z.string().nullable(),
    /** `user/key` */
    keyName: z.string().nullable(),
    modelGroupName: z.string().nullable(),
    ...rule,
  })
  .meta({ id: "RateItem" });
/** See the schema. */
export type RateItem = z.infer<typeof RateItem>;
/** Output of `rates.list`. */
export const RateList = listOf(RateItem).meta({ id: "RateList" });
/** Output of both clearings: how many overrides there were, and the configuration without them. */
export const ClearedOverrides = z.object({ cleared: z.int(), configVersion: z.int() }).meta({ id: "ClearedOverrides" });
/** See the schema. */
export type ClearedOverrides = z.infer<typeof ClearedOverrides>;

/** Input of `rates.rpmStatus`: the user. */
export const RpmStatusInput = strict({ id: idField });
const standing = {
  /** Requests of the last minute in a window, those that have not come back in a bucket. */
  used: z.int().nullable(),
  /** Most requests that pass at once: N of a window, `burst` of a bucket; null: unlimited. */
  limit: z.int().nullable(),
};
const effectiveRpm = {
  /** null: unlimited. */
  limit: z.int().nullable(),
  remaining: z.int().nullable(),
  source: z.enum(["user", "group", "override", "default", "none"]),
  groupId: z.int().nullable(),
  /** 0: a request would pass now. */
  retryAfterSeconds: z.int().nullable(),
};
/** Output of `rates.rpmStatus`. `available: false`: the counters do not answer, and what was used is null. */
export const RpmStatus = z
  .object({
    available: z.boolean(),
    asOf: instant,
    user: z.object(standing),
    groups: z.array(
      z.object({
        groupId: z.int(),
        groupName: z.string(),
        ...standing,
        source: z.enum(["group", "override", "exempt", "none"]),
      }),
    ),
    effective: z.object(effectiveRpm),
    targets: z.array(
      z.object({
        modelGroupId: z.int().nullable(),
        modelGroupName: z.string().nullable(),
        model: z.string().nullable(),
        ...effectiveRpm,
        used: z.int().nullable(),
      }),
    ),
  })
  .meta({ id: "RpmStatus" });
