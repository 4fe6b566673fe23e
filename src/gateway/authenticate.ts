import { AppError } from "@/core/errors";
import { checkKey } from "@/core/keys/check-key";
import { digestKey } from "@/core/keys/key-secret";
import type { Caller, EngineDeps, Exchange } from "./exchange";

/**
 * The key behind a call, from its headers alone. A malformed key is refused without a look-up.
 * Throws missing_credential, credential_conflict, invalid_key, key_disabled, key_expired, user_disabled, auth_unavailable, auth_overloaded.
 */
export async function authenticate(exchange: Exchange, deps: EngineDeps): Promise<Caller> {
  const digest = digestKey(exchange.protocol.readCredential(exchange.request));
  if (digest === null) throw new AppError("invalid_key");
  const found = deps.auth.get(digest);
  const snapshot = found instanceof Promise ? await found : found;
  if (snapshot === null) throw new AppError("invalid_key");
  const refusal = checkKey(snapshot, deps.clock.now());
  if (refusal !== null) throw new AppError(refusal, { keyId: snapshot.keyId, userId: snapshot.userId });
  return snapshot;
}
