import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { createApiClient } from "@/api-client/api-client";
import type { OperationTypes } from "@/operations/registry";

const api = createApiClient();

/** Names every read of users. */
export const USERS_KEY = ["users"] as const;

/** Name of one read of the list of users. */
export const usersKey = (filter: OperationTypes["users.list"]["input"]) => [...USERS_KEY, filter] as const;

/** Name of the read of one user. */
export const userKey = (id: number) => [...USERS_KEY, "one", id] as const;

/** Name of the read of one user's keys; a write of any key makes it wrong. */
export const userKeysKey = (id: number) => ["keys", { userId: id }] as const;

/** The users by filter. */
export function useUsers(filter: OperationTypes["users.list"]["input"]) {
  return useQuery({
    queryKey: usersKey(filter),
    queryFn: ({ signal }) => api.whole("users.list", filter, { signal }),
    placeholderData: keepPreviousData,
  });
}

/** One user. */
export function useUser(id: number) {
  return useQuery({ queryKey: userKey(id), queryFn: ({ signal }) => api.call("users.get", { id }, { signal }) });
}

/** The keys of one user. */
export function useUserKeys(id: number) {
  return useQuery({
    queryKey: userKeysKey(id),
    queryFn: ({ signal }) => api.whole("keys.list", { userId: id }, { signal }),
  });
}
