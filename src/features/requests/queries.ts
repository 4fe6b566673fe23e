import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { createApiClient } from "@/api-client/api-client";
import type { OperationTypes } from "@/operations/registry";

const api = createApiClient();
const LISTENING_MS = 2000;
const RENEWAL_MS = 15_000;

type ListName = "requests.list" | "me.requests.list";
type Filter<Name extends ListName> = Omit<OperationTypes[Name]["input"], "cursor" | "limit">;
type Page = { readonly items: readonly unknown[]; readonly nextCursor: string | null };
type Pages = { readonly pages: readonly Page[] };

/** An empty log listens for its first request; a log at its first page renews itself; one that was read on stands still. */
function renewalMs(data: Pages | undefined): number | false {
  if (data === undefined || data.pages.length > 1) return false;
  return data.pages[0]?.items.length === 0 ? LISTENING_MS : RENEWAL_MS;
}

const paging = {
  initialPageParam: null as string | null,
  getNextPageParam: (page: Page) => page.nextCursor,
  placeholderData: keepPreviousData,
  refetchInterval: (query: { state: { data: Pages | undefined } }) => renewalMs(query.state.data),
};

const withCursor = (cursor: string | null) => (cursor === null ? {} : { cursor });

/** Name of one read of the whole log. */
export const requestsKey = (filter: Filter<"requests.list">) => ["requests.list", filter] as const;

/** Name of one read of the reader's own log. */
export const ownRequestsKey = (filter: Filter<"me.requests.list">) => ["me.requests.list", filter] as const;

/** The whole log by filter, newest first, page by page. */
export function useRequests(filter: Filter<"requests.list">) {
  return useInfiniteQuery({
    ...paging,
    queryKey: requestsKey(filter),
    queryFn: ({ signal, pageParam }) => api.call("requests.list", { ...filter, ...withCursor(pageParam) }, { signal }),
  });
}

/** The reader's own log by filter, newest first, page by page. */
export function useOwnRequests(filter: Filter<"me.requests.list">) {
  return useInfiniteQuery({
    ...paging,
    queryKey: ownRequestsKey(filter),
    queryFn: ({ signal, pageParam }) =>
      api.call("me.requests.list", { ...filter, ...withCursor(pageParam) }, { signal }),
  });
}

/** What does not exist will not exist at the second try either. */
const retry = (failures: number, error: Error) => !("code" in error && error.code === "not_found") && failures < 1;

/** One request with everything about it; reads nothing while `id` is null. */
export function useRequest(id: string | null) {
  return useQuery({
    queryKey: ["requests.get", id],
    queryFn: ({ signal }) => api.call("requests.get", { id: id ?? "" }, { signal }),
    enabled: id !== null,
    retry,
  });
}

/** One of the reader's own requests; reads nothing while `id` is null. */
export function useOwnRequest(id: string | null) {
  return useQuery({
    queryKey: ["me.requests.get", id],
    queryFn: ({ signal }) => api.call("me.requests.get", { id: id ?? "" }, { signal }),
    enabled: id !== null,
    retry,
  });
}

/** What the whole log can be narrowed to by name; empty until it is read. */
export function useFilterChoices() {
  const users = useQuery({
    queryKey: ["users", {}],
    queryFn: ({ signal }) => api.whole("users.list", {}, { signal }),
  });
  const keys = useQuery({
    queryKey: ["keys", {}],
    queryFn: ({ signal }) => api.whole("keys.list", {}, { signal }),
  });
  const channels = useQuery({
    queryKey: ["channels.list"],
    queryFn: ({ signal }) => api.whole("channels.list", {}, { signal }),
  });
  return { users: users.data?.items ?? [], keys: keys.data?.items ?? [], channels: channels.data?.items ?? [] };
}

/** The reader's own keys, to narrow the log to one; empty until they are read. */
export function useOwnKeyChoices() {
  const keys = useQuery({
    queryKey: ["me.keys.list"],
    queryFn: ({ signal }) => api.whole("me.keys.list", {}, { signal }),
  });
  return keys.data?.items ?? [];
}
