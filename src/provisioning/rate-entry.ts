import { z } from "zod";
import { MAX_RATE, RATE_METRICS } from "@/core/vocabulary";
import { because, choice, modelName, nameField, requestCount, strict, whole } from "@/operations/references";

const isWord = (words: readonly string[]) => (input: unknown) => typeof input === "string" && words.includes(input);
const amountOr = <Word extends string>(word: Word) =>
  z.union([z.literal(word), requestCount("rpm_out_of_range")], {
    error: ({ input }) => {
      if (input === undefined) return "required";
      if (input === 0) return "limit_zero_use_block";
      return Number.isInteger(input) ? "rpm_out_of_range" : isWord([word])(input) ? "invalid" : "not_an_integer";
    },
  });

/** Requests per minute of a user or group: `unlimited` or a number. */
export const rpmField = amountOr("unlimited");

/** Requests per minute of a user by the name of a group, in place of the group's: `exempt` or a number. */
export const rpmOverrides = z.record(nameField, amountOr("exempt"));

/** A rate of the provisioning file; `unlimited` reads `exempt` for a user in a group. */
export const rateEntry = strict({
  /** `everyone`, `user:NAME`, `group:NAME` (a user group), `user:NAME@GROUP`, `key:USER/NAME`. */
  subject: z
    .string(because("subject_unknown"))
    .regex(/^(?!.*[\p{Cc}\p{Cs}])(everyone|user:.+|group:.+|key:.+\/.+)$/u, "subject_unknown"),
  /** `all`, `group:NAME` (a model group) or `model:NAME`. */
  target: z
    .string(because("target_unknown"))
    .regex(/^(?!.*[\p{Cc}\p{Cs}])(all|group:.+|model:.+)$/u, "target_unknown")
    .refine((name) => !name.startsWith("model:") || modelName.safeParse(name.slice(6)).success, "target_unknown"),
  metric: choice(RATE_METRICS, "metric_unknown"),
  amount: z.union([z.literal("exempt"), rpmField], {
    error: ({ input }) => {
      if (input === undefined) return "required";
      if (input === 0) return "limit_zero_use_block";
      return Number.isInteger(input) ? "rpm_out_of_range" : "not_an_integer";
    },
  }),
  burst: whole(1, MAX_RATE, "burst_out_of_range").nullish(),
});
/** See the schema. */
export type RateEntry = z.output<typeof rateEntry>;
