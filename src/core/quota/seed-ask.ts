import type { ResolvedBucket } from "./resolve-limits";
import type { SeedAsk } from "./usage-history";

/** What to ask the ledger for a bucket. */
export function seedAskOf({ id, kind, start, end, cell }: ResolvedBucket): SeedAsk {
  const { axis, subjectId, unit } = cell;
  return { id, kind, start, end, axis, subjectId, modelGroupId: cell.modelGroupId ?? 0, unit };
}
