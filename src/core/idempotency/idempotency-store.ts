/** How long the reply of an idempotency key is kept, ms. */
export const IDEMPOTENCY_MS = 24 * 3_600_000;

/** Whose idempotency key, and the key; one reply at most is kept for both together. */
export type IdempotencyPlace = { readonly scope: string; readonly key: string };

/** Port: replies of calls that came with an idempotency key, sealed. Instants are epoch ms. */
export type IdempotencyStore = {
  /** The sealed reply kept after `since`; null: there is none. */
  find(place: IdempotencyPlace, since: number): Promise<string | null>;
  /**
   * Takes the place for this transaction; one that was kept until `since` makes room. Waits for another transaction that holds it; false:
   * that one kept a reply, or one was there.
   */
  claim(place: IdempotencyPlace, call: { operation: string; now: number; since: number }): Promise<boolean>;
  /** Writes the sealed reply into a place that this transaction has taken. */
  keep(place: IdempotencyPlace, sealed: string): Promise<void>;
  /** Forgets at most `limit` replies kept until `before`; returns how many. */
  forget(before: number, limit: number): Promise<number>;
};
