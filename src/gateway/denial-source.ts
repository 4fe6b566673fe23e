import type { AppError, ErrorCode } from "@/core/errors";
import { readDenial } from "@/core/quota/read-denial";
import type { LimitSubject } from "@/core/vocabulary";

/** Whose rule or fault an error of the gateway is: the subject of the limit that refused, the channels, the upstream, or the gateway itself. */
export type DenialSource = LimitSubject | "channel" | "upstream" | "gateway";

const OF_CHANNELS: ReadonlySet<ErrorCode> = new Set([
  ...(["channel_queue_full", "channel_queue_timeout", "channel_rate_limited", "no_channel_available"] as const),
]);

/** The source of an error. */
export function denialSource(error: AppError): DenialSource {
  const denial = readDenial(error);
  if (denial !== null) return denial.subjectType;
  if (OF_CHANNELS.has(error.code)) return "channel";
  return error.code.startsWith("upstream_") ? "upstream" : "gateway";
}
