import { z } from "zod";
import { COST_SOURCES, REQUEST_OUTCOMES } from "@/core/vocabulary";
import { choice, idField, instant, instantField, listOf, money, orDefault, strict, text, whole } from "../references";

const filters = {
  keyId: idField.optional(),
  model: text(200).optional(),
  outcome: choice(REQUEST_OUTCOMES).optional(),
  code: text(60).optional(),
  /** Inclusive. */
  from: instantField.optional(),
  /** Exclusive. */
  to: instantField.optional(),
};
const paging = {
  cursor: text(1000).optional(),
  limit: orDefault(whole(1, 200), 50),
};
const byRequestId = strict({ id: text(64) });

/** Input of `requests.list`, newest first. A cursor belongs to its filters (`cursor_mismatch`). */
export const ListRequestsInput = strict({
  userId: idField.optional(),
  channelId: idField.optional(),
  ...filters,
  ...paging,
});
/** See the schema. */
export type ListRequestsInput = z.output<typeof ListRequestsInput>;
/** Input of `requests.get`: the id as clients see it, `req_...`. */
export const GetRequestInput = byRequestId;
/** Input of `requests.recompute`: the id as clients see it. */
export const RecomputeRequestInput = byRequestId;
/** Input of `me.requests.list`, newest first. */
export const ListOwnRequestsInput = strict({ ...filters, ...paging });
/** See the schema. */
export type ListOwnRequestsInput = z.output<typeof ListOwnRequestsInput>;
/** Input of `me.requests.get`. */
export const GetOwnRequestInput = byRequestId;

const row = {
  /** `req_...` */
  id: z.string(),
  at: instant,
  outcome: z.enum(REQUEST_OUTCOMES),
  /** Status the client got; null when it left before one. */
  status: z.int().nullable(),
  code: z.string().nullable(),
  key: z.object({ id: z.int().nullable(), name: z.string().nullable(), prefix: z.string().nullable() }).nullable(),
  protocol: z.string(),
  operation: z.string().nullable(),
  model: z.string().nullable(),
  stream: z.boolean(),
  inputTokens: z.int(),
  /** Of the input tokens, those read from a cache. */
  cachedTokens: z.int(),
  outputTokens: z.int(),
  costUsd: money,
  costSource: z.enum(COST_SOURCES),
  firstByteMs: z.number().nullable(),
  durationMs: z.number().nullable(),
};

const named = z.object({ id: z.int(), name: z.string().nullable() }).nullable();

/** A request of the log: admitted or denied. */
export const RequestItem = z
  .object({ ...row, user: named, channel: named, upstreamModel: z.string().nullable() })
  .meta({ id: "RequestItem" });
/** See the schema. */
export type RequestItem = z.infer<typeof RequestItem>;
/** Output of `requests.list`. */
export const RequestList = listOf(RequestItem).meta({ id: "RequestList" });
/** See the schema. */
export type RequestList = z.infer<typeof RequestList>;

/** A user's own request: nothing about channels, upstreams or other people. */
export const OwnRequestItem = z.object(row).meta({ id: "OwnRequestItem" });
/** See the schema. */
export type OwnRequestItem = z.infer<typeof OwnRequestItem>;
/** Output of `me.requests.list`. */
export const OwnRequestList = listOf(OwnRequestItem).meta({ id: "OwnRequestList" });
/** See the schema. */
export type OwnRequestList = z.infer<typeof OwnRequestList>;

/** One line of the cost math: quantity x price per unit. */
export const CostLine = z
  .object({
    /** What was counted: `input_text`, `cache_read_text`, `tool.web_search`. */
    component: z.string(),
    quantity: z.int(),
    /** How `price` is meant: USD per million, per thousand, per hour, each. */
    unit: z.enum(["usdPerMtok", "usdPer1k", "usdPerHour", "usdEach"]),
    /** Decimal; null: no price, charged nothing. */
    price: z.string().nullable(),
    /** Before multipliers, decimal USD with up to 12 fraction digits. */
    costUsd: z.string(),
  })
  .meta({ id: "CostLine" });
/** See the schema. */
export type CostLine = z.infer<typeof CostLine>;

const entry = {
  attempt: z.int(),
  outcome: z.string(),
  costUsd: money,
  costSource: z.enum(COST_SOURCES),
  tokens: z.int(),
  tier: z.string(),
  /** What was unusual: `price_fallback`, `unpriced`, `usage_inconsistent`. */
  flags: z.array(z.string()),
  /** Before multipliers. */
  listCostUsd: money,
  lines: z.array(CostLine),
};

/** One ledger entry with its cost math. Multipliers are decimals. What it was charged is found again from it by `requests.recompute`. */
export const RequestEntry = z
  .object({
    ...entry,
    channel: named,
    channelMultiplier: z.string(),
    groupMultiplier: z.string(),
    /** Config version that the prices are of; null where nothing was priced. */
    pricingVersion: z.int().nullable(),
    /** The price of the request's own usage and of each further part; null: unpriced, negative: of the packaged catalogue. */
    priceIds: z.array(z.int().nullable()),
  })
  .meta({ id: "RequestEntry" });
/** See the schema. */
export type RequestEntry = z.infer<typeof RequestEntry>;

/** One try on one channel. */
export const RequestAttempt = z
  .object({
    attempt: z.int(),
    channel: named,
    startedAt: instant,
    firstByteMs: z.number().nullable(),
    status: z.int().nullable(),
    code: z.string().nullable(),
  })
  .meta({ id: "RequestAttempt" });
/** See the schema. */
export type RequestAttempt = z.infer<typeof RequestAttempt>;

const params = z.record(z.string(), z.unknown());

/** A request with everything the drawer shows. `decision` is dashboard.md 7.2. */
export const RequestDetail = z
  .object({
    ...RequestItem.shape,
    params,
    attempts: z.array(RequestAttempt),
    entries: z.array(RequestEntry),
    upstreamRequestId: z.string().nullable(),
    decision: z.unknown(),
  })
  .meta({ id: "RequestDetail" });
/** See the schema. */
export type RequestDetail = z.infer<typeof RequestDetail>;

/** Output of `requests.recompute`: what was charged for each ledger entry, and what its own snapshot gives. */
export const RecomputedRequest = z
  .object({
    id: z.string(),
    isEqual: z.boolean(),
    entries: z.array(z.object({ attempt: z.int(), costUsd: money, computedUsd: money, isEqual: z.boolean() })),
  })
  .meta({ id: "RecomputedRequest" });

/** A user's own request with its cost math. */
export const OwnRequestDetail = z
  .object({ ...row, attempts: z.int(), entries: z.array(z.object(entry)) })
  .meta({ id: "OwnRequestDetail" });
/** See the schema. */
export type OwnRequestDetail = z.infer<typeof OwnRequestDetail>;
