/** Totals of one usage in tokens. */
export type TokenTotals = {
  /** All input and cache classes: input_total. */
  readonly input: number;
  /** The part of `input` that was read from a cache. */
  readonly cached: number;
  /** All output classes: output_total. */
  readonly output: number;
};

/** Sums counts by token class (protocols-and-pricing.md 6); a `tokens` limit counts input + output. */
export function countTokens(counts: Readonly<Record<string, number | undefined>>): TokenTotals {
  let input = 0;
  let cached = 0;
  let output = 0;
  for (const name in counts) {
    const count = counts[name] ?? 0;
    if (name.startsWith("output_")) {
      output += count;
    } else {
      input += count;
      if (name.startsWith("cache_read_")) cached += count;
    }
  }
  return { input, cached, output };
}
