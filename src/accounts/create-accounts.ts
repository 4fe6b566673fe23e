import type { KeySignInStore } from "@/core/access/key-sign-in";
import type { AuthSource } from "@/core/auth-snapshot";
import { AppError, toAppError } from "@/core/errors";
import type { AccountStore } from "@/core/ports";
import type { UserRow, UserStore } from "@/core/users/user";
import { clientAddress } from "@/lib/client-address";
import type { Clock } from "@/lib/clock";
import { isHostAllowed, isSameOrigin } from "@/lib/origin-check";
import { problemResponse } from "@/lib/problem-json";
import { createAccountSignIns } from "./account-sign-ins";
import { accountStore } from "./account-store";
import { signedIn, signedInWithKey, signedOut } from "./auth-reply";
import { createKeySignIns } from "./key-sign-ins";
import { forgiveAttempt, limitAttempts, type SignInAttempts } from "./limit-attempts";
import { readCredentials, readKey } from "./read-credentials";
import type { AccountSchema, DatabaseHandle } from "./sign-in-library";

/** What dashboard sign-in needs. */
export type AccountsOptions = {
  /** The pool's query builder and the table objects of accounts, sign-ins, credentials and verifications. */
  readonly db: DatabaseHandle;
  readonly schema: AccountSchema;
  /** Signs cookies: derived from SLUICE_SECRET for this purpose alone. */
  readonly secret: string;
  readonly attempts: SignInAttempts;
  readonly keySignIns: KeySignInStore;
  /** Keys as `/v1` knows them, read anew. */
  readonly keys: AuthSource;
  /** Users outside any transaction. */
  readonly users: Pick<UserStore, "find">;
  readonly clock: Clock;
  /** Public origin in force; https makes cookies Secure. */
  publicUrl(): string | null;
  newRequestId(): string;
  /** Hears of faults, which the caller learns by request id only. */
  reportFault(error: AppError, requestId: string): void;
};

/** Who is signed in. */
type SignedIn = {
  readonly userId: number;
  readonly name: string;
  readonly email: string | null;
  readonly role: UserRow["role"];
  readonly locale: string | null;
  readonly timeZone: string | null;
  /** Of a sign-in with a key alone: that key; it reads and never is an admin's, whoever owns it. */
  readonly keyId: number | null;
};

/** Dashboard sign-in. */
export type Accounts = {
  /** `/api/auth/*`: POST sign-in/email, sign-in/key and sign-out, nothing else. Never rejects. */
  handle(request: Request): Promise<Response>;
  /** The account or the key behind a request's cookies; null without one, when it ended, or when its user is disabled or the key opens nothing any more. Extends the idle time. Throws database_unavailable. */
  current(headers: Headers): Promise<SignedIn | null>;
  /** Deletes sign-ins that are over at `now` (epoch ms). */
  expire(now: number): Promise<void>;
  /** The port of operations on a handle of theirs. */
  storeFor(db: DatabaseHandle): AccountStore;
};

/** Builds dashboard sign-in (reliability-and-security.md SEC7, SEC8, SEC37 to SEC39). */
export function createAccounts(options: AccountsOptions): Accounts {
  const { clock, schema, attempts } = options;
  const byAccount = createAccountSignIns(options);
  const byKey = createKeySignIns({ store: options.keySignIns, keys: options.keys, clock });

  const signIn = async (request: Request, isSecure: boolean): Promise<Response> => {
    const { headers } = request;
    const credentials = await readCredentials(request);
    const attempt = { account: credentials.email, address: clientAddress(headers) };
    await limitAttempts(attempts, { ...attempt, now: clock.now() });
    const { api } = byAccount.library(isSecure);
    const reply = await api.signInEmail({ body: credentials, headers, asResponse: true });
    if (reply.ok) await forgiveAttempt(attempts, attempt);
    if (reply.ok) await byKey.end(headers);
    return signedIn(reply, isSecure);
  };
  const signInWithKey = async (request: Request, isSecure: boolean): Promise<Response> => {
    const { headers } = request;
    const key = await readKey(request);
    const address = clientAddress(headers);
    const attempt = { account: key.slice(0, KEY_PREFIX_CHARACTERS), address };
    await limitAttempts(attempts, { ...attempt, now: clock.now() });
    const cookie = await byKey.begin(key, address);
    await forgiveAttempt(attempts, attempt);
    await byKey.end(headers);
    await byAccount.library(isSecure).api.signOut({ headers, asResponse: true });
    return signedInWithKey(cookie, isSecure);
  };
  const signOut = async ({ headers }: Request, isSecure: boolean): Promise<Response> => {
    await byKey.end(headers);
    return signedOut(await byAccount.library(isSecure).api.signOut({ headers, asResponse: true }), isSecure);
  };
  const answers = { "sign-in/email": signIn, "sign-in/key": signInWithKey, "sign-out": signOut };

  return {
    async expire(now) {
      await byAccount.expire(now);
      await byKey.expire(now);
    },
    storeFor: (db) => accountStore(db, { schema, clock }),
    async current(headers) {
      const user = await byAccount.current(headers);
      if (user !== null) return toSignedIn(user, null);
      const key = await byKey.current(headers);
      const owner = key === null ? null : await options.users.find(key.userId);
      return key === null || owner === null ? null : toSignedIn(owner, key);
    },
    async handle(request) {
      try {
        const route = routeOf(request, options.publicUrl());
        return await answers[route](request, isHttps(request, options.publicUrl()));
      } catch (error) {
        const requestId = options.newRequestId();
        const known = toAppError(error);
        if (known.status >= 500) options.reportFault(known, requestId);
        const { status, code, params } = known;
        return problemResponse({ status, code, params, requestId });
      }
    },
  };
}

/** `sk-sluice-Ab12`: what attempts with a key are counted by, as those with a password are by the account. */
const KEY_PREFIX_CHARACTERS = 14;

/** A sign-in with a key tells the key instead of the person: a key may be in other hands than its owner's. */
function toSignedIn(user: UserRow, key: { readonly keyId: number; readonly keyName: string } | null): SignedIn {
  const { id: userId, name, email, role, locale, timeZone } = user;
  if (key === null) return { userId, name, email, role, locale, timeZone, keyId: null };
  return { userId, name: key.keyName, email: null, role: "user", locale, timeZone, keyId: key.keyId };
}

type Route = "sign-in/email" | "sign-in/key" | "sign-out";

function routeOf(request: Request, publicUrl: string | null): Route {
  const path = new URL(request.url).pathname.replace(/\/+$/, "");
  const route = (["sign-in/email", "sign-in/key", "sign-out"] as const).find((name) => path === `/api/auth/${name}`);
  if (!isHostAllowed(request.headers.get("host"), publicUrl)) throw new AppError("host_not_allowed");
  if (route === undefined) throw new AppError("not_found");
  if (request.method !== "POST") throw new AppError("method_not_allowed");
  if (!isSameOrigin(request.headers, publicUrl)) throw new AppError("cross_origin");
  return route;
}

/** True when the browser speaks https, to us or to what stands before us. */
function isHttps({ headers, url }: Request, publicUrl: string | null): boolean {
  const origin = headers.get("origin") ?? url;
  if (origin.startsWith("https:")) return true;
  return publicUrl?.startsWith("https:") === true && new URL(publicUrl).host === headers.get("host");
}
