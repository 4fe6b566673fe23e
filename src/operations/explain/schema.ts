import { z } from "zod";
import {
  DENIAL_REASONS,
  ENFORCEMENTS,
  LIMIT_AXES,
  LIMIT_MODES,
  LIMIT_SUBJECTS,
  LIMIT_UNITS,
  LIMIT_WINDOWS,
  PROTOCOL_IDS,
  RATE_METRICS,
} from "@/core/vocabulary";
import { choice, idField, instant, modelName, orDefault, strict, text, whole } from "../references";

/** Input of `explain.get`: the id as clients see it, `req_...`. */
export const GetExplanationInput = strict({ requestId: text(64) });

/** Input of `explain.whatIf`: a request that nobody makes. */
export const WhatIfInput = strict({
  keyId: idField,
  model: modelName,
  /** null: the first wire format that serves the model. */
  protocol: orDefault(choice(PROTOCOL_IDS, "protocol_unknown").nullable(), null),
  /** Size of the body, up to 64 MB. */
  bodyBytes: orDefault(whole(0, 67_108_864), 1_000),
  /** The request's own bound of its output; null: none. */
  maxTokens: orDefault(whole(1, 10_000_000).nullable(), null),
});

/** One limit that a request was measured by, as it was found. Amounts are decimal USD or whole numbers; null: not asked or not known. */
export const ExplainedStep = z
  .object({
    kind: z.literal("limit"),
    verdict: z.enum(["pass", "deny", "fail_open"]),
    why: z.enum(DENIAL_REASONS).nullable(),
    /** What `balanced` would have said, in `shadow`. */
    wouldDeny: z.enum(DENIAL_REASONS).nullable(),
    axis: z.enum(LIMIT_AXES),
    targetType: z.enum(["group", "global"]),
    target: z.string(),
    unit: z.enum(LIMIT_UNITS),
    window: z.enum(LIMIT_WINDOWS),
    mode: z.enum(LIMIT_MODES).nullable(),
    enforcement: z.enum(ENFORCEMENTS),
    /** Whose row decided; null as name: it is gone. */
    winner: z.object({
      limitId: z.int(),
      kind: z.enum(LIMIT_SUBJECTS),
      id: z.int().nullable(),
      name: z.string().nullable(),
    }),
    /** `block` for a state that has no amount. */
    cap: z.string(),
    boost: z.string().nullable(),
    used: z.string().nullable(),
    held: z.string().nullable(),
    estimate: z.string().nullable(),
    worst: z.string().nullable(),
    resetsAt: instant.nullable(),
  })
  .meta({ id: "ExplainedStep" });
/** See the schema. */
export type ExplainedStep = z.infer<typeof ExplainedStep>;

/** One rate that a refused request was measured by. */
const ExplainedRate = z.object({
  kind: z.literal("rate"),
  verdict: z.enum(["pass", "deny"]),
  metric: z.enum(RATE_METRICS),
  axis: z.enum(LIMIT_AXES),
  targetType: z.enum(["all", "group", "model"]),
  target: z.string(),
  /** `rateId` null: the settings decide. */
  winner: z.object({
    kind: z.enum(["user", "group", "override", "key", "default"]),
    rateId: z.int().nullable(),
    userGroupId: z.int().nullable(),
  }),
  cap: z.int(),
  burst: z.int().nullable(),
  used: z.int(),
  periodMs: z.int(),
  retryAfterMs: z.int(),
});

/** As many requests ran as may. */
const ExplainedConcurrency = z.object({
  kind: z.literal("concurrency"),
  verdict: z.literal("deny"),
  axis: z.enum(LIMIT_AXES),
  cap: z.int(),
  used: z.int(),
});

const params = z.record(z.string(), z.unknown());
const explained = {
  /** null: the request passed, or would. */
  code: z.string().nullable(),
  /** What is said of it in one sentence: `admitted` or the code, with its parameters. */
  sentence: z.object({ code: z.string(), params }),
  /** Whether it counts in the global limits of each axis; null when no limit was asked. */
  counted: z.object({ userGlobal: z.boolean(), keyGlobal: z.boolean() }).nullable(),
  /** Every limit, or for a request that a rate refused every rate, in the order in which it was judged. */
  steps: z.array(z.discriminatedUnion("kind", [ExplainedStep, ExplainedRate, ExplainedConcurrency])),
  /** Index of the step that refused; null: none did. */
  deniedBy: z.int().nullable(),
};

/** Output of `explain.get`: the decision as it was stored. */
export const Explanation = z
  .object({
    requestId: z.string(),
    at: instant,
    user: z.object({ id: z.int(), name: z.string().nullable() }).nullable(),
    key: z.object({ id: z.int().nullable(), name: z.string().nullable(), prefix: z.string().nullable() }).nullable(),
    model: z.string().nullable(),
    ...explained,
    /** dashboard.md 7.2; null when it is no longer kept. */
    decision: z.unknown(),
  })
  .meta({ id: "Explanation" });
/** See the schema. */
export type Explanation = z.infer<typeof Explanation>;

/** Output of `explain.whatIf`: what would become of the request now. */
export const WhatIfAnswer = z
  .object({ asOf: instant, wouldPass: z.boolean(), ...explained })
  .meta({ id: "WhatIfAnswer" });
/** See the schema. */
export type WhatIfAnswer = z.infer<typeof WhatIfAnswer>;
