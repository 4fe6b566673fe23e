import type { AppError, ErrorCode } from "../errors";
import type { RateMetric } from "../vocabulary";
import type { LimitedResult } from "./quota";
import type { RateSource } from "./resolve-rates";

/** Codes of the metrics, and of requests at once (protocols-and-pricing.md 3.1). */
const RATE_CODES = {
  rpm: "rpm_exceeded",
  total: "total_requests_exceeded",
  successful: "successful_requests_exceeded",
} as const satisfies Record<RateMetric, ErrorCode>;
const CONCURRENCY_CODES = {
  user: "user_concurrency_exceeded",
  key: "key_concurrency_exceeded",
} as const satisfies Record<"user" | "key", ErrorCode>;

/** Why a rate refused a request (channels-and-rates.md R13): the parameters of its AppError. */
export type RateDenial = {
  readonly code: (typeof RATE_CODES)[RateMetric] | (typeof CONCURRENCY_CODES)["user" | "key"];
  readonly source: RateSource;
  readonly metric: RateMetric | "concurrency";
  readonly targetType: "all" | "group" | "model";
  /** `all`, the name of the model group, or that of the model. */
  readonly target: string;
  readonly limit: number;
  readonly used: number;
  /** ms; null for `concurrency`, which has none. */
  readonly periodMs: number | null;
  /** Until the request may pass, over all rates that refused it, ms; null: as soon as another one ends. */
  readonly retryAfterMs: number | null;
  /** The same as an instant, epoch ms. */
  readonly resetsAt: number | null;
};

/** What the names of a denial are. */
export type RateNames = { readonly groupName: string | null; readonly model: string };

/** The denial of a request that a rate, or the number of requests at once, refused. */
export function rateDenialOf({ by, used, waitMs, at, rates }: LimitedResult, names: RateNames): RateDenial {
  const all = { targetType: "all", target: "all" } as const;
  if (typeof by === "string") {
    const limit = rates.concurrency?.[by] ?? 0;
    const known = { code: CONCURRENCY_CODES[by], source: by, metric: "concurrency" as const, ...all };
    return { ...known, limit, used, periodMs: null, retryAfterMs: null, resetsAt: null };
  }
  const counter = rates.counters[by];
  if (counter === undefined) throw new RangeError("a refusal names a counter of its request");
  const { metric, source, limit, periodMs } = counter;
  const target = counter.target === "group" ? (names.groupName ?? "") : names.model;
  const where = counter.target === "all" ? all : { targetType: counter.target, target };
  const told = { code: RATE_CODES[metric], source, metric, ...where, limit, used, periodMs };
  return { ...told, retryAfterMs: waitMs, resetsAt: at + waitMs };
}

const CODES: ReadonlySet<string> = new Set([...Object.values(RATE_CODES), ...Object.values(CONCURRENCY_CODES)]);

/** The denial that an error carries as its parameters; null when no rate has refused the request. */
export function readRateDenial({ code, params }: AppError): RateDenial | null {
  return CODES.has(code) && typeof params.metric === "string" ? (params as unknown as RateDenial) : null;
}
