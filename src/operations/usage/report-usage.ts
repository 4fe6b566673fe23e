import { defineOperation } from "../operation";
import { ReportUsageInput, UsageReport } from "./schema";
import { usageReport } from "./usage-report";

/** Usage over time in the system's zone, exact to the last recorded call (dashboard.md 6.11). */
export const reportUsage = defineOperation({
  name: "usage.report",
  method: "GET",
  path: "/usage",
  summary:
    "Reads usage over time in the system's zone, as one series or by model, model group, user, user group, key or channel; by user group, by today's members, so that a user in two groups counts in each.",
  permission: "usage:read",
  input: ReportUsageInput,
  output: UsageReport,
  errors: [],
  async run(input, { ports, now }) {
    return { output: await usageReport(input, ports, now) };
  },
});
