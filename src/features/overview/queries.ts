"use client";

import { useQuery } from "@tanstack/react-query";
import { createApiClient } from "@/api-client/api-client";
import type { Overview } from "@/operations/overview/schema";
import type { RequestList } from "@/operations/requests/schema";
import { LATEST } from "./search-params";

const api = createApiClient();
const EACH_MS = 15_000;

/** The overview, from the page at first and renewed every 15 s; a failed renewal keeps the last numbers. */
export function useOverview(initial: Overview): Overview {
  const { data } = useQuery({
    queryKey: ["overview.get"],
    queryFn: ({ signal }) => api.call("overview.get", {}, { signal }),
    initialData: initial,
    refetchInterval: EACH_MS,
  });
  return data;
}

/** The newest requests, renewed like the overview. */
export function useLatestRequests(initial: RequestList): RequestList {
  const { data } = useQuery({
    queryKey: ["requests.list", LATEST],
    queryFn: ({ signal }) => api.call("requests.list", LATEST, { signal }),
    initialData: initial,
    refetchInterval: EACH_MS,
  });
  return data;
}
