import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { createApiClient } from "@/api-client/api-client";
import type { OperationTypes } from "@/operations/registry";

const api = createApiClient();

/** Names every read of keys; a write makes them all wrong. */
export const KEYS_KEY = ["keys"] as const;

/** Name of one read of the list of keys. */
export const keysKey = (filter: OperationTypes["keys.list"]["input"]) => [...KEYS_KEY, filter] as const;

/** The keys of all users by filter. */
export function useKeys(filter: OperationTypes["keys.list"]["input"]) {
  return useQuery({
    queryKey: keysKey(filter),
    queryFn: ({ signal }) => api.whole("keys.list", filter, { signal }),
    placeholderData: keepPreviousData,
  });
}

/** Name of the read of all users. */
export const ownersKey = ["users", {}] as const;

/** Users to pick an owner from. */
export function useOwners() {
  return useQuery({ queryKey: ownersKey, queryFn: ({ signal }) => api.whole("users.list", {}, { signal }) });
}
