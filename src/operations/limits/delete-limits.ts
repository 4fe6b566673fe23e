import { defineOperation } from "../operation";
import { replaceLimits } from "./replace-limits";
import { DeleteLimitsInput, LimitCell } from "./schema";

/** Takes every limit of one subject and target away: all of them inherit. */
export const deleteLimits = defineOperation({
  name: "limits.delete",
  method: "DELETE",
  path: "/limits/{kind}/{id}/{target}",
  summary: "Removes the limits of one subject and target: all of them inherit.",
  permission: "limits:write",
  input: DeleteLimitsInput,
  output: LimitCell,
  errors: ["version_conflict"],
  async run(input, context) {
    await context.ports.limits.holdConfig();
    return replaceLimits({ ...input, values: {} }, context);
  },
});
