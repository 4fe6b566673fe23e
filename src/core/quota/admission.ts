import { addAmounts, counterAt } from "./counter";
import {
  type AxisConfig,
  type Changes,
  type Counter,
  type Decision,
  type Domain,
  findCounter,
  findOpenHold,
  type HeldAmounts,
  type Hold,
  keyAxis,
  knownDefinitions,
  LIVES,
  NO_CHANGES,
  stateOf,
} from "./domain";
import { initialCeiling } from "./initial-ceiling";
import { judgeRates, takeRates } from "./judge-rates";
import { placedIn } from "./placed-in";
import type { BucketAsk, BucketLine, DomainConfig, ReserveAsk, ReserveReply } from "./quota-store";
import { judgeBucket, SEVERITY } from "./verdict";

/** What a reserve at one instant knows besides the domain: the store's time (epoch ms) and who asks. */
export type ReserveContext = { readonly now: number; readonly replica: string };

const NONE: Changes["axes"] = [];
const UNRATED: Pick<Changes, "rates" | "running"> = { rates: NO_CHANGES.rates, running: null };

/**
 * The rule of admission (quota.md Q21, Q22, Q30): all buckets are judged first, then the hold is placed in all or in none; a refusal writes
 * nothing. Throws a RangeError for amounts that are no whole numbers from 0 to 2^53 - 1, or est above worst.
 */
export function decideReserve(domain: Domain, ask: ReserveAsk, context: ReserveContext): Decision<ReserveReply> {
  const { now } = context;
  if (domain.epoch === null) return unchanged({ kind: "rebuild" });
  if (isFillNeeded(domain, ask.config))
    return unchanged({ kind: "fill", known: knownDefinitions(domain, ask.config.keyId) });
  const state = stateOf(domain, ask.holdId, now);
  if (state !== null) {
    const hold = findOpenHold(domain, ask.holdId, now);
    const slots = hold?.buckets.map((bucket) => bucket.slot) ?? [];
    return unchanged({ kind: "duplicate", state, at: hold?.at ?? now, slots });
  }
  ask.buckets.forEach(demandAmounts);
  const stale = ask.buckets.findIndex((bucket) => isOutside(bucket, now));
  if (stale !== -1) return unchanged({ kind: "stale_window", bucket: stale, at: now });
  const rates = ask.rates === undefined ? null : judgeRates(domain, ask.rates, now);
  const found = rates?.lines;
  if (rates !== null && rates.failed !== null)
    return unchanged({ kind: "limited", ...rates.failed, at: now, rates: rates.lines });
  const counters = ask.buckets.map((bucket) => counterAt(bucket, findCounter(domain, bucket.id, now), now));
  const lines = ask.buckets.map((bucket, index) => judgeBucket(bucket, counters[index] as Counter, now));
  const named = namedBucket(ask.buckets, lines);
  const reason = lines[named]?.verdict ?? "fits";
  if (reason !== "fits") return unchanged({ kind: "refused", reason, bucket: named, at: now, lines, rates: found });
  const buckets = ask.buckets.map((bucket, index) => placedIn(bucket, (lines[index] as BucketLine).slot));
  const taken = ask.rates === undefined ? UNRATED : takeRates(domain, ask.rates, now);
  return {
    reply: { kind: "admitted", at: now, epoch: domain.epoch, sequence: domain.sequence + 1, lines, rates: found },
    changes: {
      counters: buckets.map((bucket, index) => heldCounter(bucket, counters[index] as Counter, now)),
      axes: confirmedAxes(domain, ask.config),
      opened: isPlaceOnly(ask) ? null : openHold(ask, buckets, context),
      ended: null,
      rates: taken.rates,
      running: taken.running,
    },
  };
}

/** What a reserve would find, and nothing written (quota.md section 4); null: rebuild or fill first. A window that ended is shown as it was. */
export function readLines(
  domain: Domain,
  ask: Pick<ReserveAsk, "config" | "buckets">,
  now: number,
): readonly BucketLine[] | null {
  if (domain.epoch === null || isFillNeeded(domain, ask.config)) return null;
  return ask.buckets.map((bucket) =>
    judgeBucket(bucket, counterAt(bucket, findCounter(domain, bucket.id, now), now), now),
  );
}

/** Whether the config is newer than what the buckets of one of its axes were filled by, and differs (quota.md Q50). */
export function isFillNeeded(domain: Domain, config: DomainConfig): boolean {
  return (
    isAxisOutdated(domain.axes.get("user"), config.user, config.version) ||
    isAxisOutdated(domain.axes.get(keyAxis(config.keyId)), config.key, config.version)
  );
}

/** The same of one axis. No axis equals one without a capped bucket: fingerprint "". */
export function isAxisOutdated(axis: AxisConfig | undefined, fingerprint: string, version: number): boolean {
  return (axis?.fingerprint ?? "") !== fingerprint && version > (axis?.version ?? 0);
}

function unchanged<Reply>(reply: Reply): Decision<Reply> {
  return { reply, changes: null };
}

function demandAmounts({ id, cap, est, worst }: BucketAsk): void {
  const isSound = isAmount(cap) && isAmount(est) && isAmount(worst) && est <= worst;
  if (!isSound) throw new RangeError(`amounts of bucket ${id} are not whole numbers with est <= worst`);
}

function isAmount(amount: number): boolean {
  return Number.isSafeInteger(amount) && amount >= 0;
}

function isOutside(bucket: BucketAsk, now: number): boolean {
  const second = Math.floor(now / 1000);
  return bucket.kind === "calendar" && (second < bucket.start || second >= bucket.end);
}

/** Index of the bucket that a refusal names (quota.md Q30); -1: none refuses. */
export function namedBucket(buckets: readonly BucketAsk[], lines: readonly BucketLine[]): number {
  let named = -1;
  let gravest = 0;
  lines.forEach(({ verdict }, at) => {
    const severity = buckets[at]?.enforcement === "shadow" ? 0 : SEVERITY[verdict];
    if (severity <= gravest) return;
    gravest = severity;
    named = at;
  });
  return named;
}

function heldCounter(bucket: HeldAmounts, counter: Counter, now: number): Counter {
  return addAmounts(bucket, counter, { settled: 0, held: bucket.est, worst: bucket.worst, now });
}

/** It takes a place among the running requests and nothing else: there is nothing to be ended but the place. */
function isPlaceOnly({ buckets, rates }: ReserveAsk): boolean {
  return rates !== undefined && rates.concurrency !== null && rates.counters.length === 0 && buckets.length === 0;
}

function openHold(ask: ReserveAsk, buckets: readonly HeldAmounts[], { now, replica }: ReserveContext): Hold {
  return {
    userId: ask.userId,
    holdId: ask.holdId,
    replica,
    at: now,
    expiresAt: now + ask.ttlMs,
    record: ask.record,
    ceilingNanoUsd: initialCeiling(ask.buckets),
    buckets,
    rates: ask.rates === undefined || ask.rates.counters.length === 0 ? undefined : ask.rates.counters,
    isLimbo: false,
    keptUntil: now + LIVES.holdMs,
  };
}

/** Axes whose fingerprint is the stored one, under a newer version. */
function confirmedAxes(domain: Domain, config: DomainConfig): Changes["axes"] {
  const user = confirmedAxis(domain.axes.get("user"), config.user, config.version);
  const key = confirmedAxis(domain.axes.get(keyAxis(config.keyId)), config.key, config.version);
  if (user === null && key === null) return NONE;
  const axes: Changes["axes"][number][] = [];
  if (user !== null) axes.push(["user", user]);
  if (key !== null) axes.push([keyAxis(config.keyId), key]);
  return axes;
}

function confirmedAxis(axis: AxisConfig | undefined, fingerprint: string, version: number): AxisConfig | null {
  return axis?.fingerprint === fingerprint && version > axis.version ? { ...axis, version } : null;
}
