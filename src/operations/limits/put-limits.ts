import { defineOperation } from "../operation";
import { replaceLimits } from "./replace-limits";
import { LimitCell, PutLimitsInput } from "./schema";

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
  async run(input, context) {
    await context.ports.limits.holdConfig();
    return replaceLimits(input, context);
  },
});
