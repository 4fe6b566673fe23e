import { fakeClock } from "@test/fake-clock";
import { channelPeersContract } from "@/core/channels/channel-peers.contract";
import { memoryChannelPeers } from "./channel-peers";

channelPeersContract("memory", async () => ({
  join: memoryChannelPeers(fakeClock()).join,
  settle: async (isDone) => void isDone(),
}));
