import type { HeldAmounts } from "./domain";
import type { BucketAsk } from "./quota-store";

/**
 * The bucket of an ask in the instance it was placed in. As a rule that is the one the asker took for the current one; then the ask itself is
 * the answer: this is made for every bucket of every request, and kept until the ledger has the request.
 */
export function placedIn(ask: BucketAsk, slot: number): HeldAmounts {
  if (isExpected(ask, slot)) return ask;
  const { id, kind, start, end, est, worst } = ask;
  return { id, kind, start, end, est, worst, slot };
}

function isExpected(ask: BucketAsk, slot: number): ask is BucketAsk & { readonly slot: number } {
  return ask.slot === slot;
}
