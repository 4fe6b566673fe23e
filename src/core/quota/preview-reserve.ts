import { namedBucket } from "./admission";
import { asksFor } from "./asks-for";
import type { Denied } from "./denial-of";
import type { Demand } from "./hold";
import { type PeekDeps, peekBuckets, type ReadCaller } from "./peek-buckets";
import type { BucketAsk, BucketLine } from "./quota-store";
import type { LimitTarget, Resolution } from "./resolve-limits";

/** A request that is not made: whose limits, what it asks for, and what it would need of each unit. */
export type PreviewAsk = ReadCaller & { readonly target: LimitTarget; demand(): Demand };

/** What a reserve would answer now. A wait for room is not tried: `contended` is told at once. */
export type Preview =
  | {
      readonly kind: "passes";
      readonly resolution: Resolution;
      readonly asks: readonly BucketAsk[];
      readonly lines: readonly BucketLine[];
      readonly at: number;
    }
  | Denied;

/** Judges a request as a reserve would, by the same resolver and the same verdicts; places no hold and counts nothing. */
export async function previewReserve(ask: PreviewAsk, deps: PeekDeps): Promise<Preview> {
  const { plan, target } = ask;
  const before = deps.now();
  const asked = plan.resolve(target, before);
  if (asked.blockedBy !== null) return { kind: "blocked", cell: asked.blockedBy, resolution: asked, at: before };
  const peeked = await peekBuckets(
    {
      ...ask,
      bucketsAt: (at) => plan.resolve(target, at).buckets,
      asksOf: (buckets) => asksFor(buckets, ask.demand()),
    },
    deps,
  );
  if (peeked === null) return { kind: "unavailable", resolution: asked, bucket: 0, at: before };
  const { at, asks, lines } = peeked;
  const resolution = plan.resolve(target, at);
  const bucket = namedBucket(asks, lines);
  const reason = lines[bucket]?.verdict ?? "fits";
  if (reason === "fits") return { kind: "passes", resolution, asks, lines, at };
  return { kind: "refused", reason, resolution, asks, bucket, lines, at };
}
