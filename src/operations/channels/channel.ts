import { z } from "zod";
import { LIMITER_MODES, ON_DISCONNECT, OVERFLOWS, USAGE_IN_STREAM } from "@/core/vocabulary";
import { instant, listOf, versionedShape } from "../references";

/** When a credential was set, whether it can be opened, its last four characters (null: not, or too short to tell). */
const credential = z.object({ setAt: instant, opens: z.boolean(), lastFour: z.string().nullable() });

/** A channel without its credentials. */
export const Channel = z
  .object({
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
    limiter: z.object({
      mode: z.enum(LIMITER_MODES),
      capacity: z.int().nullable(),
      queueSize: z.int().nullable(),
      queueTimeoutMs: z.int().nullable(),
      maxWaitingPerKey: z.int().nullable(),
    }),
    overflow: z.enum(OVERFLOWS).nullable(),
    breaker: z.object({
      enabled: z.boolean(),
      failures: z.int(),
      ratioPct: z.int(),
      minAttempts: z.int(),
      openMs: z.int(),
    }),
    rpm: z.int().nullable(),
    tpm: z.int().nullable(),
    /** Ids of the user groups that may use it; empty: everyone. */
    userGroups: z.array(z.int()),
    enabled: z.boolean(),
    /** The first of the list; null: there is none. */
    credential: credential.nullable(),
    /** In the order in which they are used. */
    credentials: z.array(z.object({ id: z.int(), enabled: z.boolean(), ...credential.shape })),
  })
  .meta({ id: "Channel" });
/** See the schema. */
export type Channel = z.infer<typeof Channel>;
/** Output of `channels.list`, in the order in which channels are tried. */
export const ChannelList = listOf(Channel).meta({ id: "ChannelList" });
/** See the schema. */
export type ChannelList = z.infer<typeof ChannelList>;

/** What a test found: the upstream's models and which have a price, or why it failed (`status` with the cause `status` alone; `busy`: no slot is free). */
export const ChannelTest = z
  .discriminatedUnion("ok", [
    z.object({
      ok: z.literal(true),
      latencyMs: z.number(),
      models: z.array(z.object({ name: z.string(), priced: z.boolean() })),
      pricedCount: z.int(),
    }),
    z.object({
      ok: z.literal(false),
      cause: z.enum(["dns", "refused", "tls", "timeout", "status", "forbidden", "busy"]),
      status: z.int().nullable(),
    }),
  ])
  .meta({ id: "ChannelTest" });
/** See the schema. */
export type ChannelTest = z.infer<typeof ChannelTest>;
