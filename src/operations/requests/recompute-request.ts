import { recomputeEntries } from "@/core/prices/recompute-entries";
import { formatFixed } from "@/lib/money";
import { defineOperation } from "../operation";
import { findRequest } from "./find-request";
import { RecomputedRequest, RecomputeRequestInput } from "./schema";

/** Computes every ledger entry of a request again, from its own snapshot alone: today's prices and multipliers do not matter. */
export const recomputeRequest = defineOperation({
  name: "requests.recompute",
  method: "POST",
  path: "/requests/{id}/recompute",
  summary: "Computes the cost of a request's ledger entries again and compares it with what was charged.",
  permission: "requests:read",
  input: RecomputeRequestInput,
  output: RecomputedRequest,
  errors: ["not_found"],
  isRead: true,
  async run({ id }, { ports }) {
    const { entries } = await findRequest(id, ports);
    const recomputed = recomputeEntries(entries).map(({ attempt, costNanoUsd, computedNanoUsd }) => ({
      attempt,
      costUsd: formatFixed(BigInt(costNanoUsd), 9),
      computedUsd: formatFixed(BigInt(computedNanoUsd), 9),
      isEqual: computedNanoUsd === costNanoUsd,
    }));
    return { output: { id, isEqual: recomputed.every(({ isEqual }) => isEqual), entries: recomputed } };
  },
});
