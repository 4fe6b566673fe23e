import type { UsageSummary } from "@/core/ledger/request-log";
import { formatUsd } from "@/lib/money";

/** Sums of a period as the API shows them. */
export function sumsOutput(sums: UsageSummary) {
  return {
    costUsd: formatUsd(sums.costNanoUsd),
    requests: sums.requests,
    tokens: sums.tokens,
    denied: sums.denied,
    p95Ms: sums.p95Ms,
  };
}
