import { existing } from "../existing";
import { defineOperation } from "../operation";
import { toIso } from "../to-output";
import { explainedSteps } from "./explained-steps";
import { WhatIfAnswer, WhatIfInput } from "./schema";

/** Whether a request would pass now, and by which limits. It places no hold and counts nothing. */
export const whatIf = defineOperation({
  name: "explain.whatIf",
  method: "POST",
  path: "/explain",
  summary: "Tells whether a request would pass now, and by which limits; it counts nothing.",
  permission: "limits:read",
  input: WhatIfInput,
  output: WhatIfAnswer,
  errors: ["not_found", "database_unavailable"],
  isRead: true,
  async run({ keyId, model, protocol, bodyBytes, maxTokens }, { ports }) {
    const key = existing(await ports.keys.find(keyId));
    const user = existing(await ports.users.find(key.userId));
    const answer = await ports.quotas.whatIf({
      ...{ userId: user.id, keyId, model, protocol, bodyBytes, maxOutputTokens: maxTokens },
      key: {
        keyEnabled: key.enabled,
        expiresAt: key.expiresAt,
        userEnabled: user.enabled,
        models: key.models === null ? null : new Set(key.models),
      },
    });
    const { at, code, denial, limits } = answer;
    const subject = { userId: user.id, userName: user.name, keyId, keyName: key.name };
    const steps = await explainedSteps(limits?.steps ?? [], subject, ports);
    const deniedBy = steps.findIndex(({ winner, verdict }) => verdict === "deny" && winner.limitId === denial?.limitId);
    return {
      output: {
        asOf: toIso(at),
        wouldPass: code === null,
        code,
        sentence: { code: code ?? "admitted", params: { ...denial } },
        counted: limits?.counted ?? null,
        steps,
        deniedBy: deniedBy === -1 ? null : deniedBy,
      },
    };
  },
});
