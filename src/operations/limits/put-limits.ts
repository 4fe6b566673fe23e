import { AppError } from "@/core/errors";
import { defineOperation } from "../operation";
import { versionOf } from "./limit-output";
import { readPlace } from "./limit-place";
import { LimitCell, PutLimitsInput } from "./schema";
import { wantedRows, writeLimits } from "./write-limits";

/**
 * Replaces the limits of one subject and target: what is not named inherits, and a cell that stays keeps its row and with it its window
 * (quota.md Q20). Of two writers who saw the same version, one is refused.
 */
export const putLimits = defineOperation({
  name: "limits.put",
  method: "PUT",
  path: "/limits/{kind}/{id}/{target}",
  summary: "Replaces the limits of one subject and target; what is not named inherits.",
  permission: "limits:write",
  input: PutLimitsInput,
  output: LimitCell,
  errors: ["version_conflict"],
  async run({ version, values, ...asked }, context) {
    await context.ports.limits.holdConfig();
    const before = await readPlace(asked, context.ports);
    const current = versionOf(before.rows);
    if (current !== version) throw new AppError("version_conflict", { version: current });
    return writeLimits(asked, { before, wanted: wantedRows(values, context) }, context);
  },
});
