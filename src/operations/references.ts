import { z } from "zod";
import { BOOST_STATES } from "@/core/quota/boost-state";
import { parseAmount } from "@/core/quota/limit-amount";
import { settingsSchema } from "@/core/settings/settings";
import {
  ENFORCEMENTS,
  LIMIT_SUBJECTS,
  LIMIT_UNITS,
  LIMIT_WINDOWS,
  type LimitMode,
  type LimitUnit,
  type LimitWindow,
  LOCALES,
  MAX_RATE,
} from "@/core/vocabulary";
import { canonicalNetwork } from "@/lib/cidr";
import type { FieldErrorCode } from "./field-error-codes";

const WRITABLE_AREAS = [
  ...(["channels", "users", "keys", "user-groups", "model-groups", "prices", "limits", "boosts", "rates"] as const),
  ...(["settings", "provisioning", "access-tokens", "me"] as const),
] as const;
const READABLE_AREAS = ["overview", "requests", "usage", "audit", "system", ...WRITABLE_AREAS] as const;

/** What an actor may do. `me:*` is what every user may. */
export type Permission =
  | `${(typeof READABLE_AREAS)[number]}:read`
  | `${(typeof WRITABLE_AREAS)[number]}:write`
  | "setup";

/** Every permission; what admins have. */
export const PERMISSIONS: readonly Permission[] = [
  ...READABLE_AREAS.map((area) => `${area}:read` as const),
  ...WRITABLE_AREAS.map((area) => `${area}:write` as const),
  "setup",
];

/** The zod option that makes every issue of a schema carry one field code; an absent value is `required` unless told otherwise. */
export function because(code: FieldErrorCode, whenAbsent: FieldErrorCode = "required") {
  return { error: (issue: { input?: unknown }) => (issue.input === undefined ? whenAbsent : code) };
}

/** A strict object: unknown fields are refused with `unknown_field` (SEC5), or a code of their own. */
export function strict<Shape extends z.ZodRawShape>(shape: Shape, unknown: FieldErrorCode = "unknown_field") {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code === "unrecognized_keys") return unknown;
      return (issue.input === undefined ? "required" : "invalid") satisfies FieldErrorCode;
    },
  });
}

/** A field that takes its default when it is absent or null. */
export function orDefault<Schema extends z.ZodType>(schema: Schema, value: z.output<Schema>) {
  return schema
    .nullish()
    .transform((given): z.output<Schema> => given ?? value)
    .meta({ default: value });
}

/** Trimmed text of 1..max characters without control characters. */
export function text(max: number, codes: { required?: FieldErrorCode; tooLong?: FieldErrorCode } = {}) {
  const required = codes.required ?? "required";
  return z
    .string(because("invalid", required))
    .trim()
    .min(1, required)
    .max(max, codes.tooLong ?? "too_long")
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, "invalid" satisfies FieldErrorCode);
}

/** A whole number of a range; one outside is told both of its bounds, for which the two checks are one. */
export function whole(min: number, max: number, code: FieldErrorCode = "out_of_range") {
  const isInside = (given: number) => given >= min && given <= max;
  const number = z.int(because("not_an_integer")).refine(isInside, { error: code, params: { min, max } });
  return number.meta({ minimum: min, maximum: max });
}

/** One of a closed list. */
export function choice<const Values extends readonly string[]>(values: Values, code: FieldErrorCode = "not_a_choice") {
  return z.enum(values, because(code));
}

/** True or false. */
export const flag = z.boolean(because("invalid"));
/** Name of a user, key, channel or group: trimmed, 1..80 characters. */
export const nameField = text(80, { required: "name_required", tooLong: "name_too_long" });
/** Id of a row. */
export const idField = whole(1, Number.MAX_SAFE_INTEGER);
/** The version that an update was made from; a stale one is `version_conflict`. */
export const versionField = whole(1, 2_147_483_647);
/** Free text of a search, matched anywhere and without case. */
export const searchField = text(200);
/** Years 1 to 9999, less a few days for offsets and zones: what every part writes and reads alike. */
const STORABLE = { from: Date.parse("0001-01-03T00:00:00Z"), to: Date.parse("9999-12-29T00:00:00Z") };
const isStorable = (text: string) => Date.parse(text) >= STORABLE.from && Date.parse(text) < STORABLE.to;
/** An instant as ISO text with a zone. */
export const instantField = z.iso
  .datetime({ offset: true, ...because("date_invalid") })
  .max(40, "date_invalid" satisfies FieldErrorCode)
  .refine(isStorable, "date_invalid" satisfies FieldErrorCode);
/** An instant with a zone, or a local time of the system zone: `2026-11-21T14:03`, with seconds if need be. */
export const instantOrLocalField = z
  .union(
    [
      z.iso.datetime({ offset: true }).max(40),
      z.iso.datetime({ local: true, precision: -1 }),
      z.iso.datetime({ local: true, precision: 0 }),
    ],
    because("date_invalid"),
  )
  .refine(isStorable, "date_invalid" satisfies FieldErrorCode);
/** An e-mail address in lower case. */
export const emailField = z
  .string(because("email_invalid", "email_required"))
  .trim()
  .toLowerCase()
  .max(254, "too_long" satisfies FieldErrorCode)
  .pipe(z.email(because("email_invalid")));
/** A new password: 12..128 characters (SEC13). */
export const passwordField = z
  .string(because("invalid"))
  .min(12, "too_short" satisfies FieldErrorCode)
  .max(128, "too_long" satisfies FieldErrorCode);
/** A language of the dashboard. */
export const localeField = choice(LOCALES);

const timeZones = new Set(Intl.supportedValuesOf("timeZone"));
/** An IANA time zone. */
export const timeZoneField = z
  .string(because("zone_unknown"))
  .refine((zone) => zone === "UTC" || timeZones.has(zone), "zone_unknown" satisfies FieldErrorCode);

/** A model name as clients write it: 1..200 printable characters without spaces or `*`. */
export const modelName = z
  .string(because("model_name_invalid"))
  .regex(/^[^\s\p{C}*]{1,200}$/u, "model_name_invalid" satisfies FieldErrorCode);
/** The models a key may ask for: null is all, else 1..500 different names. */
export const keyModels = z
  .array(modelName, because("invalid"))
  .min(1, "models_required" satisfies FieldErrorCode)
  .max(500, "too_long" satisfies FieldErrorCode)
  .refine((names) => new Set(names).size === names.length, "model_duplicate" satisfies FieldErrorCode)
  .nullable();

const networkField = z
  .string(because("ip_list_invalid_entry", "ip_list_invalid_entry"))
  .trim()
  .refine((entry) => canonicalNetwork(entry) !== null, "ip_list_invalid_entry" satisfies FieldErrorCode)
  .overwrite((entry) => canonicalNetwork(entry) ?? entry);
/** Up to 100 IP addresses and networks; each once and in canonical form, whatever was given (channels-and-rates.md A10). */
export const ipListField = z
  .array(networkField, because("invalid"))
  .max(100, "too_long" satisfies FieldErrorCode)
  .overwrite((entries) => [...new Set(entries)]);
/** A number of requests, 1 and above. Zero might mean none or no limit, so it has a code of its own. */
export function requestCount(code: FieldErrorCode) {
  return z
    .int(because("not_an_integer"))
    .min(1, { error: ({ input }) => (input === 0 ? ("limit_zero_use_block" satisfies FieldErrorCode) : code) })
    .max(MAX_RATE, code);
}

/** How many requests may run at once: a number, `unlimited`, or null to inherit. */
export const maxConcurrentField = z
  .union([z.literal("unlimited"), requestCount("out_of_range")], because("not_an_integer"))
  .nullable();

/** The unit of a limit. */
export const unitField = choice(LIMIT_UNITS, "unit_unknown");
/** The window of a limit. */
export const windowField = choice(LIMIT_WINDOWS, "window_unknown");
/** How a limit decides. */
export const enforcementField = choice(ENFORCEMENTS, "enforcement_unknown");
/** Whom a limit is for. */
export const subjectField = choice(LIMIT_SUBJECTS, "subject_unknown");
/** What a limit aims at: the id of a model group, or all other models. */
export const targetField = z.union([z.literal("global"), idField], because("target_unknown"));
/** How a boost stands. */
export const boostStateField = choice(BOOST_STATES);

/** The modes that a window can have (quota.md Q2). */
const MODES_OF_WINDOW = {
  total: [],
  monthly: ["calendar", "rolling"],
  weekly: ["calendar", "rolling"],
  daily: ["calendar", "rolling"],
  "5h": ["rolling", "fixed"],
} as const satisfies Record<LimitWindow, readonly LimitMode[]>;

/** True when a window can have that mode. */
export const isModeOf = (window: LimitWindow, mode: LimitMode) =>
  MODES_OF_WINDOW[window].some((fitting) => fitting === mode);

/** A mode that fits its window. */
export const modeField = <Window extends Exclude<LimitWindow, "total">>(window: Window) =>
  choice(MODES_OF_WINDOW[window], "mode_not_applicable");

/** Text of an amount, not read yet. A bare zero or null is meant as a block, which is a state. */
export const amountText = z
  .string({
    error: ({ input }): FieldErrorCode => {
      if (input === undefined) return "required";
      return input === null || input === 0 ? "limit_zero_use_block" : "amount_invalid";
    },
  })
  .max(100, "amount_invalid" satisfies FieldErrorCode);

/** The amount of a limit in a unit, as decimal text (quota.md Q2). */
export const amountField = (unit: LimitUnit) =>
  amountText.superRefine((amount, context) => {
    const parsed = parseAmount(amount, unit);
    if (typeof parsed === "string") context.addIssue(parsed);
  });

/** Decimal USD where zero is an amount too. */
const allowanceField = z
  .string(because("amount_invalid"))
  .max(100, "amount_invalid")
  .superRefine((amount, context) => {
    const parsed = parseAmount(amount, "usd");
    if (typeof parsed === "string" && parsed !== "limit_zero_use_block") context.addIssue(parsed);
  });

/** Judges the amount of an object by the unit beside it, also when other fields are wrong. */
export function withFittingAmount<Shape extends { unit: typeof unitField; amount: z.ZodType }>(
  schema: z.ZodObject<Shape>,
) {
  const given = z.object({ unit: unitField.catch("usd"), amount: z.string() });
  return schema.superRefine(
    (value, context) => {
      const { success, data } = given.safeParse(value);
      const parsed = success ? parseAmount(data.amount, data.unit) : 0;
      if (typeof parsed === "string") context.addIssue({ code: "custom", message: parsed, path: ["amount"] });
    },
    { when: () => true },
  );
}

/** Input of operations on one row. */
export const byId = strict({ id: idField });
/** Input of operations that take nothing. */
export const noInput = strict({});
/** Output of a deletion. */
export const deletedOutput = z.object({ id: z.int() }).meta({ id: "Deleted" });

/** An instant in an output: ISO text. */
export const instant = z.string().meta({ format: "date-time" });
/** Money in an output: decimal USD with up to 9 fraction digits. */
export const money = z.string().meta({ description: "Decimal USD with up to 9 fraction digits." });
/** What every configuration row shows of itself. */
export const versionedShape = {
  id: z.int(),
  version: z.int(),
  createdAt: instant,
  updatedAt: instant,
  managedBy: z.literal("file").nullable(),
};

/** A list: rows, the cursor of the next page (null on the last one), and how many there are. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable(),
    total: z.object({ value: z.int(), capped: z.boolean() }),
  });
}

/** Which page of a list: at most `limit` rows, after the cursor of the page before. A cursor belongs to its filters (`cursor_mismatch`). */
export const pageFields = { cursor: text(4000).optional(), limit: orDefault(whole(1, 200), 50) };

const settingShape = settingsSchema.shape;

type Unwrapped<Name extends keyof typeof settingShape> = {
  readonly [N in Name]: ReturnType<(typeof settingShape)[N]["unwrap"]>;
};

function unwrapped<Name extends keyof typeof settingShape>(...names: readonly Name[]): Unwrapped<Name> {
  return Object.fromEntries(names.map((name) => [name, settingShape[name].unwrap()])) as unknown as Unwrapped<Name>;
}

/** The settings without their defaults, for patches. */
export const settingFields = {
  ...unwrapped("gatewayName", "timeZone", "weekStart", "dailyReset"),
  windowModes: strict(
    { "5h": modeField("5h"), daily: modeField("daily"), weekly: modeField("weekly"), monthly: modeField("monthly") },
    "window_unknown",
  ),
  enforcement: enforcementField,
  ...unwrapped("modelGroupLimits", "failOpen", "publicDocs"),
  failOpenAllowance: strict({
    percent: settingShape.failOpenAllowance.unwrap().shape.percent.unwrap(),
    maxUsd: allowanceField,
  }),
  ...unwrapped("billingModel", "defaultLocale", "publicUrl", "unpricedModels", "maxAttempts", "requestDeadlineMs"),
  ...unwrapped("channelOverflow", "cooldownDefaultMs", "cooldownMaxMs", "breakerLastChannel", "queueHeartbeatMs"),
  ...unwrapped("drainTimeoutMs", "worstCaseOutputTokens", "apiRequestsPerMinute"),
};
