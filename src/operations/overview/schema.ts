import { z } from "zod";
import { instant, money, noInput } from "../references";

/** Sums of a period. */
const usageSums = z.object({
  costUsd: money,
  requests: z.int(),
  tokens: z.int(),
  denied: z.int(),
  /** 95th percentile of the duration of `ok` requests, ms; null without one. */
  p95Ms: z.number().nullable(),
});

/** Input of `overview.get`: nothing. */
export const OverviewInput = noInput;

/** The numbers of today in the system's zone and what is left of the first steps. */
export const Overview = z
  .object({
    zone: z.string(),
    /** The day, `2026-11-21`, and its bounds. */
    day: z.string(),
    from: instant,
    to: instant,
    today: usageSums,
    checklist: z.object({
      channel: z.boolean(),
      key: z.boolean(),
      request: z.boolean(),
      dismissed: z.boolean(),
    }),
  })
  .meta({ id: "Overview" });
/** See the schema. */
export type Overview = z.infer<typeof Overview>;

/** Input of `me.summary`: nothing. */
export const OwnSummaryInput = noInput;

/** A user's own numbers: today, and the last 30 days with today. */
export const OwnSummary = z
  .object({
    zone: z.string(),
    day: z.string(),
    from: instant,
    to: instant,
    today: usageSums,
    last30Days: usageSums,
    keys: z.object({ active: z.int(), total: z.int() }),
  })
  .meta({ id: "OwnSummary" });
/** See the schema. */
export type OwnSummary = z.infer<typeof OwnSummary>;
