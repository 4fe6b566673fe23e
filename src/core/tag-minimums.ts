/*
 * Which cached rows a change of the configuration has outdated (channels-and-rates.md A3): for each tag the version below which a row that bears
 * it must not be used. A slow load may store an old row, but nobody can use it, in whatever order its answer and the change arrive.
 */

/** The least usable versions by tag. */
export type TagMinimums = {
  /** Rows with one of these tags need at least this version from now on; `*` is on all rows. */
  raise(tags: readonly string[], version: number): void;
  /** True when a row of this version may be used. */
  isUsable(version: number, tags: readonly string[]): boolean;
  readonly size: number;
};

const ALL = "*";

/** No minimums yet; each is kept for `keepMs`, which must be longer than any row lives. `now` in epoch ms. */
export function createTagMinimums(keepMs: number, now: () => number): TagMinimums {
  /** In the order in which they were raised last. */
  const minimums = new Map<string, { readonly version: number; readonly at: number }>();
  let ofAll = 0;
  const forgetOld = (at: number) => {
    for (const [tag, raised] of minimums) {
      if (raised.at + keepMs > at) return;
      minimums.delete(tag);
    }
  };
  return {
    raise(tags, version) {
      const at = now();
      forgetOld(at);
      for (const tag of tags) {
        if (tag === ALL) ofAll = Math.max(ofAll, version);
        const before = minimums.get(tag)?.version ?? 0;
        minimums.delete(tag);
        minimums.set(tag, { version: Math.max(before, version), at });
      }
    },
    isUsable: (version, tags) => version >= ofAll && tags.every((tag) => version >= (minimums.get(tag)?.version ?? 0)),
    get size() {
      return minimums.size;
    },
  };
}
