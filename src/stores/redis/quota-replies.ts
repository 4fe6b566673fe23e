import type { HeldAmounts } from "@/core/quota/domain";
import type {
  BucketKind,
  BucketLine,
  EndReply,
  ExpiredHold,
  HoldState,
  RenewReply,
  ReserveReply,
  Verdict,
} from "@/core/quota/quota-store";
import type { RateAsk, RateLine, RateRule } from "@/core/quota/rate-ask";
import { RATE_METRICS } from "@/core/vocabulary";
import { KIND_LETTERS } from "./quota-arguments";

const VERDICTS: Readonly<Record<string, Verdict>> = {
  FITS: "fits",
  EXHAUSTED: "exhausted",
  TOO_LARGE: "too_large",
  CONTENDED: "contended",
};
const STATES: Readonly<Record<string, HoldState>> = { O: "open", L: "limbo", S: "settled", V: "voided" };
const KINDS = Object.fromEntries(Object.entries(KIND_LETTERS).map(([kind, letter]) => [letter, kind as BucketKind]));
const RENEWALS: readonly RenewReply[] = ["renewed", "settled", "voided", "unknown", "rebuild"];
const LINE = 6;

/** Reads the reply of reserve; `isRated`: it asked rates. Throws when it is none. */
export function readReserveReply(reply: unknown, isRated: boolean): ReserveReply {
  const [head, ...rest] = texts(reply);
  switch (head) {
    case "OK": {
      const [epoch = "", sequence, at, lines, rates] = rest;
      const known = { at: whole(at), epoch, sequence: whole(sequence), lines: readLines(lines) };
      return { kind: "admitted", ...known, ...foundRates(rates, isRated) };
    }
    case "LIMITED": {
      const [by, used, waitMs, at, rates] = rest;
      const numbers = { used: whole(used), waitMs: whole(waitMs), at: whole(at), rates: readRateLines(rates) };
      return { kind: "limited", by: ruleOf(by), ...numbers };
    }
    case "DUP": {
      const [state, at, ...slots] = rest;
      return { kind: "duplicate", state: stateOf(state), at: whole(at), slots: slots.map(whole) };
    }
    case "REBUILD":
      return { kind: "rebuild" };
    case "FILL":
      return { kind: "fill", known: { user: definitions(rest[0]), key: definitions(rest[1]) } };
    case "STALE_WINDOW":
      return { kind: "stale_window", bucket: whole(rest[0]), at: whole(rest[1]) };
    default: {
      const reason = VERDICTS[head ?? ""];
      if (reason === undefined || reason === "fits") throw notAReply(reply);
      const [bucket, at, lines, rates] = rest;
      const known = { bucket: whole(bucket), at: whole(at), lines: readLines(lines) };
      return { kind: "refused", reason, ...known, ...foundRates(rates, isRated) };
    }
  }
}

/** Reads the reply of peek. */
export function readPeekReply(reply: unknown): { readonly at: number; readonly lines: readonly BucketLine[] } | null {
  const [head, at, lines] = texts(reply);
  return head === "OK" ? { at: whole(at), lines: readLines(lines) } : null;
}

/** Reads the reply of end. */
export function readEndReply(reply: unknown): EndReply {
  const [head, ...rest] = texts(reply);
  if (head === "REBUILD") return { kind: "rebuild" };
  if (head === "DUP") {
    const state = stateOf(rest[0]);
    if (state === "settled" || state === "voided") return { kind: "duplicate", state };
  }
  if (head !== "OK") throw notAReply(reply);
  const [epoch = "", sequence, at] = rest;
  return { kind: "ended", epoch, sequence: whole(sequence), at: whole(at) };
}

/** Reads the reply of renew; with the new expiry, epoch ms, if it was renewed. */
export function readRenewReply(reply: unknown): { readonly kind: RenewReply; readonly expiresAt: number | null } {
  const [head, expiry] = texts(reply);
  const kind = RENEWALS.find((name) => name === head);
  if (kind === undefined) throw notAReply(reply);
  return { kind, expiresAt: kind === "renewed" ? whole(expiry) : null };
}

/** Reads the reply of expire; null: it is not due. */
export function readExpireReply(reply: unknown, hold: { userId: number; holdId: string }): ExpiredHold | null {
  const [expiredAt, replica = "", at, record = "", ceiling, ...buckets] = texts(reply);
  if (expiredAt === undefined) return null;
  return {
    ...{ userId: hold.userId, holdId: hold.holdId, replica, at: whole(at), expiredAt: whole(expiredAt), record },
    ceilingNanoUsd: whole(ceiling),
    buckets: buckets.map(readHeldBucket).map(({ id, kind, start, end, slot }) => ({ id, kind, start, end, slot })),
  };
}

/** Reads a bucket of a hold record: `slot est worst kind p1 p2 id`. */
export function readHeldBucket(text: string): HeldAmounts {
  const [slot, est, worst, letter = "", start, end, id = ""] = text.split(" ");
  const kind = KINDS[letter];
  if (kind === undefined) throw notAReply(text);
  return { id, kind, start: whole(start), end: whole(end), slot: whole(slot), est: whole(est), worst: whole(worst) };
}

/** Reads an integer text. Throws when it is none. */
export function whole(text: string | undefined): number {
  const value = Number(text);
  if (text === undefined || text === "" || !Number.isInteger(value)) throw notAReply(text);
  return value;
}

/** Reads a list of texts. Throws when it is none. */
export function texts(reply: unknown): readonly string[] {
  if (!Array.isArray(reply) || !reply.every((item) => typeof item === "string")) throw notAReply(reply);
  return reply;
}

/** Reads `used wait` of each counter of requests. */
export function readRateLines(text = ""): readonly RateLine[] {
  const items = text === "" ? [] : text.split(" ");
  return Array.from({ length: items.length / 2 }, (_, at) => ({
    used: whole(items[at * 2]),
    waitMs: whole(items[at * 2 + 1]),
  }));
}

/** Reads the counters of a hold record: `W | B metric limit burst period id` per line. */
export function readRates(text: string): readonly RateAsk[] {
  return text.split("\n").map((line) => {
    const [kind, name, limit, burst, periodMs, id = ""] = line.split(" ");
    const metric = RATE_METRICS.find((known) => known === name);
    if (metric === undefined) throw notAReply(line);
    return { id, metric, limit: whole(limit), burst: kind === "B" ? whole(burst) : null, periodMs: whole(periodMs) };
  });
}

function foundRates(text: string | undefined, isRated: boolean) {
  return isRated ? { rates: readRateLines(text) } : {};
}

function ruleOf(text: string | undefined): RateRule {
  return text === "user" || text === "key" ? text : whole(text);
}

/** Reads all lines of a reply, each `slot settled held worst reset verdict`. */
function readLines(text = ""): readonly BucketLine[] {
  const items = text === "" ? [] : text.split(" ");
  const lines: BucketLine[] = [];
  for (let at = 0; at < items.length; at += LINE) {
    const verdict = VERDICTS[items[at + 5] ?? ""];
    if (verdict === undefined) throw notAReply(text);
    const reset = whole(items[at + 4]);
    lines.push({
      slot: whole(items[at]),
      settled: whole(items[at + 1]),
      held: whole(items[at + 2]),
      worst: whole(items[at + 3]),
      resetsAt: reset === 0 ? null : reset,
      verdict,
    });
  }
  return lines;
}

function stateOf(letter: string | undefined): HoldState {
  const state = STATES[letter ?? ""];
  if (state === undefined) throw notAReply(letter);
  return state;
}

function definitions(text: string | undefined): readonly string[] {
  return texts(JSON.parse(text ?? "[]"));
}

function notAReply(reply: unknown): Error {
  return new Error(`the counter store replied what it never should: ${JSON.stringify(reply)?.slice(0, 200)}`);
}
