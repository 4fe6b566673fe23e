import { errorRow } from "@/core/errors";
import type { Denial } from "@/core/quota/denial";
import { type LimitStanding, remainingOf, usedShareOf, utilisationOf } from "@/core/quota/limit-standing";
import { instantText } from "../amount-text";
import { epochSeconds, fullestOf, type LimitFacts, sharedLimitHeaders, tightestTokens } from "../limit-headers";

const FIVE_HOURS_MS = 18_000_000;
/** Ten-thousandths of the cap from which a window warns. */
const WARNS_FROM = 8_000;

const STATUSES = ["allowed", "allowed_warning", "rejected"] as const;
/** How one window stands, as an index of STATUSES. */
type Severity = 0 | 1 | 2;

/** The window that speaks for all of its length. */
type Claim = {
  readonly name: "five_hour" | "seven_day";
  readonly severity: Severity;
  readonly share: number;
  readonly resetsAt: number | null;
};

/** The limit headers of Anthropic's replies: the shared ones and `anthropic-ratelimit-*` (protocols-and-pricing.md 2.4). */
export function messagesLimitHeaders(facts: LimitFacts): Record<string, string> {
  const headers = sharedLimitHeaders(facts);
  const tokens = tightestTokens(facts.standings);
  if (tokens !== null) {
    headers["anthropic-ratelimit-tokens-limit"] = String(tokens.cap);
    headers["anthropic-ratelimit-tokens-remaining"] = String(remainingOf(tokens));
    if (tokens.resetsAt !== null) headers["anthropic-ratelimit-tokens-reset"] = instantText(tokens.resetsAt);
  }
  if (facts.rate !== null) {
    const { limit, remaining, resetMs } = facts.rate;
    headers["anthropic-ratelimit-requests-limit"] = String(limit);
    headers["anthropic-ratelimit-requests-remaining"] = String(remaining);
    headers["anthropic-ratelimit-requests-reset"] = instantText(facts.now + resetMs);
  }
  addUnified(headers, facts);
  return headers;
}

function addUnified(headers: Record<string, string>, { standings, denial, now }: LimitFacts): void {
  const spent = denial !== null && !errorRow(denial.code).retryable ? denial : null;
  const fiveHour = fullestOf(standings, "5h");
  const sevenDay = fullestOf(standings, "weekly");
  const first = fiveHour === null ? null : addWindow(headers, fiveHour, spent);
  const second = sevenDay === null ? null : addWindow(headers, sevenDay, spent);
  const worst = spent === null ? worse(first, second) : rejection(spent, now);
  if (worst === null) return;
  headers["anthropic-ratelimit-unified-status"] = STATUSES[worst.severity];
  headers["anthropic-ratelimit-unified-representative-claim"] = worst.name;
  if (worst.resetsAt !== null) headers["anthropic-ratelimit-unified-reset"] = String(epochSeconds(worst.resetsAt));
}

/** Writes the headers of one window. Only a terminal denial rejects: a transient one passes at the next try. */
function addWindow(headers: Record<string, string>, standing: LimitStanding, spent: Denial | null): Claim {
  const isFiveHour = standing.window === "5h";
  const utilisation = utilisationOf(standing);
  const severity = spent?.limitId === standing.limitId ? 2 : utilisation >= WARNS_FROM ? 1 : 0;
  const family = isFiveHour ? "anthropic-ratelimit-unified-5h-" : "anthropic-ratelimit-unified-7d-";
  headers[`${family}status`] = STATUSES[severity];
  if (standing.resetsAt !== null) headers[`${family}reset`] = String(epochSeconds(standing.resetsAt));
  headers[`${family}utilization`] = shareText(utilisation);
  const name = isFiveHour ? "five_hour" : "seven_day";
  return { name, severity, share: usedShareOf(standing), resetsAt: standing.resetsAt };
}

/** What a terminal denial claims: its own window, or for any other the one that ends at about the same time. */
function rejection({ window, resetsAt }: Denial, now: number): Claim {
  const isFiveHour = window === "5h" || (window !== "weekly" && resetsAt !== null && resetsAt - now <= FIVE_HOURS_MS);
  return { name: isFiveHour ? "five_hour" : "seven_day", severity: 2, share: 1, resetsAt };
}

/** The worse of two claims; of equal ones the fuller, then the shorter. */
function worse(first: Claim | null, second: Claim | null): Claim | null {
  if (first === null || second === null) return first ?? second;
  if (first.severity !== second.severity) return first.severity > second.severity ? first : second;
  return second.share > first.share ? second : first;
}

/** Ten-thousandths as a decimal with 4 places. */
function shareText(tenThousandths: number): string {
  const fraction = tenThousandths % 10_000;
  return `${(tenThousandths - fraction) / 10_000}.${String(fraction).padStart(4, "0")}`;
}
