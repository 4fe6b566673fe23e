import type { ChannelHealth } from "@/core/channels/channel-health";
import type { ChannelSlots } from "@/core/channels/channel-slots";
import { type ChannelTally, createChannelTally } from "@/core/channels/channel-tally";
import { readLiveBoard } from "@/core/channels/live-board";
import type { LiveReading } from "@/core/channels/live-feed";
import type { Clock } from "@/lib/clock";
import { memoryChannelSlots } from "@/stores/memory/channel-slots";
import type { Cleanup } from "./cleanup";
import type { ConfigWiring } from "./wire-config";

/** What the slots of channels are made of. */
export type SlotsAsk = {
  readonly config: ConfigWiring;
  readonly health: ChannelHealth;
  readonly clock: Clock;
  readonly replica: string;
  readonly cleanup: Cleanup;
};

/** The slots of channels, and what the live board reads of them. */
export type SlotsWiring = {
  readonly slots: ChannelSlots;
  readonly tally: ChannelTally;
  readLive(): Promise<LiveReading>;
};

/** The slots follow the configuration by themselves. */
export function wireSlots({ config, health, clock, replica, cleanup }: SlotsAsk): SlotsWiring {
  const slots = memoryChannelSlots({ clock, replica });
  const tally = createChannelTally(clock);
  config.follow(({ limited, version }) => slots.configure(limited, version));
  cleanup.add(() => slots.close());
  return {
    slots,
    tally,
    readLive: () => readLiveBoard({ slots, tally, health, clock, config: config.config }),
  };
}
