import { z } from "zod";
import { ON_DISCONNECT, OPERATION_NAMES, SERVED_PROTOCOL_IDS, USAGE_IN_STREAM } from "@/core/vocabulary";
import { normaliseBaseUrl } from "@/lib/base-url";
import { parseFixed } from "@/lib/money";
import {
  because,
  byId,
  choice,
  deletedOutput,
  flag,
  idField,
  instant,
  listOf,
  modelName,
  nameField,
  noInput,
  orDefault,
  strict,
  versionedShape,
  versionField,
  whole,
} from "../references";

const protocols = z
  .array(choice(SERVED_PROTOCOL_IDS, "protocol_unknown"), because("protocols_required", "protocols_required"))
  .min(1, "protocols_required")
  .refine((list) => new Set(list).size === list.length, "duplicate");
const operations = z
  .array(choice(OPERATION_NAMES, "operation_unknown"), because("operation_unknown"))
  .min(1, "operations_empty")
  .refine((list) => new Set(list).size === list.length, "duplicate")
  .nullable();
const provider = z
  .string(because("provider_unknown"))
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, "provider_unknown")
  .nullable();
const baseUrl = z.string(because("base_url_invalid")).transform((given, context) => {
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
  .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, "invalid");

const model = z
  .union([modelName, strict({ name: modelName, upstream: modelName.nullish() })], because("model_name_invalid"))
  .transform((entry) =>
    typeof entry === "string"
      ? { name: entry, upstream: entry }
      : { name: entry.name, upstream: entry.upstream ?? entry.name },
  );
const models = z
  .array(model, because("models_required", "models_required"))
  .min(1, "models_required")
  .max(500, "too_long")
  .refine((list) => new Set(list.map((entry) => entry.name)).size === list.length, "model_duplicate");

const costMultiplier = z.string(because("multiplier_invalid")).refine((given) => {
  const ppm = parseFixed(given, 6);
  return typeof ppm === "bigint" && ppm <= 100_000_000n;
}, "multiplier_invalid");

const timeout = (min: number, max: number) => whole(min, max, "timeout_out_of_range");
const connectMs = timeout(100, 60_000);
const firstByteMs = timeout(1_000, 3_600_000);
const idleMs = timeout(1_000, 600_000);
const timeouts = strict({
  connectMs: orDefault(connectMs, 10_000),
  firstByteMs: orDefault(firstByteMs, 300_000),
  idleMs: orDefault(idleMs, 120_000),
});
const TIMEOUTS = { connectMs: 10_000, firstByteMs: 300_000, idleMs: 120_000 };

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
  timeouts: orDefault(fields.timeouts, TIMEOUTS),
  headers: orDefault(fields.headers, { set: {}, remove: [] }),
  usageInStream: orDefault(fields.usageInStream, "auto"),
  inputIncludesCache: orDefault(fields.inputIncludesCache, false),
  onDisconnect: orDefault(fields.onDisconnect, null),
  enabled: orDefault(fields.enabled, true),
};

/** Input of `channels.create`. */
export const CreateChannelInput = strict({ ...channelFields, credential: credentialField });
/** See the schema. */
export type CreateChannelInput = z.output<typeof CreateChannelInput>;

/** Input of `channels.update`: a patch. A changed host of `baseUrl` needs `credential` again (C1). Timeouts are patched one by one. */
export const UpdateChannelInput = strict({
  id: idField,
  version: versionField,
  name: fields.name.optional(),
  protocols: fields.protocols.optional(),
  operations: fields.operations.optional(),
  provider: fields.provider.optional(),
  baseUrl: fields.baseUrl.optional(),
  models: fields.models.optional(),
  priority: fields.priority.optional(),
  weight: fields.weight.optional(),
  costMultiplier: fields.costMultiplier.optional(),
  timeouts: strict({
    connectMs: connectMs.optional(),
    firstByteMs: firstByteMs.optional(),
    idleMs: idleMs.optional(),
  }).optional(),
  headers: fields.headers.optional(),
  usageInStream: fields.usageInStream.optional(),
  inputIncludesCache: fields.inputIncludesCache.optional(),
  onDisconnect: fields.onDisconnect.optional(),
  enabled: fields.enabled.optional(),
  credential: credentialField.optional(),
});
/** See the schema. */
export type UpdateChannelInput = z.output<typeof UpdateChannelInput>;

/** Input of `channels.list`: nothing. */
export const ListChannelsInput = noInput;
/** Input of `channels.get`. */
export const GetChannelInput = byId;
/** Input of `channels.delete`. */
export const DeleteChannelInput = byId;
/** Output of `channels.delete`. */
export const DeletedChannel = deletedOutput;

/** A channel without its credential. */
export const Channel = z.object({
  ...versionedShape,
  name: z.string(),
  protocols: z.array(z.string()),
  operations: z.array(z.string()).nullable(),
  provider: z.string().nullable(),
  baseUrl: z.string(),
  models: z.array(z.object({ name: z.string(), upstream: z.string() })),
  priority: z.int(),
  weight: z.int(),
  costMultiplier: z.string(),
  timeouts: z.object({ connectMs: z.int(), firstByteMs: z.int(), idleMs: z.int() }),
  headers: z.object({ set: z.record(z.string(), z.string()), remove: z.array(z.string()) }),
  usageInStream: z.enum(USAGE_IN_STREAM),
  inputIncludesCache: z.boolean(),
  onDisconnect: z.enum(ON_DISCONNECT).nullable(),
  enabled: z.boolean(),
  /** When the credential was set, whether it can be opened, its last four characters (null: not, or too short to tell); null: there is none. */
  credential: z.object({ setAt: instant, opens: z.boolean(), lastFour: z.string().nullable() }).nullable(),
});
/** See the schema. */
export type Channel = z.infer<typeof Channel>;
/** Output of `channels.list`, in the order in which channels are tried. */
export const ChannelList = listOf(Channel);
/** See the schema. */
export type ChannelList = z.infer<typeof ChannelList>;

/** Input of `channels.test`: asks the stored channel's upstream for its models. */
export const TestChannelInput = byId;
/** Input of `channels.testDraft`: values that are not saved. `channelId` lends its credential while the host is the same. */
export const TestChannelDraftInput = strict({
  channelId: idField.nullish(),
  protocols: fields.protocols,
  provider: orDefault(fields.provider, null),
  baseUrl: fields.baseUrl,
  credential: credentialField.nullish(),
  timeouts: orDefault(fields.timeouts, TIMEOUTS),
  headers: orDefault(fields.headers, { set: {}, remove: [] }),
});
/** See the schema. */
export type TestChannelDraftInput = z.output<typeof TestChannelDraftInput>;

/** What a test found: the upstream's models and which have a price, or why it failed (`status` with the cause `status` alone). */
export const ChannelTest = z.discriminatedUnion("ok", [
  z.object({
    ok: z.literal(true),
    latencyMs: z.number(),
    models: z.array(z.object({ name: z.string(), priced: z.boolean() })),
    pricedCount: z.int(),
  }),
  z.object({
    ok: z.literal(false),
    cause: z.enum(["dns", "refused", "tls", "timeout", "status", "forbidden"]),
    status: z.int().nullable(),
  }),
]);
/** See the schema. */
export type ChannelTest = z.infer<typeof ChannelTest>;
