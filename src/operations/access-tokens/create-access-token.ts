import { createAccessTokenSecret, describeAccessToken } from "@/core/access/access-token-secret";
import { AppError } from "@/core/errors";
import { ownUserId } from "../existing";
import { defineOperation } from "../operation";
import { accessTokenOutput } from "./access-token-output";
import { AccessTokenWithSecret, CreateAccessTokenInput } from "./schema";

const DEFAULT_LIFE_MS = 90 * 86_400_000;

/** A new access token of the admin who asks; its secret is in this reply and nowhere else. */
export const createAccessToken = defineOperation({
  name: "accessTokens.create",
  method: "POST",
  path: "/access-tokens",
  summary: "Creates an access token of one's own and shows its secret once.",
  permission: "access-tokens:write",
  input: CreateAccessTokenInput,
  output: AccessTokenWithSecret,
  errors: ["name_taken"],
  async run({ name, scopes, expiresAt }, { ports, actor, now }) {
    const values = { userId: ownUserId(actor), name, scopes, expiresAt: endOf(expiresAt, now) };
    const secret = createAccessTokenSecret();
    const row = await ports.accessTokens.insert(values, describeAccessToken(secret));
    const accessToken = accessTokenOutput(row, now);
    return {
      output: { accessToken, secret },
      audit: { target: `access_token:${row.id}`, before: null, after: accessToken },
    };
  },
});

/** An end that nobody named is 90 days away; one in the past is refused. */
function endOf(expiresAt: string | null | undefined, now: number): number | null {
  if (expiresAt === undefined) return now + DEFAULT_LIFE_MS;
  if (expiresAt === null) return null;
  const at = Date.parse(expiresAt);
  if (at > now) return at;
  throw new AppError("validation_failed", {}, { fields: [{ path: "expiresAt", code: "date_past" }] });
}
