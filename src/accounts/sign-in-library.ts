import { type BetterAuthOptions, betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { cookiePrefix, signInCookie } from "@/core/access/sign-in-cookies";
import { SIGN_IN_LIFE } from "./sign-in-life";

/** The database handle as the library's adapter takes it; only stores/ know its type. */
export type DatabaseHandle = Parameters<typeof drizzleAdapter>[0];

/** The table objects of the library's four models, by the names used below. */
export type AccountSchema = {
  readonly accounts: unknown;
  readonly signIns: unknown;
  readonly accountCredentials: unknown;
  readonly verifications: unknown;
};

/** The ids of the library's models in ours. */
const MODELS = {
  user: { modelName: "accounts", additionalFields: { userId: { type: "number", required: true, input: false } } },
  session: { modelName: "signIns", fields: { userId: "accountId" } },
  account: { modelName: "accountCredentials", fields: { userId: "accountId", accountId: "providerAccountId" } },
  verification: { modelName: "verifications" },
} as const satisfies BetterAuthOptions;

/** The library's way to its tables on one handle: the pool, or one transaction. */
function libraryAdapter(db: DatabaseHandle, schema: AccountSchema) {
  return drizzleAdapter(db, { provider: "pg", schema: { ...schema } });
}

/** Model names for code that uses the adapter without the library. */
export function openAdapter(db: DatabaseHandle, schema: AccountSchema) {
  return libraryAdapter(db, schema)(MODELS);
}

/** How one copy of the library is set up. */
export type LibraryOptions = {
  readonly db: DatabaseHandle;
  readonly schema: AccountSchema;
  /** Signs the cookies; at least 32 characters. */
  readonly secret: string;
  /** True: `__Host-` and Secure. */
  readonly isSecure: boolean;
  /** False refuses the sign-in of an account although its password was right. */
  maySignIn(accountId: string): Promise<boolean>;
};

/**
 * better-auth, reduced to passwords: no sign-up, no cookie cache (N15), no refresh of its own (idle time is ours), no routes: we call its
 * functions. Origin and attempts are checked before it is called.
 */
export function createSignInLibrary(options: LibraryOptions) {
  return betterAuth({
    ...MODELS,
    appName: "Sluice",
    baseURL: "http://localhost", // no links are made; keeps the library from guessing
    secret: options.secret,
    database: libraryAdapter(options.db, options.schema),
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 12, maxPasswordLength: 128 },
    session: {
      ...MODELS.session,
      expiresIn: SIGN_IN_LIFE.absoluteMs / 1000,
      disableSessionRefresh: true,
      cookieCache: { enabled: false },
    },
    databaseHooks: {
      session: { create: { before: async (session) => options.maySignIn(session.userId) } },
    },
    advanced: {
      useSecureCookies: false, // would prepend a prefix of its own
      cookies: {
        session_token: {
          name: signInCookie("account", options.isSecure),
          attributes: { secure: options.isSecure },
        },
      },
      cookiePrefix: cookiePrefix(options.isSecure),
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax", path: "/" },
      disableCSRFCheck: true,
      disableOriginCheck: true,
    },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true }, // it would log e-mail addresses and database errors
  });
}

/** One copy of the library. */
export type SignInLibrary = ReturnType<typeof createSignInLibrary>;
