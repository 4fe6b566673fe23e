import { dehydrate, HydrationBoundary, QueryClient, type QueryKey } from "@tanstack/react-query";
import type { ReactNode } from "react";

/** An answer that the server has read already, under the key of the client's query. Undefined: the client reads it. */
export type Prefetch = { readonly queryKey: QueryKey; readonly data: unknown };

/** Hands the server's reads to the client's queries, so that a first load reads nothing twice. */
export function Prefetched({ reads, children }: { reads: readonly Prefetch[]; children: ReactNode }) {
  const client = new QueryClient();
  for (const { queryKey, data } of reads) {
    if (data !== undefined) client.setQueryData(queryKey, data);
  }
  return <HydrationBoundary state={dehydrate(client)}>{children}</HydrationBoundary>;
}
