"use client";

import { useQuery } from "@tanstack/react-query";
import { createApiClient } from "@/api-client/api-client";

const api = createApiClient();
const EVER = new Date(0).toISOString();
const EACH_SECOND_MS = 1000;
const COST_EACH_MS = 400;

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

/** The cost of a request in USD once the ledger has it; null until then. */
export function useRequestCost(requestId: string | null, isOver: boolean): string | null {
  const { data } = useQuery({
    queryKey: ["requests.get", requestId],
    queryFn: ({ signal }) => api.call("requests.get", { id: requestId ?? "" }, { signal }),
    enabled: requestId !== null && isOver,
    refetchInterval: ({ state }) => (state.data === undefined ? COST_EACH_MS : false),
    retry: false,
  });
  return data?.costUsd ?? null;
}
