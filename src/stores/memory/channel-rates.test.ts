import { fakeClock } from "@test/fake-clock";
import { channelRatesContract } from "@/core/channels/channel-rates.contract";
import { memoryChannelRates } from "./channel-rates";

const PERIOD_MS = 60_000;

channelRatesContract("memory", {
  periodMs: PERIOD_MS,
  async openScene() {
    const clock = fakeClock();
    const rates = memoryChannelRates({ clock });
    return {
      replicas: [rates, rates],
      pass: async (share) => clock.advance(share * PERIOD_MS),
      settle: async (isDone) => void (await isDone()),
    };
  },
});
