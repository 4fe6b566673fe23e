import { errorRow } from "@/core/errors";
import { type LimitStanding, utilisationOf } from "@/core/quota/limit-standing";
import { epochSeconds, fullestOf, type LimitFacts } from "../limit-headers";
import { openaiLimitHeaders } from "../openai-limit-headers";
import { isCodexClient } from "./codex-client";

/** The two windows that Codex shows, with their lengths in minutes. */
const WINDOWS = [
  { family: "x-codex-primary-", window: "5h", minutes: 300 },
  { family: "x-codex-secondary-", window: "weekly", minutes: 10_080 },
] as const;
/** Ten-thousandths of a full window. */
const FULL = 10_000;

/** The limit headers of Responses replies: OpenAI's, and for Codex its own (protocols-and-pricing.md 2.4). */
export function responsesLimitHeaders(facts: LimitFacts): Record<string, string> {
  const headers = openaiLimitHeaders(facts);
  if (!isCodexClient(facts.client)) return headers;
  for (const { family, window, minutes } of WINDOWS) {
    const standing = fullestOf(facts.standings, window);
    if (standing !== null) addWindow(headers, standing, { family, minutes, now: facts.now });
  }
  const { denial } = facts;
  const isSpent = denial !== null && !errorRow(denial.code).retryable && denial.reason !== "blocked";
  if (isSpent && denial.targetType === "group") headers["x-codex-limit-name"] = headerText(denial.target);
  return headers;
}

type Window = { readonly family: string; readonly minutes: number; readonly now: number };

function addWindow(headers: Record<string, string>, standing: LimitStanding, { family, minutes, now }: Window): void {
  headers[`${family}used-percent`] = percentText(Math.min(utilisationOf(standing), FULL));
  headers[`${family}window-minutes`] = String(minutes);
  if (standing.resetsAt === null) return;
  headers[`${family}reset-at`] = String(epochSeconds(standing.resetsAt));
  headers[`${family}reset-after-seconds`] = String(Math.max(0, Math.ceil((standing.resetsAt - now) / 1_000)));
}

/** Ten-thousandths as a percentage with one decimal, rounded down: only a full window reads 100.0. */
function percentText(tenThousandths: number): string {
  const tenths = Math.floor(tenThousandths / 10);
  return `${Math.floor(tenths / 10)}.${tenths % 10}`;
}

/** A name as a header may carry it: what is not printable ASCII becomes a question mark. */
function headerText(name: string): string {
  return name.replace(/[^\x20-\x7e]/gu, "?");
}
