import { z } from "zod";
import type { LiveReading } from "@/core/channels/live-feed";
import { HEALTH_WORDS, LIMITER_MODES, LIVE_STATES } from "@/core/vocabulary";
import { because, instant, strict } from "../references";
import { toIso, toIsoOrNull } from "../to-output";

const MAX_IDS = 500;

/** Input of `channels.live`: ids separated by commas, as an address carries them; absent: every channel. */
export const LiveChannelsInput = strict({
  ids: z
    .string(because("invalid"))
    .regex(/^[1-9]\d{0,14}(,[1-9]\d{0,14})*$/, "invalid")
    .transform((text) => text.split(",").map(Number))
    .refine((ids) => ids.length <= MAX_IDS, "too_long")
    .optional(),
});

/** What one channel is doing, over all replicas (channels-and-rates.md V2). */
export const LiveChannelRow = z
  .object({
    channelId: z.int(),
    asOf: instant,
    state: z.enum(LIVE_STATES),
    /** How it did lately (C14). */
    health: z.enum(HEALTH_WORDS),
    mode: z.enum(LIMITER_MODES),
    inFlight: z.int(),
    capacity: z.int().nullable(),
    waiting: z.int(),
    queueSize: z.int().nullable(),
    oldestWaitMs: z.int(),
    denied5m: z.object({ full: z.int(), timeout: z.int() }),
    waitP95Ms: z.int(),
    spark: z.array(z.int()),
    coolingUntil: instant.nullable(),
    trippedUntil: instant.nullable(),
    replicas: z.int(),
  })
  .meta({ id: "LiveChannelRow" });
/** See the schema. */
export type LiveChannelRow = z.infer<typeof LiveChannelRow>;

/** Output of `channels.live`, and what its stream carries. */
export const LiveChannels = z
  .object({
    asOf: instant,
    /** The rows are the last that were known. */
    stale: z.boolean(),
    source: z.enum(["shared", "local"]),
    rows: z.array(LiveChannelRow),
  })
  .meta({ id: "LiveChannels" });
/** See the schema. */
export type LiveChannels = z.infer<typeof LiveChannels>;

/** A reading as the API gives it. @param ids the channels asked for; undefined: all */
export function toLiveChannels({ asOf, stale, source, rows }: LiveReading, ids?: readonly number[]): LiveChannels {
  return {
    ...{ asOf: toIso(asOf), stale, source },
    rows: rows
      .filter(({ channelId }) => ids?.includes(channelId) ?? true)
      .map((row) => ({
        ...row,
        asOf: toIso(row.asOf),
        spark: [...row.spark],
        coolingUntil: toIsoOrNull(row.coolingUntil),
        trippedUntil: toIsoOrNull(row.trippedUntil),
      })),
  };
}
