import { AppError } from "@/core/errors";
import type { UserRow, UserStore } from "@/core/users/user";
import type { Clock } from "@/lib/clock";
import {
  type AccountSchema,
  createSignInLibrary,
  type DatabaseHandle,
  openAdapter,
  type SignInLibrary,
} from "./sign-in-library";
import { SIGN_IN_LIFE, TOUCH_MS } from "./sign-in-life";

/** What sign-in with a password needs. */
export type AccountSignInDeps = {
  /** The pool's query builder and the table objects of accounts, sign-ins, credentials and verifications. */
  readonly db: DatabaseHandle;
  readonly schema: AccountSchema;
  /** Signs cookies: derived from SLUICE_SECRET for this purpose alone. */
  readonly secret: string;
  /** Users outside any transaction. */
  readonly users: Pick<UserStore, "find">;
  readonly clock: Clock;
};

/** Sign-ins to accounts. */
export type AccountSignIns = {
  /** The library whose cookies are `__Host-` and Secure, or the one for plain http. */
  library(isSecure: boolean): SignInLibrary;
  /** The user behind a request's cookies; null without one, when it ended, or when the user is disabled. Extends the idle time. */
  current(headers: Headers): Promise<UserRow | null>;
  /** Deletes sign-ins that are over at `now` (epoch ms). */
  expire(now: number): Promise<void>;
};

/** Builds sign-in to accounts on the library. */
export function createAccountSignIns(deps: AccountSignInDeps): AccountSignIns {
  const { clock } = deps;
  const adapter = openAdapter(deps.db, deps.schema);
  const userOf = async (accountId: string): Promise<UserRow | null> => {
    const account = await adapter.findOne<{ userId: number }>({
      model: "user",
      where: [{ field: "id", value: accountId }],
    });
    const user = account === null ? null : await deps.users.find(Number(account.userId));
    return user?.enabled === true ? user : null;
  };
  const build = (isSecure: boolean) =>
    createSignInLibrary({ ...deps, isSecure, maySignIn: async (id) => (await userOf(id)) !== null });
  const libraries = { plain: build(false), secure: build(true) };

  return {
    library: (isSecure) => (isSecure ? libraries.secure : libraries.plain),
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
      return user;
    },
    async expire(now) {
      const before = (field: string, value: number) => [{ field, operator: "lt" as const, value: new Date(value) }];
      await adapter.deleteMany({ model: "session", where: before("expiresAt", now) });
      await adapter.deleteMany({ model: "session", where: before("updatedAt", now - SIGN_IN_LIFE.idleMs) });
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
