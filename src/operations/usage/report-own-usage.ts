import { isOwnKey, ownUserId } from "../existing";
import { defineOperation } from "../operation";
import { ReportOwnUsageInput, UsageReport } from "./schema";
import { usageReport } from "./usage-report";

/** The actor's own usage over time, of a sign-in with a key that key's; a filter by another's key finds nothing. */
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
    const { keyId = actor.keyId } = input;
    // No key has the id 0: what is out of a sign-in's sight is as if it were not there.
    const seen = keyId === undefined || isOwnKey(actor, keyId) ? keyId : 0;
    return { output: await usageReport({ ...input, keyId: seen, userId: ownUserId(actor) }, ports, now) };
  },
});
