import { existing } from "../existing";
import { defineOperation } from "../operation";
import { accessTokenOutput } from "./access-token-output";
import { AccessToken, RevokeAccessTokenInput } from "./schema";

/** Ends an access token of any admin for good, with both secrets; its row stays. */
export const revokeAccessToken = defineOperation({
  name: "accessTokens.revoke",
  method: "POST",
  path: "/access-tokens/{id}/revoke",
  summary: "Ends an access token at once and for good.",
  permission: "access-tokens:write",
  input: RevokeAccessTokenInput,
  output: AccessToken,
  errors: ["not_found"],
  async run({ id }, { ports, now }) {
    const row = existing(await ports.accessTokens.find(id));
    const revoked = await ports.accessTokens.revoke(id, now);
    if (revoked === null) return { output: accessTokenOutput(existing(await ports.accessTokens.find(id)), now) };
    const output = accessTokenOutput(revoked, now);
    return { output, audit: { target: `access_token:${id}`, before: accessTokenOutput(row, now), after: output } };
  },
});
