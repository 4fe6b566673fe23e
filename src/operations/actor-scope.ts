import { addressPrefix } from "@/lib/address-prefix";
import type { Actor } from "./operation";

/** One text per actor, under which its idempotency keys and its calls of the API are counted: an account, a token, a key, an address. */
export function actorScope({ kind, userId, keyId, accessTokenId, address }: Actor): string {
  switch (kind) {
    case "account":
      return `account:${userId}`;
    case "key":
      return `key:${keyId}`;
    case "token":
      return `token:${accessTokenId}`;
    default:
      return `${kind}:${addressPrefix(address ?? "")}`;
  }
}
