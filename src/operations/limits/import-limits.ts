import { defineOperation } from "../operation";
import { readPlace } from "./limit-place";
import { ImportLimitsInput, LimitCell } from "./schema";
import { cellsOf, wantedRows, writeLimits } from "./write-limits";

/**
 * Changes the named cells of one subject and target and leaves the others alone: the provisioning file's way in, kept out of the registry.
 * Writes nothing when nothing differs.
 */
export const importLimits = defineOperation({
  name: "limits.import",
  method: "PATCH",
  path: "/limits/{kind}/{id}/{target}",
  summary: "Changes named limits of one subject and target.",
  permission: "limits:write",
  input: ImportLimitsInput,
  output: LimitCell,
  errors: [],
  async run({ values, ...asked }, context) {
    await context.ports.limits.holdConfig();
    const before = await readPlace(asked, context.ports);
    const named = new Set(cellsOf(values).map(({ unit, window }) => `${unit}:${window}`));
    const kept = before.rows.filter(({ unit, window }) => !named.has(`${unit}:${window}`));
    return writeLimits(asked, { before, wanted: [...kept, ...wantedRows(values, context)] }, context);
  },
});
