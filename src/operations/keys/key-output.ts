import type { KeyRow } from "@/core/keys/key";
import { toIso, toIsoOrNull, toVersioned } from "../to-output";
import type { Key } from "./schema";

/** A key as the API shows it at `now` (epoch ms). */
export function keyOutput(row: KeyRow, now: number): Key {
  const { previous } = row;
  return {
    ...toVersioned(row),
    userId: row.userId,
    userName: row.userName,
    name: row.name,
    prefix: row.prefix,
    lastFour: row.lastFour,
    enabled: row.enabled,
    state: stateOf(row, now),
    expiresAt: toIsoOrNull(row.expiresAt),
    models: row.models === null ? null : [...row.models],
    ipAllow: [...row.ipAllow],
    ipDeny: [...row.ipDeny],
    maxConcurrent: row.maxConcurrent,
    lastUsedAt: toIsoOrNull(row.lastUsedAt),
    previous:
      previous === null || previous.expiresAt <= now
        ? null
        : { prefix: previous.prefix, lastFour: previous.lastFour, expiresAt: toIso(previous.expiresAt) },
  };
}

/** How a key stands at `now` (epoch ms). */
function stateOf(row: Pick<KeyRow, "enabled" | "expiresAt">, now: number): Key["state"] {
  if (!row.enabled) return "disabled";
  return row.expiresAt !== null && row.expiresAt <= now ? "expired" : "active";
}
