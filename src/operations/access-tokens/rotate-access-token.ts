import { createAccessTokenSecret, describeAccessToken } from "@/core/access/access-token-secret";
import { AppError } from "@/core/errors";
import { defineOperation } from "../operation";
import { accessTokenOutput } from "./access-token-output";
import { runningAccessToken } from "./running-access-token";
import { AccessTokenWithSecret, RotateAccessTokenInput } from "./schema";

/** A new secret for an access token of one's own: nobody gets a secret that calls in another admin's name. */
export const rotateAccessToken = defineOperation({
  name: "accessTokens.rotate",
  method: "POST",
  path: "/access-tokens/{id}/rotate",
  summary: "Gives an access token of one's own a new secret and shows it once.",
  permission: "access-tokens:write",
  input: RotateAccessTokenInput,
  output: AccessTokenWithSecret,
  errors: ["not_found", "version_conflict", "access_token_ended", "access_token_of_another"],
  async run({ id, overlapMinutes }, context) {
    const { ports, actor, now } = context;
    const row = await runningAccessToken(id, context);
    if (row.userId !== actor.userId) throw new AppError("access_token_of_another");
    const secret = createAccessTokenSecret();
    const overlapUntil = overlapMinutes === 0 ? null : now + overlapMinutes * 60_000;
    const rotation = { version: row.version, overlapUntil };
    const after = await ports.accessTokens.rotate(id, describeAccessToken(secret), rotation);
    const accessToken = accessTokenOutput(after, now);
    return {
      output: { accessToken, secret },
      audit: { target: `access_token:${id}`, before: accessTokenOutput(row, now), after: accessToken },
    };
  },
});
