"use client";

import { useQuery } from "@tanstack/react-query";
import { createApiClient } from "@/api-client/api-client";
import { toProblem } from "@/components/problem";
import type { Viewer } from "@/operations/viewer/schema";

const api = createApiClient();
const EACH_MS = 15_000;

/** What the viewer is told about the system. */
export type ViewerBanners = Viewer["banners"];

/**
 * The banners, from the page at first and renewed every 15 s. A process without its database cannot say who looks, so it refuses to
 * answer: that refusal is the banner, dated by the last answer.
 */
export function useBanners(initial: ViewerBanners): ViewerBanners {
  const { data, error, dataUpdatedAt } = useQuery({
    queryKey: ["viewer.get", "banners"],
    queryFn: async ({ signal }) => (await api.call("viewer.get", {}, { signal })).banners,
    initialData: initial,
    refetchInterval: EACH_MS,
  });
  const isDown = error !== null && toProblem(error).code === "database_unavailable";
  if (!isDown || data.some(({ code }) => code === "database_down")) return data;
  return [{ code: "database_down", params: {}, since: new Date(dataUpdatedAt).toISOString() }, ...data];
}
