/** More distinct queries than this are not told apart: no reply makes so many. */
const MAX_QUERIES = 1_000;

/**
 * Counts the queries of web searches over a reply (protocols-and-pricing.md 6). Elements of a stream may tell them again, so they are not
 * summed: it is the most that one element tells of all its candidates, or the number of distinct ones when that is more.
 */
export class SearchCount {
  readonly #queries = new Set<string>();
  #most = 0;
  #inElement = 0;

  /** Takes the queries of one candidate. */
  add(queries: unknown): void {
    if (!Array.isArray(queries)) return;
    this.#inElement += queries.length;
    for (const query of queries) if (this.#queries.size < MAX_QUERIES) this.#queries.add(String(query));
  }

  /** The element has ended. */
  next(): void {
    this.#most = this.total();
    this.#inElement = 0;
  }

  /** Queries so far. */
  total(): number {
    return Math.max(this.#most, this.#inElement, this.#queries.size);
  }
}
