import { AppError, toAppError } from "@/core/errors";
import type { AccountStore } from "@/core/ports";
import type { UserRow, UserStore } from "@/core/users/user";
import { clientAddress } from "@/lib/client-address";
import type { Clock } from "@/lib/clock";
import { isHostAllowed, isSameOrigin } from "@/lib/origin-check";
import { problemResponse } from "@/lib/problem-json";
import { accountStore } from "./account-store";
import { signedIn, signedOut } from "./auth-reply";
import { forgiveAttempt, limitAttempts, type SignInAttempts } from "./limit-attempts";
import { readCredentials } from "./read-credentials";
import {
  type AccountSchema,
  createSignInLibrary,
  type DatabaseHandle,
  openAdapter,
  SIGN_IN_LIFE,
  type SignInLibrary,
} from "./sign-in-library";

/** What dashboard sign-in needs. */
export type AccountsOptions = {
  /** The pool's query builder and the table objects of accounts, sign-ins, credentials and verifications. */
  readonly db: DatabaseHandle;
  readonly schema: AccountSchema;
  /** Signs cookies: derived from SLUICE_SECRET for this purpose alone. */
  readonly secret: string;
  readonly attempts: SignInAttempts;
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
};

/** Dashboard sign-in. */
export type Accounts = {
  /** `/api/auth/*`: POST sign-in/email and sign-out, nothing else. Never rejects. */
  handle(request: Request): Promise<Response>;
  /** The account behind a request's cookies; null without one, when it ended, or when its user is disabled. Extends the idle time. Throws database_unavailable. */
  current(headers: Headers): Promise<SignedIn | null>;
  /** Deletes sign-ins that are over at `now` (epoch ms). */
  expire(now: number): Promise<void>;
  /** The port of operations on a handle of theirs. */
  storeFor(db: DatabaseHandle): AccountStore;
};

/** How often the last use of a sign-in is written down, ms. */
const TOUCH_MS = 5 * 60_000;

/** Builds dashboard sign-in (reliability-and-security.md SEC7, SEC37 to SEC39). */
export function createAccounts(options: AccountsOptions): Accounts {
  const { clock, schema } = options;
  const adapter = openAdapter(options.db, schema);

  const userOf = async (accountId: string): Promise<UserRow | null> => {
    const account = await adapter.findOne<{ userId: number }>({
      model: "user",
      where: [{ field: "id", value: accountId }],
    });
    const user = account === null ? null : await options.users.find(Number(account.userId));
    return user?.enabled === true ? user : null;
  };
  const library = (isSecure: boolean) =>
    createSignInLibrary({ ...options, isSecure, maySignIn: async (id) => (await userOf(id)) !== null });
  const libraries = { plain: library(false), secure: library(true) };
  const libraryFor = (headers: Headers, url?: string) =>
    isHttps(headers, url, options.publicUrl()) ? libraries.secure : libraries.plain;

  return {
    async expire(now) {
      const before = (field: string, value: number) => [{ field, operator: "lt" as const, value: new Date(value) }];
      await adapter.deleteMany({ model: "session", where: before("expiresAt", now) });
      await adapter.deleteMany({ model: "session", where: before("updatedAt", now - SIGN_IN_LIFE.idleMs) });
    },
    storeFor: (db) => accountStore(db, { schema, clock }),
    async current(headers) {
      const found =
        (await findSignIn(libraries.secure, headers)) ?? (await findSignIn(libraries.plain, headers)) ?? null;
      if (found === null) return null;
      const now = clock.now();
      const idleSince = found.updatedAt.getTime();
      const isOver = now - idleSince > SIGN_IN_LIFE.idleMs || now - found.createdAt.getTime() > SIGN_IN_LIFE.absoluteMs;
      const user = isOver ? null : await userOf(found.userId);
      const where = [{ field: "token", value: found.token }];
      if (user === null) {
        await adapter.deleteMany({ model: "session", where });
        return null;
      }
      if (now - idleSince > TOUCH_MS) {
        await adapter.update({ model: "session", where, update: { updatedAt: new Date(now) } });
      }
      const { id: userId, name, email, role, locale, timeZone } = user;
      return { userId, name, email, role, locale, timeZone };
    },
    async handle(request) {
      try {
        const route = routeOf(request, options.publicUrl());
        const { headers } = request;
        const used = libraryFor(headers, request.url);
        if (route === "sign-out") return signedOut(await used.api.signOut({ headers, asResponse: true }));
        const credentials = await readCredentials(request);
        const attempt = { account: credentials.email, address: clientAddress(headers) };
        await limitAttempts(options.attempts, { ...attempt, now: clock.now() });
        const reply = await used.api.signInEmail({ body: credentials, headers, asResponse: true });
        if (reply.ok) await forgiveAttempt(options.attempts, attempt);
        return signedIn(reply);
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

/** The sign-in behind a cookie, without extending it; null when there is none that is valid. */
async function findSignIn(library: SignInLibrary, headers: Headers) {
  const query = { disableRefresh: true };
  const found = await library.api.getSession({ headers, query }).catch((cause: unknown) => {
    throw new AppError("database_unavailable", {}, { cause });
  });
  return found === null ? null : { ...found.session };
}

function routeOf(request: Request, publicUrl: string | null): "sign-in" | "sign-out" {
  const { pathname } = new URL(request.url);
  const route = new Map([
    ["/api/auth/sign-in/email", "sign-in" as const],
    ["/api/auth/sign-out", "sign-out" as const],
  ]).get(pathname.replace(/\/+$/, ""));
  if (!isHostAllowed(request.headers.get("host"), publicUrl)) throw new AppError("host_not_allowed");
  if (route === undefined) throw new AppError("not_found");
  if (request.method !== "POST") throw new AppError("method_not_allowed");
  if (!isSameOrigin(request.headers, publicUrl)) throw new AppError("cross_origin");
  return route;
}

/** True when the browser speaks https, to us or to what stands before us. */
function isHttps(headers: Headers, url: string | undefined, publicUrl: string | null): boolean {
  const origin = headers.get("origin") ?? url;
  if (origin?.startsWith("https:") === true) return true;
  return publicUrl?.startsWith("https:") === true && new URL(publicUrl).host === headers.get("host");
}
