import { defineOperation } from "../operation";
import { LiveChannels, LiveChannelsInput, toLiveChannels } from "./live-channels";

/** What the channels are doing now; the admin API gives the same as a stream (channels-and-rates.md V1). */
export const listLiveChannels = defineOperation({
  name: "channels.live",
  method: "GET",
  path: "/channels/live",
  summary: "Reads what the channels are doing now; with `accept: text/event-stream` as a stream.",
  permission: "channels:read",
  input: LiveChannelsInput,
  output: LiveChannels,
  errors: [],
  async run({ ids }, { ports }) {
    return { output: toLiveChannels(await ports.readLiveChannels(), ids) };
  },
});
