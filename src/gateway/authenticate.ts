import { AppError } from "@/core/errors";
import { isAddressAllowed } from "@/core/keys/address-rules";
import { checkKey } from "@/core/keys/check-key";
import { digestKey } from "@/core/keys/key-secret";
import type { Caller, EngineDeps, Exchange } from "./exchange";

/**
 * The key behind a call, from its headers alone: without a promise for a key that is known. A malformed key is refused without a look-up.
 * Throws missing_credential, credential_conflict, invalid_key, key_disabled, key_expired, user_disabled, ip_not_allowed, auth_unavailable, auth_overloaded,
 * auth_attempts_exceeded.
 */
export function authenticate(exchange: Exchange, deps: EngineDeps): Caller | Promise<Caller> {
  const digest = digestKey(exchange.protocol.readCredential(exchange.request));
  if (digest === null) throw new AppError("invalid_key");
  const found = deps.auth.get(digest, () => demandAttempt(exchange, deps));
  return found instanceof Promise
    ? found.then((snapshot) => admitted(snapshot, exchange, deps))
    : admitted(found, exchange, deps);
}

function admitted(snapshot: Caller | null, exchange: Exchange, deps: EngineDeps): Caller {
  if (snapshot === null) {
    deps.keyAttempts.count(addressOf(exchange, deps));
    throw new AppError("invalid_key");
  }
  const refusal = checkKey(snapshot, deps.clock.now()) ?? checkAddress(snapshot, exchange, deps);
  if (refusal !== null) throw new AppError(refusal, { keyId: snapshot.keyId, userId: snapshot.userId });
  return snapshot;
}

/** A key that is not at hand is looked up only for an address that has not tried too many unknown ones (reliability-and-security.md SEC40). */
function demandAttempt(exchange: Exchange, deps: EngineDeps): void {
  const retryAfterMs = deps.keyAttempts.waitMs(addressOf(exchange, deps));
  if (retryAfterMs !== null) throw new AppError("auth_attempts_exceeded", { retryAfterMs });
}

/** The address is told only where it matters: most keys have no list. */
function checkAddress({ addressRules }: Caller, exchange: Exchange, deps: EngineDeps): "ip_not_allowed" | null {
  if (addressRules.length === 0) return null;
  return isAddressAllowed(addressRules, addressOf(exchange, deps)) ? null : "ip_not_allowed";
}

function addressOf({ request }: Exchange, deps: EngineDeps): string {
  return deps.callerAddress(request.remoteAddress, request.headers["x-forwarded-for"]);
}
