import { z } from "zod";
import {
  ON_DISCONNECT,
  OPERATION_NAMES,
  OVERFLOWS,
  PROTOCOL_IDS,
  PROTOCOL_OPERATIONS,
  PROVIDER_IDS,
  USAGE_IN_STREAM,
} from "@/core/vocabulary";
import { normaliseBaseUrl } from "@/lib/base-url";
import { isMultiplier } from "@/lib/money";
import type { FieldErrorCode } from "../field-error-codes";
import {
  because,
  byId,
  choice,
  deletedOutput,
  flag,
  idField,
  nameField,
  orDefault,
  pageFields,
  strict,
  versionField,
  whole,
} from "../references";

/** What a channel may choose from: providers of the price catalogue, operations by protocol. */
export const CHANNEL_CHOICES = { protocols: PROTOCOL_IDS, providers: PROVIDER_IDS, operations: PROTOCOL_OPERATIONS };

const protocols = z
  .array(choice(PROTOCOL_IDS, "protocol_unknown"), because("protocols_required", "protocols_required"))
  .min(1, "protocols_required")
  .max(PROTOCOL_IDS.length, "duplicate")
  .refine((list) => new Set(list).size === list.length, "duplicate");
const operations = z
  .array(choice(OPERATION_NAMES, "operation_unknown"), because("operation_unknown"))
  .min(1, "operations_empty")
  .max(OPERATION_NAMES.length, "duplicate")
  .refine((list) => new Set(list).size === list.length, "duplicate")
  .nullable();
const provider = z
  .string(because("provider_unknown"))
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, "provider_unknown")
  .nullable();
const baseUrl = z
  .string(because("base_url_invalid"))
  .max(2048, "too_long")
  .transform((given, context) => {
    const url = normaliseBaseUrl(given);
    if (url !== null) return url;
    context.addIssue({ code: "custom", message: "base_url_invalid", input: given });
    return z.NEVER;
  });
/** A credential of an upstream: 1..8192 bytes of printable ASCII. */
export const credentialField = z
  .string(because("credential_required", "credential_required"))
  .trim()
  .min(1, "credential_required")
  .refine((value) => new TextEncoder().encode(value).length <= 8192, "credential_too_long")
  .regex(/^$|^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, "invalid");

/** The list a channel has: `credential` alone is its first entry. No `id`: a new one; no `value`: the one that `id` has. */
export const credentialsField = z
  .array(
    strict({ id: idField.nullish(), value: credentialField.nullish(), enabled: orDefault(flag, true) }),
    because("credential_required"),
  )
  .min(1, "credential_required")
  .max(10, "credentials_too_many");
const credentials = { credential: credentialField.nullish(), credentials: credentialsField.nullish() };

/** A name, `prefix*` or `*` (C3). */
const served = z
  .string(because("model_name_invalid"))
  .regex(/^(?!.{201})[^\s\p{C}*]*[^\s\p{C}]$/u, "model_name_invalid");
const model = z
  .union([served, strict({ name: served, upstream: served.nullish() })], because("model_name_invalid"))
  .transform((entry) =>
    typeof entry === "string"
      ? { name: entry, upstream: entry }
      : { name: entry.name, upstream: entry.upstream ?? entry.name },
  )
  // an asterisk stands for what clients ask for, and no upstream knows it
  .refine(({ name, upstream }) => upstream === name || !upstream.includes("*"), {
    error: "model_name_invalid",
    path: ["upstream"],
  });
const models = z
  .array(model, because("models_required", "models_required"))
  .min(1, "models_required")
  .max(500, "too_long")
  .refine((list) => new Set(list.map((entry) => entry.name)).size === list.length, "model_duplicate");

const costMultiplier = z
  .string(because("multiplier_invalid"))
  .max(40, "multiplier_invalid")
  .refine(isMultiplier, "multiplier_invalid");

const timeout = (min: number, max: number) => whole(min, max, "timeout_out_of_range");
const timeoutFields = strict({
  connectMs: timeout(100, 60_000),
  firstByteMs: timeout(1_000, 3_600_000),
  idleMs: timeout(1_000, 600_000),
});
const timeouts = strict({
  connectMs: orDefault(timeoutFields.shape.connectMs, 10_000),
  firstByteMs: orDefault(timeoutFields.shape.firstByteMs, 300_000),
  idleMs: orDefault(timeoutFields.shape.idleMs, 120_000),
});

/** A number that its mode needs. */
const needed = (range: { min: number; max: number }, required: FieldErrorCode, outOfRange: FieldErrorCode) =>
  z
    .int({ error: ({ input }): FieldErrorCode => (input == null ? required : "not_an_integer") })
    .min(range.min, outOfRange)
    .max(range.max, outOfRange);
/** A number that its mode has no use for. */
const unused = (code: FieldErrorCode) =>
  z
    .null(because(code))
    .optional()
    .transform(() => null);
const capacity = needed({ min: 1, max: 100_000 }, "capacity_required", "capacity_out_of_range");
const withoutQueue = {
  queueSize: unused("queue_size_not_applicable"),
  queueTimeoutMs: unused("queue_timeout_not_applicable"),
  maxWaitingPerKey: unused("waiting_share_not_applicable"),
};
const withQueue = {
  queueSize: needed({ min: 1, max: 10_000 }, "queue_size_required", "queue_size_out_of_range"),
  queueTimeoutMs: needed({ min: 100, max: 600_000 }, "queue_timeout_required", "queue_timeout_out_of_range"),
  maxWaitingPerKey: orDefault(whole(1, 10_000, "waiting_share_out_of_range").nullable(), null),
};
/** The limiter of a channel by its mode; what a mode has no use for becomes null (2.1). */
export const limiterField = z
  .discriminatedUnion(
    "mode",
    [
      strict({ mode: z.literal("off"), capacity: unused("capacity_not_applicable"), ...withoutQueue }),
      strict({ mode: z.literal("observe"), capacity, ...withoutQueue }),
      strict({ mode: z.literal("reject"), capacity, ...withoutQueue }),
      strict({ mode: z.literal("queue"), capacity, ...withQueue }),
    ],
    {
      error: ({ code, input }): FieldErrorCode => {
        if (code !== "invalid_union") return "invalid";
        return (input as { mode?: unknown }).mode == null ? "limiter_mode_required" : "limiter_mode_unknown";
      },
    },
  )
  .superRefine(
    (given, context) => {
      const { queueSize, maxWaitingPerKey } = (given ?? {}) as Record<string, unknown>;
      if (typeof queueSize !== "number" || typeof maxWaitingPerKey !== "number") return;
      if (maxWaitingPerKey > queueSize)
        context.addIssue({ code: "custom", message: "waiting_share_out_of_range", path: ["maxWaitingPerKey"] });
    },
    { when: () => true },
  );
const NO_LIMITER = limiterField.parse({ mode: "off" });

const breakerCount = (min: number, max: number) => whole(min, max, "breaker_out_of_range");
const breakerFields = strict({
  enabled: flag,
  failures: breakerCount(1, 100),
  ratioPct: breakerCount(1, 100),
  minAttempts: breakerCount(1, 1_000),
  openMs: breakerCount(1_000, 600_000),
});
const breaker = strict({
  enabled: orDefault(breakerFields.shape.enabled, true),
  failures: orDefault(breakerFields.shape.failures, 5),
  ratioPct: orDefault(breakerFields.shape.ratioPct, 50),
  minAttempts: orDefault(breakerFields.shape.minAttempts, 10),
  openMs: orDefault(breakerFields.shape.openMs, 30_000),
});

// No credential, no hop-by-hop header, nothing that frames the message, nothing of ours.
const FORBIDDEN_HEADER =
  /^(authorization|x-api-key|x-goog-api-key|api-key|cookie|host|content-length|content-encoding|accept-encoding|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|proxy-.*|x-sluice-.*)$/;
const headerName = z
  .string(because("header_name_invalid"))
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/, "header_name_invalid")
  .refine((name) => !FORBIDDEN_HEADER.test(name), "header_name_invalid");
const headerValue = z.string(because("header_value_invalid")).regex(/^[\x20-\x7e]{0,2048}$/, "header_value_invalid");
const headers = strict({
  set: orDefault(
    z
      .record(headerName, headerValue, because("header_name_invalid"))
      .refine((set) => Object.keys(set).length <= 32, "too_long"),
    {},
  ),
  remove: orDefault(z.array(headerName, because("invalid")).max(32, "too_long"), []),
});

const fields = {
  name: nameField,
  protocols,
  operations,
  provider,
  baseUrl,
  models,
  priority: whole(0, 1000, "priority_out_of_range"),
  weight: whole(0, 1000, "weight_out_of_range"),
  costMultiplier,
  timeouts,
  headers,
  usageInStream: choice(USAGE_IN_STREAM, "usage_in_stream_unknown"),
  inputIncludesCache: flag,
  onDisconnect: choice(ON_DISCONNECT, "on_disconnect_unknown").nullable(),
  limiter: limiterField.nullable().transform((given) => given ?? NO_LIMITER),
  overflow: choice(OVERFLOWS, "overflow_unknown").nullable(),
  breaker,
  rpm: whole(1, 2_147_483_647, "channel_rate_out_of_range").nullable(),
  tpm: whole(1, 2_147_483_647, "channel_rate_out_of_range").nullable(),
  userGroups: z
    .array(whole(1, Number.MAX_SAFE_INTEGER, "user_group_unknown"), because("user_group_unknown"))
    .max(1_000, "too_long")
    .refine((ids) => new Set(ids).size === ids.length, "duplicate"),
  enabled: flag,
};

/** Fields of a new channel with their defaults (channels-and-rates.md 1.1); shared by form, REST and the provisioning file. */
export const channelFields = {
  name: fields.name,
  protocols: fields.protocols,
  operations: orDefault(fields.operations, null),
  provider: orDefault(fields.provider, null),
  baseUrl: fields.baseUrl,
  models: fields.models,
  priority: orDefault(fields.priority, 0),
  weight: orDefault(fields.weight, 1),
  costMultiplier: orDefault(fields.costMultiplier, "1"),
  timeouts: orDefault(fields.timeouts, timeouts.parse({})),
  headers: orDefault(fields.headers, { set: {}, remove: [] }),
  usageInStream: orDefault(fields.usageInStream, "auto"),
  inputIncludesCache: orDefault(fields.inputIncludesCache, false),
  onDisconnect: orDefault(fields.onDisconnect, null),
  limiter: orDefault(fields.limiter, NO_LIMITER),
  overflow: orDefault(fields.overflow, null),
  breaker: orDefault(fields.breaker, breaker.parse({})),
  rpm: orDefault(fields.rpm, null),
  tpm: orDefault(fields.tpm, null),
  userGroups: orDefault(fields.userGroups, []),
  enabled: orDefault(fields.enabled, true),
};

/** Input of the provisioning file's way in: a channel whose credential may follow. */
export const ImportChannelInput = strict({ ...channelFields, ...credentials });
/** Input of `channels.create`. */
export const CreateChannelInput = ImportChannelInput.superRefine(
  (given, context) => {
    if (given?.credential != null || given?.credentials != null) return;
    context.addIssue({ code: "custom", message: "credential_required", path: ["credential"] });
  },
  { when: () => true },
);
/** See the schema. */
export type CreateChannelInput = z.output<typeof CreateChannelInput>;

/**
 * Input of `channels.update`: a patch. A changed host of `baseUrl` needs every credential again (C1). Timeouts and breaker are patched one
 * field at a time, the limiter and the credentials are whole.
 */
export const UpdateChannelInput = strict({
  ...strict(fields).partial().shape,
  timeouts: timeoutFields.partial().optional(),
  breaker: breakerFields.partial().optional(),
  ...credentials,
  id: idField,
  version: versionField,
});
/** See the schema. */
export type UpdateChannelInput = z.output<typeof UpdateChannelInput>;

/** Input of `channels.list`: nothing. */
export const ListChannelsInput = strict(pageFields);
/** Input of `channels.get`. */
export const GetChannelInput = byId;
/** Input of `channels.delete`. */
export const DeleteChannelInput = byId;
/** Output of `channels.delete`. */
export const DeletedChannel = deletedOutput;

/** Input of `channels.test`: asks the stored channel's upstream for its models. */
export const TestChannelInput = byId;
/** Input of `channels.testDraft`: values that are not saved. `channelId` lends its credential while the host is the same. */
export const TestChannelDraftInput = strict({
  channelId: idField.nullish(),
  protocols: fields.protocols,
  provider: orDefault(fields.provider, null),
  baseUrl: fields.baseUrl,
  credential: credentialField.nullish(),
  timeouts: channelFields.timeouts,
  headers: orDefault(fields.headers, { set: {}, remove: [] }),
});
/** See the schema. */
export type TestChannelDraftInput = z.output<typeof TestChannelDraftInput>;
