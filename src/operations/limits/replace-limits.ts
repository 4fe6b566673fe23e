import type { z } from "zod";
import { AppError } from "@/core/errors";
import type { OperationContext, OperationResult } from "../operation";
import { versionOf } from "./limit-output";
import { placeLabel, readPlace } from "./limit-place";
import type { LimitCell, PutLimitsInput } from "./schema";
import { wantedRows, writeLimits } from "./write-limits";

/**
 * Brings one subject and target to the limits given: what is not named inherits. The configuration must be held. Throws version_conflict,
 * which names the place, when its limits are not those of `version`; validation_failed with subject_unknown, target_unknown.
 */
export async function replaceLimits(
  { version, values, ...asked }: z.output<typeof PutLimitsInput>,
  context: OperationContext,
): Promise<OperationResult<LimitCell>> {
  const before = await readPlace(asked, context.ports);
  const current = versionOf(before.rows);
  if (current !== version)
    throw new AppError("version_conflict", { version: current, place: placeLabel(asked, before) });
  return writeLimits(asked, { before, wanted: wantedRows(values, context) }, context);
}
