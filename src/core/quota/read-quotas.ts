import { LIMIT_AXES } from "../vocabulary";
import { bareAsk } from "./bare-ask";
import { ledgerLines } from "./ledger-lines";
import type { BoostRow } from "./limit";
import type { LimitCell } from "./limit-cell";
import { type PeekDeps, peekBuckets, type ReadCaller } from "./peek-buckets";
import type { BucketLine } from "./quota-store";
import { allBuckets, allCells, type ResolvedBucket } from "./resolve-limits";
import type { UsageHistory } from "./usage-history";

/** One limit as its caller may know it. Amounts are nano-USD or counts; an unlimited or blocked cell is not counted and has none. */
export type QuotaItem = {
  readonly cell: LimitCell;
  /** Amount of the winner plus boosts; null unless the state is `limit`. */
  readonly cap: number | null;
  /** Part of the cap that boosts add, 0 and above. */
  readonly boost: number;
  readonly boosts: readonly BoostRow[];
  /** Settled. */
  readonly used: number | null;
  /** Estimates of the requests that run; null also when the ledger was read. */
  readonly held: number | null;
  /** max(0, cap - used - held). */
  readonly left: number | null;
  /** End of the window, of a rolling one its next ageing, or once it is spent the instant at which there is room; epoch ms, null: never. */
  readonly resetsAt: number | null;
};

/** Every limit of a caller at one instant (epoch ms). `ledger`: the counters cannot be read, or follow older limits, and what runs just now is unknown. */
export type QuotaReading = {
  readonly at: number;
  readonly source: "counters" | "ledger";
  readonly items: readonly QuotaItem[];
};

/** What reading quotas works with. */
export type ReadQuotasDeps = PeekDeps & { readonly history: UsageHistory };

/**
 * Where a caller stands: one item per cell of both axes over all targets: user axis first, model groups by id before global, each target's
 * in the order of quota.md Q13. The numbers are those of the enforcing counters; when these cannot be read, or do not follow these limits yet, those of the ledger (quota.md Q64): a
 * reader writes nothing, the next request fills them.
 * Throws database_unavailable when the ledger cannot be read either.
 */
export async function readQuotas(caller: ReadCaller, deps: ReadQuotasDeps): Promise<QuotaReading> {
  const { plan } = caller;
  const bucketsAt = (at: number) => allBuckets(plan, at);
  const peeked = await peekBuckets({ ...caller, bucketsAt, asksOf: (buckets) => buckets.map(bareAsk) }, deps);
  if (typeof peeked === "string") return readLedger(caller, deps);
  const { at, buckets, lines } = peeked;
  return { at, source: "counters", items: itemsOf(caller, linesByCell(buckets, lines)) };
}

/**
 * The settled past as counters would show it, were they rebuilt now; what runs is unknown. It needs no limit to be in force.
 * Throws database_unavailable.
 */
export async function readLedger(
  caller: Pick<ReadCaller, "plan">,
  { history, now }: Pick<ReadQuotasDeps, "history" | "now">,
): Promise<QuotaReading> {
  const at = now();
  const buckets = allBuckets(caller.plan, at);
  const { userId } = caller.plan.caller;
  const lines = await ledgerLines({ userId, buckets, asks: buckets.map(bareAsk), at }, history);
  const items = itemsOf(caller, linesByCell(buckets, lines));
  return { at, source: "ledger", items: items.map((item) => ({ ...item, held: null })) };
}

type FoundLine = { readonly bucket: ResolvedBucket; readonly line: BucketLine };

function linesByCell(buckets: readonly ResolvedBucket[], lines: readonly BucketLine[]): Map<LimitCell, FoundLine> {
  const found = new Map<LimitCell, FoundLine>();
  for (const [index, bucket] of buckets.entries()) {
    const line = lines[index];
    if (line === undefined) throw new RangeError("a reading has a line per bucket");
    found.set(bucket.cell, { bucket, line });
  }
  return found;
}

function itemsOf({ plan }: Pick<ReadCaller, "plan">, found: ReadonlyMap<LimitCell, FoundLine>): readonly QuotaItem[] {
  return [...allCells(plan)].sort(byTarget).map((cell) => itemOf(cell, found.get(cell)));
}

/** The axes and the cells of a target stay in their order. */
function byTarget(a: LimitCell, b: LimitCell): number {
  return a.axis === b.axis ? placeOf(a) - placeOf(b) : LIMIT_AXES.indexOf(a.axis) - LIMIT_AXES.indexOf(b.axis);
}

function placeOf({ modelGroupId }: LimitCell): number {
  return modelGroupId ?? Number.MAX_SAFE_INTEGER;
}

function itemOf(cell: LimitCell, found: FoundLine | undefined): QuotaItem {
  if (found === undefined)
    return { cell, cap: null, boost: 0, boosts: [], used: null, held: null, left: null, resetsAt: null };
  const { cap, boost, boosts } = found.bucket;
  const { settled, held, resetsAt } = found.line;
  return { cell, cap, boost, boosts, used: settled, held, left: Math.max(0, cap - settled - held), resetsAt };
}
