import { signInsOf } from "@/core/access/sign-in-cookies";
import { AppError } from "@/core/errors";
import type { PresentAccessToken } from "@/core/present-access-token";
import { clientAddress } from "@/lib/client-address";
import { isHostAllowed, isSameOrigin } from "@/lib/origin-check";
import type { Actor, Scope } from "@/operations/operation";

/** What telling who calls needs. */
export type AuthenticateDeps = {
  /** The account, or the key, behind a request's cookies; null: anonymous. */
  currentAccount(
    headers: Headers,
  ): Promise<{ userId: number; name: string; role: "admin" | "user"; keyId: number | null } | null>;
  readonly presentAccessToken: PresentAccessToken;
  /** Public origin in force. */
  publicUrl(): string | null;
};

/** Headers in which `/v1` takes keys besides Authorization. */
const KEY_HEADERS = ["x-api-key", "x-goog-api-key"] as const;
const BEARER = /^bearer +(\S+) *$/i;

/**
 * Who calls the admin API: an access token, a sign-in, or nobody. Every call needs a host of ours (SEC31); what changes something
 * needs the same origin too, unless an access token vouches for it: no browser sends one by itself (SEC38). Throws host_not_allowed,
 * credential_conflict (SEC6), key_not_accepted, the codes of access tokens, cross_origin.
 */
export async function authenticate(headers: Headers, isWrite: boolean, deps: AuthenticateDeps): Promise<Actor> {
  const publicUrl = deps.publicUrl();
  if (!isHostAllowed(headers.get("host"), publicUrl)) throw new AppError("host_not_allowed");
  const secret = presentedToken(headers);
  if (secret !== null) return tokenActor(secret, clientAddress(headers), deps);
  if (isWrite && !isSameOrigin(headers, publicUrl)) throw new AppError("cross_origin");
  return signedInActor(headers, deps);
}

/** The secret of the access token that a call carries; null when it carries none. */
function presentedToken(headers: Headers): string | null {
  const authorization = headers.get("authorization");
  const keys = KEY_HEADERS.filter((name) => headers.has(name));
  const count = (authorization === null ? 0 : 1) + keys.length + signInsOf(headers.get("cookie")).length;
  if (count > 1) throw new AppError("credential_conflict");
  if (keys.length > 0) throw new AppError("key_not_accepted");
  if (authorization === null) return null;
  const secret = BEARER.exec(authorization)?.[1];
  if (secret === undefined) throw new AppError("access_token_invalid");
  if (secret.startsWith("sk-")) throw new AppError("key_not_accepted");
  return secret;
}

async function tokenActor(secret: string, address: string | null, deps: AuthenticateDeps): Promise<Actor> {
  const { id, name, owner, scopes } = await deps.presentAccessToken(secret, address);
  const allowed = scopes as readonly Scope[]; // judged when they were written; words that are none cover nothing
  const actor = { kind: "token", via: "api", role: owner.role, userId: owner.id, name, address } as const;
  return { ...actor, scopes: allowed, accessTokenId: id };
}

async function signedInActor(headers: Headers, deps: AuthenticateDeps): Promise<Actor> {
  const address = clientAddress(headers);
  const account = await deps.currentAccount(headers);
  if (account === null) return { kind: "anonymous", via: "api", role: null, userId: null, name: "anonymous", address };
  const { userId, name, role, keyId } = account;
  const actor = { via: "api", role, userId, name, address } as const;
  return keyId === null ? { ...actor, kind: "account" } : { ...actor, kind: "key", keyId };
}
