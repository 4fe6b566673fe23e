import type { Accounts } from "@/accounts/create-accounts";
import type { AccountStore } from "@/core/ports";

/**
 * Dashboard sign-in that `build` makes with its first use and not before: its library takes 10 MB, which a process that serves no page
 * never needs.
 */
export function accountsOnDemand(build: () => Promise<Accounts>): Accounts {
  let built: Promise<Accounts> | null = null;
  const get = () => {
    built ??= build();
    return built;
  };
  return {
    handle: async (request) => (await get()).handle(request),
    current: async (headers) => (await get()).current(headers),
    expire: async (now) => (await get()).expire(now),
    storeFor(db): AccountStore {
      const store = async () => (await get()).storeFor(db);
      return {
        setPassword: async (user, password) => (await store()).setPassword(user, password),
        verifyPassword: async (userId, password) => (await store()).verifyPassword(userId, password),
        setIdentity: async (user) => (await store()).setIdentity(user),
        endSignIns: async (userId) => (await store()).endSignIns(userId),
      };
    },
  };
}
