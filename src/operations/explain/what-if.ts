import { existing } from "../existing";
import { defineOperation } from "../operation";
import { toIso } from "../to-output";
import { explained } from "./explained";
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
    const { at, decision, denial } = answer;
    const subject = { userId: user.id, userName: user.name, keyId, keyName: key.name };
    const told = { subject, code: decision.code ?? null, params: { ...denial } };
    return {
      output: {
        asOf: toIso(at),
        wouldPass: decision.outcome === "admitted",
        ...(await explained(decision, told, ports)),
      },
    };
  },
});
