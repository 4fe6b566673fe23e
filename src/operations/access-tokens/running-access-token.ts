import { type AccessTokenRow, accessTokenStateAt } from "@/core/access/access-token";
import { AppError } from "@/core/errors";
import { existing } from "../existing";
import type { OperationContext } from "../operation";

/** An access token that can still be changed. Throws not_found, access_token_ended. */
export async function runningAccessToken(id: number, { ports, now }: OperationContext): Promise<AccessTokenRow> {
  const row = existing(await ports.accessTokens.find(id));
  if (accessTokenStateAt(row, now) !== "active") throw new AppError("access_token_ended");
  return row;
}
