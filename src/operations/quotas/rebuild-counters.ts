import { existing } from "../existing";
import { defineOperation } from "../operation";
import { RebuildCountersInput, RebuiltCounters } from "./schema";

/** Compares a user's counters with the ledger and rebuilds them when they differ twice (quota.md Q51). */
export const rebuildCounters = defineOperation({
  name: "users.rebuildCounters",
  method: "POST",
  path: "/users/{id}/rebuild-counters",
  summary: "Compares a user's counters with the ledger and rebuilds what differs.",
  permission: "limits:write",
  input: RebuildCountersInput,
  output: RebuiltCounters,
  errors: ["not_found", "database_unavailable"],
  isDetached: true,
  async run({ id }, { ports }) {
    existing(await ports.users.find(id));
    const { amount } = await ports.quotas.checkDrift(id);
    return {
      output: { userId: id, drift: amount },
      audit: { target: `user:${id}`, before: null, after: { drift: amount } },
    };
  },
});
