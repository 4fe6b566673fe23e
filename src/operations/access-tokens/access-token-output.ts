import { type AccessTokenRow, accessTokenStateAt } from "@/core/access/access-token";
import { toIso, toIsoOrNull } from "../to-output";
import type { AccessToken } from "./schema";

/** An access token as the API shows it at `now` (epoch ms). */
export function accessTokenOutput(row: AccessTokenRow, now: number): AccessToken {
  const { previous } = row;
  return {
    id: row.id,
    version: row.version,
    createdAt: toIso(row.createdAt),
    updatedAt: toIso(row.updatedAt),
    userId: row.userId,
    userName: row.userName,
    name: row.name,
    prefix: row.prefix,
    scopes: [...row.scopes],
    state: accessTokenStateAt(row, now),
    expiresAt: toIsoOrNull(row.expiresAt),
    lastUsedAt: toIsoOrNull(row.lastUsedAt),
    revokedAt: toIsoOrNull(row.revokedAt),
    previous:
      previous === null || previous.expiresAt <= now
        ? null
        : { prefix: previous.prefix, expiresAt: toIso(previous.expiresAt) },
  };
}
