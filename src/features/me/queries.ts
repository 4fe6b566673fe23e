import { useQuery } from "@tanstack/react-query";
import { createApiClient } from "@/api-client/api-client";

const api = createApiClient();
const RENEWAL_MS = 15_000;

/** Names the read of one's own keys; a write makes it wrong. */
export const OWN_KEYS_KEY = ["me.keys.list"] as const;

/** Names the read of one's own numbers; a write to keys makes it wrong. */
export const OWN_SUMMARY_KEY = ["me.summary"] as const;

/** The reader's own keys. */
export function useOwnKeys() {
  return useQuery({
    queryKey: OWN_KEYS_KEY,
    queryFn: ({ signal }) => api.whole("me.keys.list", {}, { signal }),
  });
}

/** The reader's own numbers, renewed while the page is open. */
export function useOwnSummary() {
  return useQuery({
    queryKey: OWN_SUMMARY_KEY,
    queryFn: ({ signal }) => api.call("me.summary", {}, { signal }),
    refetchInterval: RENEWAL_MS,
  });
}
