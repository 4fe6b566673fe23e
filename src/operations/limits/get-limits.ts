import { defineOperation } from "../operation";
import { limitCell } from "./limit-output";
import { readPlace } from "./limit-place";
import { GetLimitsInput, LimitCell } from "./schema";

/** The limits of one subject and target, every unit and window. */
export const getLimits = defineOperation({
  name: "limits.get",
  method: "GET",
  path: "/limits/{kind}/{id}/{target}",
  summary: "Reads the limits of one subject and target.",
  permission: "limits:read",
  input: GetLimitsInput,
  output: LimitCell,
  errors: [],
  async run(input, { ports }) {
    return { output: limitCell(await readPlace(input, ports)) };
  },
});
