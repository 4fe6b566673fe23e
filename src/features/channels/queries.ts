import { useQuery } from "@tanstack/react-query";
import { createApiClient } from "@/api-client/api-client";

const api = createApiClient();

/** Names every read of channels. */
export const CHANNELS_KEY = ["channels"] as const;

/** Name of the read of all channels. */
export const channelsKey = [...CHANNELS_KEY, "all"] as const;

/** Name of the read of one channel. */
export const channelKey = (id: number) => [...CHANNELS_KEY, "one", id] as const;

/** All channels. */
export function useChannels() {
  return useQuery({ queryKey: channelsKey, queryFn: ({ signal }) => api.whole("channels.list", {}, { signal }) });
}

/** One channel. */
export function useChannel(id: number) {
  return useQuery({
    queryKey: channelKey(id),
    queryFn: ({ signal }) => api.call("channels.get", { id }, { signal }),
  });
}

/** Name of the read of user groups. */
export const userGroupsKey = ["userGroups", "all"] as const;

/** The user groups that a channel may be for, by name. */
export function useUserGroups() {
  return useQuery({
    queryKey: userGroupsKey,
    queryFn: ({ signal }) => api.whole("userGroups.list", {}, { signal }),
  });
}

const FAILURES = 5;

/** The last requests that failed at the upstream of a channel, newest first. */
export function useChannelFailures(channelId: number) {
  const filter = { channelId, outcome: "upstream_error", limit: FAILURES } as const;
  return useQuery({
    queryKey: [...CHANNELS_KEY, "failures", channelId],
    queryFn: ({ signal }) => api.call("requests.list", filter, { signal }),
  });
}
