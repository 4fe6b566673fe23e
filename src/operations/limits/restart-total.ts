import { AppError } from "@/core/errors";
import { defineOperation } from "../operation";
import { toIso } from "../to-output";
import { namedPlace, placeLabel, placeTarget } from "./limit-place";
import { RestartedTotal, RestartTotalInput } from "./schema";

/** Starts the `total` windows of one subject and target anew (quota.md Q17); every other window ends by itself. */
export const restartTotal = defineOperation({
  name: "limits.restartTotal",
  method: "POST",
  path: "/limits/{kind}/{id}/{target}/restart-total",
  summary: "Starts the total windows of a user or key anew.",
  permission: "limits:write",
  input: RestartTotalInput,
  output: RestartedTotal,
  errors: [],
  async run({ units, note, ...asked }, { ports, actor, now }) {
    if (asked.kind === "user_group") {
      throw new AppError("validation_failed", {}, { fields: [{ path: "kind", code: "mode_not_applicable" }] });
    }
    const named = await namedPlace(asked, ports);
    const { subjectId, modelGroupId } = named.place;
    await ports.limits.insertRestart({
      ...{ axis: asked.kind, subjectId, modelGroupId, units, note },
      restartedAt: now,
      by: actor.name,
    });
    const output = { restartedAt: toIso(now) };
    const after = { name: placeLabel(asked, named), units, note, ...output };
    return { output, audit: { target: placeTarget(asked), before: null, after } };
  },
});
