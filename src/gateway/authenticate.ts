import { AppError } from "@/core/errors";
import { checkKey } from "@/core/keys/check-key";
import { digestKey } from "@/core/keys/key-secret";
import type { Caller, EngineDeps, Exchange } from "./exchange";

/**
 * The key behind a call, from its headers alone: without a promise for a key that is known. A malformed key is refused without a look-up.
 * Throws missing_credential, credential_conflict, invalid_key, key_disabled, key_expired, user_disabled, auth_unavailable, auth_overloaded.
 */
export function authenticate(exchange: Exchange, deps: EngineDeps): Caller | Promise<Caller> {
  const digest = digestKey(exchange.protocol.readCredential(exchange.request));
  if (digest === null) throw new AppError("invalid_key");
  const found = deps.auth.get(digest);
  return found instanceof Promise ? found.then((snapshot) => admitted(snapshot, deps)) : admitted(found, deps);
}

function admitted(snapshot: Caller | null, deps: EngineDeps): Caller {
  if (snapshot === null) throw new AppError("invalid_key");
  const refusal = checkKey(snapshot, deps.clock.now());
  if (refusal !== null) throw new AppError(refusal, { keyId: snapshot.keyId, userId: snapshot.userId });
  return snapshot;
}
