import type { TokenClass, Usage, UsagePart } from "@/core/prices/price";
import { isJsonRecord, type JsonRecord } from "./parse-json";

/** Token counts by class. */
export type Counts = Partial<Record<TokenClass, number>>;

/**
 * Merges what a later event says about usage into what is known (protocols-and-pricing.md T7): the last value that is not null wins, arrays
 * are replaced whole, a later 0 never replaces a positive count.
 */
export function mergeUsage(known: JsonRecord | null, next: JsonRecord): JsonRecord {
  if (known === null) return next;
  const merged: Record<string, unknown> = Object.assign(Object.create(null), known);
  for (const [key, value] of Object.entries(next)) {
    const before = merged[key];
    if (value === null || value === undefined) continue;
    if (value === 0 && typeof before === "number" && before > 0) continue;
    merged[key] = isJsonRecord(value) && isJsonRecord(before) ? mergeUsage(before, value) : value;
  }
  return merged;
}

/** Collects disjoint counts and the flags that go with them. */
export class UsageTally {
  readonly counts: Counts = {};
  readonly flags = new Set<string>();

  /** A count as upstreams write it: 0 when it is missing, negative or not finite, fractions floored; beyond 2^53 it is no count. */
  read(record: JsonRecord, key: string): number {
    const value = record[key];
    if (typeof value !== "number" || !Number.isFinite(value) || value < 0) return 0;
    if (value <= Number.MAX_SAFE_INTEGER) return Math.floor(value);
    this.flags.add("usage_inconsistent");
    return 0;
  }

  /** Takes `count` out of `rest` for a class, cut to the rest; returns what is left. */
  take(name: TokenClass, count: number, rest: number): number {
    if (count > rest) this.flags.add("usage_inconsistent");
    const taken = Math.min(count, rest);
    this.add(name, taken);
    return rest - taken;
  }

  /** Adds to a class; zero leaves it absent. */
  add(name: TokenClass, count: number): void {
    if (count > 0) this.counts[name] = (this.counts[name] ?? 0) + count;
  }
}

/** A usage in normal form from a tally; what is not given is none. */
export function usageOf(
  tally: UsageTally,
  rest: { tier: string; reasoning?: number; tools?: Readonly<Record<string, number>>; parts?: readonly UsagePart[] },
): Usage {
  return {
    counts: tally.counts,
    tools: rest.tools ?? {},
    images: 0,
    characters: 0,
    audioMs: 0,
    reasoning: rest.reasoning ?? 0,
    tier: rest.tier,
    source: "upstream",
    flags: [...tally.flags],
    parts: rest.parts ?? [],
  };
}
