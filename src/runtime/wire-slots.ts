import type { ChannelHealth } from "@/core/channels/channel-health";
import { type ChannelReading, createChannelReadings } from "@/core/channels/channel-readings";
import type { ChannelSlots } from "@/core/channels/channel-slots";
import { type ChannelTally, createChannelTally } from "@/core/channels/channel-tally";
import { readLiveBoard } from "@/core/channels/live-board";
import type { LiveReading } from "@/core/channels/live-feed";
import type { Clock } from "@/lib/clock";
import type { Log } from "@/observability/logger";
import { memoryChannelSlots } from "@/stores/memory/channel-slots";
import { redisChannelSlots } from "@/stores/redis/channel-slots";
import type { CounterPlace } from "@/stores/redis/redis-keys";
import type { Cleanup } from "./cleanup";
import type { ConfigWiring } from "./wire-config";

/** What the slots of channels are made of. */
export type SlotsAsk = {
  readonly config: ConfigWiring;
  readonly health: ChannelHealth;
  /** null: one replica. */
  readonly redis: CounterPlace | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly replica: string;
  readonly cleanup: Cleanup;
};

/** The slots of channels, and what the live board reads of them. */
export type SlotsWiring = {
  readonly slots: ChannelSlots;
  readonly tally: ChannelTally;
  readLive(): Promise<LiveReading>;
  /** This replica's part, for metrics. */
  readOwn(): readonly ChannelReading[];
};

const FAULT_LINE_MS = 10_000;

function slotsOf({ redis, clock, log, replica }: SlotsAsk): ChannelSlots {
  if (redis === null) return memoryChannelSlots({ clock, replica });
  let quietUntil = 0;
  return redisChannelSlots({
    ...{ ...redis, clock, replica },
    onError(error) {
      if (clock.monotonic() < quietUntil) return;
      quietUntil = clock.monotonic() + FAULT_LINE_MS;
      log.warn({ error }, "the slots of channels do not answer");
    },
  });
}

/** The slots follow the configuration by themselves. */
export function wireSlots(ask: SlotsAsk): SlotsWiring {
  const { config, health, clock, cleanup } = ask;
  const slots = slotsOf(ask);
  const tally = createChannelTally(clock);
  config.follow(({ limited, version }) => slots.configure(limited, version));
  cleanup.add(() => slots.close());
  return {
    slots,
    tally,
    readOwn: createChannelReadings({ slots, config: config.config }),
    readLive: () => readLiveBoard({ slots, tally, health, clock, config: config.config }),
  };
}
