import type { Denial } from "@/core/quota/denial";
import type { LimitWindow } from "@/core/vocabulary";
import { instantText, spokenAmount } from "./amount-text";
import { quoted } from "./quoted";

const WINDOW_NAMES: Readonly<Record<LimitWindow, string>> = {
  total: "total",
  monthly: "monthly",
  weekly: "weekly",
  daily: "daily",
  "5h": "5-hour",
};

/** What clients take for a spent allowance: a transient denial must not say it, not even in a name. */
const TERMINAL_WORDS = /quota|billing|will reset/i;

/** Whether clients would take a name for the end of an allowance. */
export function isTerminalName(name: string): boolean {
  return TERMINAL_WORDS.test(name);
}

/**
 * Why a limit refused a request, in a sentence for a person that clients classify by (protocols-and-pricing.md 3.3). A transient one lacks
 * the words on when to try again.
 */
export function denialMessage(denial: Denial): string {
  switch (denial.reason) {
    case "exhausted":
      return `Usage quota exhausted: ${limitName(denial)} is used up${spending(denial)}. ${resetOf(denial)}`;
    case "too_large":
      return `Usage quota exhausted: ${tooLarge(denial)}`;
    case "contended":
      return `Other running requests hold what is left of ${limitName(denial)}${spending(denial)}.`;
    case "blocked":
      return blocked(denial);
    case "unavailable":
      return "Limits cannot be checked at the moment.";
  }
}

function tooLarge(denial: Denial): string {
  const { unit, estimate, cap, left, affordableOutputTokens } = denial;
  const need = estimate === null ? "more" : spokenAmount(unit, estimate);
  const fit =
    affordableOutputTokens === null
      ? ""
      : ` It would fit with at most ${spokenAmount("tokens", affordableOutputTokens).replace(" ", " output ")}.`;
  if (estimate !== null && cap !== null && estimate > cap)
    return `this request needs ${need}, more than ${limitName(denial)} allows at all.${fit}${resetIfAny(denial)}`;
  const rest = left === null ? "less" : spokenAmount(unit, left);
  return `this request needs ${need}, but ${limitName(denial)} has only ${rest} left${spending(denial)}.${fit} ${resetOf(denial)}`;
}

function blocked({ axis, targetType, target }: Denial): string {
  const models =
    targetType === "group"
      ? `The models of the group ${quoted(target)} are`
      : "All models without a limit of their own are";
  return `${models} blocked for this ${axis === "key" ? "API key" : "user"}. Ask your administrator.`;
}

/** `the daily limit of $5.00 on "frontier"`, `this key's global 5-hour limit of 1,000 tokens` */
function limitName({ axis, targetType, target, unit, window, cap, reason }: Denial): string {
  const owner = axis === "key" ? "this key's" : "the";
  const scope = targetType === "global" ? " global" : "";
  const amount = cap === null ? "" : ` of ${spokenAmount(unit, cap)}`;
  const name = `${owner}${scope} ${WINDOW_NAMES[window]} limit${amount}`;
  if (targetType === "global") return name;
  return reason === "contended" && isTerminalName(target) ? name : `${name} on ${quoted(target)}`;
}

function spending({ unit, used, held }: Denial): string {
  if (used === null || held === null) return "";
  return ` (${spokenAmount(unit, used)} used, ${spokenAmount(unit, held)} held)`;
}

function resetOf(denial: Denial): string {
  return denial.resetsAt === null
    ? "It does not reset by itself."
    : `It will reset at ${instantText(denial.resetsAt)}.`;
}

function resetIfAny(denial: Denial): string {
  return denial.resetsAt === null ? "" : ` ${resetOf(denial)}`;
}
