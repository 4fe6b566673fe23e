"use client";

import { useQuery } from "@tanstack/react-query";
import { createApiClient } from "@/api-client/api-client";

const api = createApiClient();
const EVER = new Date(0).toISOString();
const EACH_SECOND_MS = 1000;
const COST_EACH_MS = 400;
const NEWEST = 20;

/** The newest request of any client, or null; asks each second until there is one. */
export function useFirstRequest(): string | null {
  const { data } = useQuery({
    queryKey: ["setup.firstRequest"],
    queryFn: ({ signal }) => api.call("setup.firstRequest", { since: EVER }, { signal }),
    refetchInterval: ({ state }) => (state.data?.requestId == null ? EACH_SECOND_MS : false),
    staleTime: 0,
    retry: false, // the next second asks again
  });
  return data?.requestId ?? null;
}

/** The cost of a request in USD once the ledger has it; null until then. Looks in the list, where a request that is not there yet is no error. */
export function useRequestCost(requestId: string | null, isOver: boolean): string | null {
  const { data } = useQuery({
    queryKey: ["requests.list", "cost", requestId],
    queryFn: async ({ signal }) => {
      const { items } = await api.call("requests.list", { limit: NEWEST }, { signal });
      return items.find(({ id }) => id === requestId)?.costUsd ?? null;
    },
    enabled: requestId !== null && isOver,
    refetchInterval: ({ state }) => (state.data == null ? COST_EACH_MS : false),
    retry: false,
  });
  return data ?? null;
}
