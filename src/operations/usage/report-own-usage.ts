import { ownUserId } from "../existing";
import { defineOperation } from "../operation";
import { ReportOwnUsageInput, UsageReport } from "./schema";
import { usageReport } from "./usage-report";

/** The actor's own usage over time; a filter by another's key finds nothing. */
export const reportOwnUsage = defineOperation({
  name: "me.usage",
  method: "GET",
  path: "/me/usage",
  summary: "Reads one's own usage over time in the system's zone, as one series or by model, model group or key.",
  permission: "me:read",
  input: ReportOwnUsageInput,
  output: UsageReport,
  errors: [],
  async run(input, { ports, actor, now }) {
    return { output: await usageReport({ ...input, userId: ownUserId(actor) }, ports, now) };
  },
});
