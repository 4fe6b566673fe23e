import type { Decision } from "@/core/decision";
import { AppError } from "@/core/errors";
import { parseRequestId, requestIdOf } from "@/lib/id";
import { defineOperation } from "../operation";
import { toIso } from "../to-output";
import { explained } from "./explained";
import { Explanation, GetExplanationInput } from "./schema";

/** Why a request passed or not, as it was decided then. */
export const getExplanation = defineOperation({
  name: "explain.get",
  method: "GET",
  path: "/explain/{requestId}",
  summary: "Explains why a request passed or was refused, from its stored decision.",
  permission: "requests:read",
  input: GetExplanationInput,
  output: Explanation,
  errors: ["request_not_found"],
  async run({ requestId }, { ports }) {
    const id = parseRequestId(requestId);
    const row = id === null ? null : await ports.requests.find(id);
    if (row === null) throw new AppError("request_not_found");
    const decision = readDecision(row.decision);
    const isDenied = row.outcome === "denied" || "reason" in row.params; // the latter: after an attempt was sent
    const told = { subject: row, code: isDenied ? row.code : null, params: row.params };
    const { userId, userName, keyId, keyName, keyPrefix } = row;
    return {
      output: {
        requestId: requestIdOf(row.id),
        at: toIso(row.at),
        user: userId === null ? null : { id: userId, name: userName },
        key: keyId === null && keyPrefix === null ? null : { id: keyId, name: keyName, prefix: keyPrefix },
        model: row.model,
        ...(await explained(decision, told, ports)),
        decision,
      },
    };
  },
});

/** A stored decision of this version; null for anything else. */
function readDecision(stored: unknown): Decision | null {
  const isDecision = typeof stored === "object" && stored !== null && "v" in stored && stored.v === 1;
  return isDecision ? (stored as Decision) : null;
}
