import { unitOfBucket } from "./hold";
import type { BucketAsk, BucketLine } from "./quota-store";

/*
 * What happens while the counters do not answer (quota.md section 7): a replica admits a little on its own, bounded per bucket by an
 * allowance, or refuses everything that a limit applies to. Strict limits have no allowance. Whatever was admitted is settled into the
 * counters by its id once they answer.
 */

/** The settings of the policy. */
export type FailureRules = {
  readonly failOpen: boolean;
  readonly failOpenAllowance: { readonly percent: number; readonly maxUsd: string };
};

/** Spend of this replica for each user whose counters were lost, and what it last knew of them. */
export type FailurePolicy = {
  /** The newest lines of buckets, before this hold; called for every admitted request. */
  remember(buckets: readonly { readonly id: string }[], lines: readonly BucketLine[]): void;
  /** What the ledger says, for buckets whose line is not known. */
  learn(seeds: readonly { readonly id: string; readonly slot: number; readonly settled: number }[]): void;
  knows(id: string): boolean;
  /** The window instance last seen of a bucket; null: none. */
  slotOf(id: string): number | null;
  /** Index of the first bucket without room for the request; null: all have. */
  fullBucket(request: Request, rules: FailureRules): number | null;
  /** Admits when all buckets have room, and counts the expected amounts. */
  admit(request: Request, rules: FailureRules): Judgement;
  /** The counters of this user answer again. */
  recovered(userId: number): void;
};

/** A request that is judged without counters. */
type Request = { readonly userId: number; readonly asks: readonly BucketAsk[] };

/** Whether a request passes. */
export type Judgement =
  /** Index of the first bucket without room. */
  | { readonly kind: "full"; readonly bucket: number }
  /** `end` replaces expected by actual amounts, none when it was void; it changes nothing once the user's counters answered. */
  | { readonly kind: "room"; end(actual: readonly number[]): void };

/** Lines of this many buckets are remembered; the oldest give way. */
const KNOWN_BUCKETS = 100_000;

/** A policy that knows of no outage. */
export function createFailurePolicy(): FailurePolicy {
  const known = new Map<string, Known>();
  const spentBy = new Map<number, Map<string, number>>();
  const note = (id: string, last: Known) => {
    if (known.size >= KNOWN_BUCKETS && !known.has(id)) {
      for (const oldest of known.keys()) {
        known.delete(oldest);
        break;
      }
    }
    known.set(id, last);
  };
  const fullBucket: FailurePolicy["fullBucket"] = ({ userId, asks }, rules) => {
    const spent = spentBy.get(userId) ?? NOTHING_SPENT;
    const full = asks.findIndex((ask) => !hasRoom(ask, { known, spent, rules }));
    return full < 0 ? null : full;
  };
  return {
    fullBucket,
    remember(buckets, lines) {
      for (let index = 0; index < buckets.length; index++) {
        const line = lines[index];
        const bucket = buckets[index];
        if (line === undefined || bucket === undefined) continue;
        const amount = line.settled + line.held;
        const last = known.get(bucket.id);
        if (last === undefined) note(bucket.id, { amount, slot: line.slot });
        else {
          last.amount = amount;
          last.slot = line.slot;
        }
      }
    },
    learn: (seeds) => {
      for (const { id, slot, settled } of seeds) note(id, { amount: settled, slot });
    },
    knows: (id) => known.has(id),
    slotOf: (id) => known.get(id)?.slot ?? null,
    admit({ userId, asks }, rules) {
      const full = fullBucket({ userId, asks }, rules);
      if (full !== null) return { kind: "full", bucket: full };
      const spent = spentBy.get(userId) ?? new Map<string, number>();
      spentBy.set(userId, spent);
      const spend = (amountOf: (est: number, index: number) => number) => {
        for (const [index, { id, est }] of asks.entries()) spent.set(id, (spent.get(id) ?? 0) + amountOf(est, index));
      };
      spend((est) => est);
      return { kind: "room", end: (actual) => spend((est, index) => (actual[index] ?? 0) - est) };
    },
    recovered: (userId) => void spentBy.delete(userId),
  };
}

const NOTHING_SPENT: ReadonlyMap<string, number> = new Map();

/** Edited in place: it is noted for every bucket of every request. */
type Known = { amount: number; slot: number };

type Standing = {
  readonly known: ReadonlyMap<string, Known>;
  readonly spent: ReadonlyMap<string, number>;
  readonly rules: FailureRules;
};

function hasRoom({ id, cap, est, enforcement }: BucketAsk, { known, spent, rules }: Standing): boolean {
  if (enforcement === "shadow") return true;
  if (enforcement === "strict") return false;
  const own = (spent.get(id) ?? 0) + est;
  return (known.get(id)?.amount ?? 0) + own <= cap && own <= allowanceOf(id, cap, rules);
}

/** quota.md Q55: min(percent of the cap, maxUsd) for usd; percent for counts, at least 1 request. */
function allowanceOf(id: string, cap: number, { failOpenAllowance }: FailureRules): number {
  const share = Math.floor((cap * failOpenAllowance.percent) / 100);
  const unit = unitOfBucket(id);
  if (unit === "requests") return Math.max(1, share);
  return unit === "usd" ? Math.min(share, Math.round(Number(failOpenAllowance.maxUsd) * 1e9)) : share;
}
