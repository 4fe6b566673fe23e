import { z } from "zod";
import { LIMIT_MODES, LIMIT_STATES } from "@/core/vocabulary";
import { boostFields } from "@/operations/boosts/schema";
import {
  amountText,
  because,
  choice,
  enforcementField,
  instantField,
  isModeOf,
  nameField,
  strict,
  unitField,
  windowField,
  withFittingAmount,
} from "@/operations/references";

const fields = strict({
  /** `user:NAME`, `group:NAME` (a user group), `key:USER/NAME`. */
  subject: z
    .string(because("subject_unknown"))
    .regex(/^(?!.*[\p{Cc}\p{Cs}])(user:.+|group:.+|key:.+\/.+)$/u, "subject_unknown"),
  /** `group:NAME` (a model group) or `global`. */
  target: z.string(because("target_unknown")).regex(/^(?!.*[\p{Cc}\p{Cs}])(global|group:.+)$/u, "target_unknown"),
  window: windowField,
  unit: unitField,
  /** Decimal USD, or a whole number; makes the state `limit`. */
  amount: amountText.optional(),
  state: choice(LIMIT_STATES).optional(),
  mode: choice(LIMIT_MODES, "mode_not_applicable").optional(),
  enforcement: enforcementField.optional(),
});

/** A limit of the provisioning file: an amount, or a state that has none. A row that says neither is refused. */
export const limitEntry = withFittingAmount(fields).superRefine(
  (entry, context) => {
    for (const [path, code] of misfitsOf(entry)) context.addIssue({ code: "custom", message: code, path: [path] });
  },
  { when: ({ value }) => typeof value === "object" && value !== null },
);
/** See the schema. */
export type LimitEntry = z.output<typeof limitEntry>;

/** A boost of the provisioning file. */
export const boostEntry = withFittingAmount(
  strict({
    user: nameField,
    /** Name of a model group, or `global`. */
    modelGroup: nameField,
    ...boostFields,
    from: instantField,
    to: instantField,
  }),
);
/** See the schema. */
export type BoostEntry = z.output<typeof boostEntry>;

/** Fields that do not go with the others of an entry, of which any may be missing. */
function misfitsOf({ amount, state = "limit", window, mode, enforcement }: Partial<LimitEntry>): [string, string][] {
  const isLimit = state === "limit";
  const fits = mode === undefined || (isLimit && (window === undefined || isModeOf(window, mode)));
  return [
    ...(isLimit && amount === undefined ? [["amount", "required"] as [string, string]] : []),
    ...(!isLimit && amount !== undefined ? [["amount", "invalid"] as [string, string]] : []),
    ...(!isLimit && enforcement !== undefined ? [["enforcement", "invalid"] as [string, string]] : []),
    ...(fits ? [] : [["mode", "mode_not_applicable"] as [string, string]]),
  ];
}
